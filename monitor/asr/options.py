"""How the recogniser runs on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.errors import BadSetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Threads, precision and how hard to search."""

    beam: int = 3
    """Hypotheses kept for finals. On the bundled model 3 make as few errors as 5, and a twentieth
    fewer than 1, for a tenth more time (159 held-out sentences: 14.5, 14.1, 13.7 and 13.8 % of
    characters for 1, 2, 3 and 5)."""
    fast_beam: int = 1
    """For partials."""
    cpu_threads: int = 2
    """Threads inside one recogniser."""
    compute_type: str = "int8"
    device: str = "cpu"
    """cpu, cuda or auto."""
    language: str = "zh"
    prompt: str = ""
    """Text the stock path is primed with, e.g. 以下是普通话的句子。 for simplified characters."""

    def __post_init__(self) -> None:
        for name in ("beam", "fast_beam", "cpu_threads"):
            if getattr(self, name) < 1:
                raise BadSetting(name, f"must be 1 or more, not {getattr(self, name)}", field=name)


def longest_text(seconds: float) -> int:
    """Tokens a recogniser may say for so much sound; Mandarin is below 8 characters a second.

    It bounds the worst case: a model that loops stops here.
    """
    return min(220, int(seconds * 9) + 12)


def asked_length(tokens: int) -> int:
    """The length to ask CTranslate2 for where a text may have `tokens`: it allows half of it."""
    return 2 * tokens
