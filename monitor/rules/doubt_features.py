"""What the doubt scorer sees of a hit: the characters before it, in it and behind it.

A feature is a short string; its first letter says where it stands. Folded text, as everywhere, so
that punctuation, which a recogniser does not write reliably, plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.rules.spans import Span

REACH: Final = 24
"""Folded characters looked at on each side of a hit."""

LONGEST: Final = 4
"""Characters of the longest run around a hit."""
INSIDE: Final = 3
"""Characters of the longest run inside it; such a run counts alone and with the category, because
the same words are one offence and not another: 钱转到我个人账户 hides nothing."""

NEAR: Final = 3
FAR: Final = 8
"""Characters from a hit up to which a run stands beside it, and from which it stands far off."""

_MANY: Final = 10
_FEW: Final = 4

BEFORE: Final = "<"
BEHIND: Final = ">"
WITHIN: Final = "="
_KIND: Final = "#"
_KIND_WITHIN: Final = "@"
_LEFT_ROOM: Final = "("
_RIGHT_ROOM: Final = ")"
_OPENS: Final = "^"
_ENDS: Final = "$"


def features(text: str, start: int, end: int, category: str) -> dict[str, Span]:
    """Each feature of the hit at `text[start:end]` once, and where in the text it stands."""
    found: dict[str, Span] = {_KIND + category: (start, end)}
    low, high = max(0, start - REACH), min(len(text), end + REACH)
    for first, last in _runs(low, start, LONGEST):
        run = text[first:last]
        found[BEFORE + run] = found[f"{BEFORE}{_distance(start - last)}{run}"] = (first, last)
    for first, last in _runs(end, high, LONGEST):
        run = text[first:last]
        found.setdefault(BEHIND + run, (first, last))
        found.setdefault(f"{BEHIND}{_distance(first - end)}{run}", (first, last))
    for first, last in _runs(start, end, INSIDE):
        run = text[first:last]
        found.setdefault(WITHIN + run, (first, last))
        found.setdefault(f"{_KIND_WITHIN}{category}{run}", (first, last))
    found[f"{_LEFT_ROOM}{_room(start)}"] = (0, start)
    found[f"{_RIGHT_ROOM}{_room(len(text) - end)}"] = (end, len(text))
    found[_OPENS + text[:2]] = (0, min(2, len(text)))
    for length in (1, 2):
        found[_ENDS + text[-length:]] = (max(0, len(text) - length), len(text))
    return found


def beside(name: str) -> bool:
    """Whether a feature is words outside the hit, which can be shown as a reason."""
    return name[0] in (BEFORE, BEHIND, _OPENS, _ENDS)


def _runs(low: int, high: int, longest: int) -> Iterator[Span]:
    for size in range(1, longest + 1):
        for at in range(low, high - size + 1):
            yield at, at + size


def _distance(characters: int) -> str:
    return "0" if characters < NEAR else "1" if characters < FAR else "2"


def _room(characters: int) -> str:
    if not characters:
        return "0"
    return "1" if characters < _FEW else "2" if characters < _MANY else "3"
