"""Which negators reach a phrase, and whether their number turns it round.

The recogniser gives no reliable punctuation, so a negator's force is followed word by word: over
words known to let it through, for a few characters over unknown ones, never past a word that is
plainly its own object or the start of another clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from monitor.rules import cues

REACH_STRONG: Final = 16
"""Folded characters between a strong negator and what it denies, all known words."""

REACH_WEAK: Final = 12
"""The same for weak negators."""

REACH_BARE: Final = 6
"""The same for 不, 没, 未 alone."""

UNKNOWN_STRONG: Final = 3
"""Characters of unknown words a strong negator may pass over."""

SPEECH: Final = 4
"""More unknown characters that any negator passes over to a word of speaking."""

LOOK_BACK: Final = 28
"""Folded characters before a phrase in which negators are looked for."""


@dataclass(frozen=True, slots=True)
class Negator:
    """A word that turns the sense of what it reaches. Positions are in the folded text."""

    word: str
    kind: str
    """rhetoric, whether, strong, weak or bare."""
    start: int
    end: int


def negators(text: str, low: int, high: int, taken: tuple[tuple[int, int], ...]) -> list[Negator]:
    """The negators that begin in text[low:high], left to right.

    `taken` are spans of other phrases of the packs: a negator inside one is that phrase's own.
    """
    found = []
    for match in cues.TOKEN.finditer(text, low, high):
        kind = cues.KINDS.get(match.group(), "whether")
        if kind == "pseudo":
            continue
        inside = any(a <= match.start() and match.end() <= b for a, b in taken)
        if not inside:
            found.append(Negator(match.group(), kind, match.start(), match.end()))
    return found


def reaches(text: str, negator: Negator, target: int) -> bool:
    """Whether the negator's force carries from its end to `target` in the folded text."""
    gap = text[negator.end : target]
    if cues.SPOKEN_OF.match(gap) or negator.word.endswith(cues.SPEAKING):
        gap = cues.TIMES.sub("", gap)
    if not gap:
        return True
    if cues.BLOCK.search(gap) and not cues.THROUGH.fullmatch(gap):
        return False
    if negator.word.endswith("不是") and "是" in gap:
        return False
    if re.search("我们|咱们", gap) and cues.OTHERS_BEFORE.search(text, 0, negator.start):
        return False
    unknown = len(cues.THROUGH.sub("", gap))
    if gap.endswith(cues.SPEAKING):
        unknown = max(0, unknown - SPEECH)
    if negator.kind in ("strong", "rhetoric"):
        return len(gap) <= REACH_STRONG and unknown <= UNKNOWN_STRONG
    if negator.kind == "weak":
        return len(gap) <= REACH_WEAK and unknown == 0
    return len(gap) <= REACH_BARE and unknown == 0


def reaching(text: str, low: int, start: int, taken: tuple[tuple[int, int], ...]) -> list[Negator]:
    """The chain of negators that bears on a phrase at `start`, the nearest first."""
    chain: list[Negator] = []
    target = start
    for negator in reversed(negators(text, max(low, start - LOOK_BACK), start, taken)):
        if negator.end > target or negator.kind == "whether":
            continue
        if negator.end == start and text.startswith(negator.word, start):
            continue  # a stutter of the phrase's own negator: 没有没有任何风险
        if not reaches(text, negator, target) or (chain and _names_a_thing(text, negator, target)):
            break
        chain.append(negator)
        target = negator.start
    return chain


def _names_a_thing(text: str, negator: Negator, target: int) -> bool:
    """这不是药|不能治病: what the first negator denies is a noun, so the second stands alone."""
    if not negator.word.endswith("不是"):
        return False
    gap = text[negator.end : target]
    return bool(gap) and not gap.endswith(
        (*cues.SPEAKING, "因为", "真的", "我", "您", "你", "我们")
    )
