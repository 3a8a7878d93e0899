"""Phrases that were found in a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from monitor.rules.spans import Span

Level = Literal["exact", "normalised", "homophone"]
LEVELS: Final[tuple[Level, ...]] = ("exact", "normalised", "homophone")

Slots = Mapping[str, Sequence[Span]]
"""Spans of a folded text that fill a slot, by its name."""


class Hit(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A phrase that is in a text. Positions are positions in `Folded.text`."""

    start: int
    end: int
    pattern: int
    """Which of the matcher's patterns."""
    level: Level
    """What it took: exact, numbers and fillers normalised, or the sound alone."""
    phrase: str
    """The words of the pack that met it; … where there is a gap."""
    alike: int = 0
    """Characters that differ from the phrase and only sound like it; 0 unless homophone."""
    parts: tuple[Span, ...] = ()
    """Where the words on both sides of a gap are; empty for a phrase without gaps."""


class Best:
    """The best hit of each pattern at each place: of two alike the one that was found first."""

    __slots__ = ("_hits",)

    def __init__(self) -> None:
        self._hits: dict[tuple[int, int, int], tuple[int, Hit]] = {}

    def keep(
        self,
        pattern: int,
        span: Span,
        known: tuple[int, int],
        phrase: str,
        parts: tuple[Span, ...] = (),
    ) -> None:
        """Take a hit; `known` is the number of its level and how many characters differ."""
        level, alike = known
        key = (span[0], span[1], pattern)
        before = self._hits.get(key)
        if before is not None and before[0] <= level:
            return
        hit = Hit(
            start=span[0],
            end=span[1],
            pattern=pattern,
            level=LEVELS[min(level, len(LEVELS) - 1)],
            phrase=phrase,
            alike=alike,
            parts=parts,
        )
        self._hits[key] = (level, hit)

    def first(self, count: int) -> list[Hit]:
        """The first hits by place."""
        return [self._hits[key][1] for key in sorted(self._hits)[:count]]
