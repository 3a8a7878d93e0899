"""What the matcher looks for: the wordings of all patterns, and the chains they are links of.

Built once for a rule set. Thousands of chains share a few short words (您, 的, 是), so a chain is
filed under the link with the longest words, and looked at only when all its links were said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import or_
from typing import Final, NamedTuple

from monitor.rules.pattern import MAX_LENGTH, Part, Pattern
from monitor.text.fold import plain
from monitor.text.forms import spelled

MIN_SYLLABLES: Final = 3
"""Shorter phrases sound like too many others."""
MIN_NEAR: Final = 2
"""Shorter links of a chain are taken as they are written."""

_HAN: Final = re.compile("[\u4e00-\u9fff]")
_NUMERAL: Final = frozenset("0123456789.%零〇一二两三四五六七八九十百千万亿幺")
_UNITS: Final = frozenset("百千万亿")
"""A unit alone may close a number: 给~2批~3万 is met by 给您批二十万."""

KEPT: Final = 65_536
"""Words, and lists of them, whose forms are kept: all kinds of calls share most of their words, and
the second kind is compiled in a third of the time."""


class Meaning(NamedTuple):
    """What a wording is to one link."""

    written: str
    """The words of the pack."""
    exact: bool
    """As the pack writes it, and not with its numbers in digits."""
    sounded: bool
    """Its sound alone is enough."""


@dataclass(slots=True, eq=False)
class Wording:
    """A string that is looked for, whatever phrases it stands for."""

    text: str
    opens: bool
    """Begins with a numeral: must not begin inside a number."""
    closes: bool
    heard: bool = False
    """Also looked for by its sound."""
    near: bool = False
    """Also looked for where the recogniser was not sure."""
    alone: list[tuple[int, Meaning]] = field(default_factory=list)
    """Patterns that it meets by itself."""
    fills: int = 0
    """A bit for each link that it fills."""
    chains: list[Chain] = field(default_factory=list)
    """The chains that are looked at when it is said."""

    @property
    def tolerance(self) -> int:
        """How many characters may be heard as others: of three only one, else all but one.

        In 3,728 sentences that say nothing wrong this halved the hits by sound alone.
        """
        return 1 if len(self.text) == MIN_SYLLABLES else len(self.text) - 1


@dataclass(slots=True, eq=False)
class Link:
    """A place of a chain: the wordings that fill it, or a slot."""

    number: int
    meanings: dict[Wording, Meaning]
    slot: str
    sounded: bool
    """Whether its chains may be met by the sound alone."""
    shortest: int
    """Characters of its shortest words, as written."""

    @property
    def bit(self) -> int:
        """Its bit in `Wording.fills` and `Chain.needs`; a slot has none."""
        return 0 if self.slot else 1 << self.number


@dataclass(slots=True, eq=False, frozen=True)
class Chain:
    """One way to meet a pattern: links in a row."""

    number: int
    pattern: int
    links: tuple[Link, ...]
    gaps: tuple[int, ...]
    """Characters that may stand between two neighbours; one less than links."""
    rarest: Link | None
    """The link with the longest words; None for slots alone."""
    needs: int
    """The bits of its links."""


class Vocabulary:
    """The wordings and chains of some patterns."""

    def __init__(self, patterns: Iterable[Pattern], sounded: Sequence[bool]) -> None:
        """`sounded` says for each pattern whether the sound alone is enough."""
        self.wordings: Final[dict[str, Wording]] = {}
        self.bare: Final[list[Chain]] = []
        """Chains of slots alone."""
        self._links: dict[tuple[tuple[str, ...], str, bool], Link] = {}
        chains: list[Chain] = []
        for number, (pattern, sound) in enumerate(zip(patterns, sounded, strict=True)):
            for sequence in pattern.sequences:
                if len(sequence) == 1 and not sequence[0].slot:
                    for wording, meaning in self._meanings(sequence[0].literals, sound).items():
                        wording.alone.append((number, meaning))
                else:
                    chains.append(self._chain(len(chains), number, sequence, sound))
        for link in self._links.values():
            for wording in link.meanings:
                wording.fills |= link.bit
        for chain in chains:
            if chain.rarest is None:
                self.bare.append(chain)
            else:
                for wording in chain.rarest.meanings:
                    wording.chains.append(chain)

    def _meanings(self, words: tuple[str, ...], sounded: bool) -> dict[Wording, Meaning]:
        meanings: dict[Wording, Meaning] = {}
        wordings = self.wordings
        for text, near, meaning in _meant(words, sounded):
            wording = wordings.get(text)
            if wording is None:
                opens = text[0] in _NUMERAL and text not in _UNITS
                closes = text[-1] in _NUMERAL and text not in _UNITS
                wording = wordings[text] = Wording(text, opens, closes)
            wording.heard |= meaning.sounded
            wording.near |= near
            meanings.setdefault(wording, meaning)
        return meanings

    def _link(self, part: Part, sounded: bool) -> Link:
        key = (part.literals, part.slot, sounded)
        found = self._links.get(key)
        if found is None:
            meanings = self._meanings(part.literals, sounded)
            shortest = min((len(one.written) for one in meanings.values()), default=0)
            number = len(self._links)
            found = self._links[key] = Link(number, meanings, part.slot, sounded, shortest)
        return found

    def _chain(self, number: int, pattern: int, sequence: Sequence[Part], sounded: bool) -> Chain:
        links = tuple(self._link(part, sounded) for part in sequence)
        spoken = [link for link in links if not link.slot]
        return Chain(
            number=number,
            pattern=pattern,
            links=links,
            gaps=tuple(part.gap for part in sequence[1:]),
            rarest=max(spoken, key=lambda link: link.shortest, default=None),
            needs=reduce(or_, (link.bit for link in links), 0),
        )


@lru_cache(maxsize=KEPT)
def _meant(words: tuple[str, ...], sounded: bool) -> tuple[tuple[str, bool, Meaning], ...]:
    """The texts that stand for these words; whether also where they are in doubt; and how."""
    found = []
    for written in words:
        exact = plain(written)
        for text in _forms(exact):
            near = sounded and _speakable(text, MIN_NEAR)
            meaning = Meaning(written, text == exact, sounded and _speakable(text))
            found.append((text, near, meaning))
    return tuple(found)


@lru_cache(maxsize=KEPT)
def _forms(exact: str) -> tuple[str, ...]:
    """Folded words as they are looked for: as they are, and with their numbers in digits."""
    return tuple(
        text
        for text in dict.fromkeys((exact, spelled(exact)))
        if text and len(text) <= 2 * MAX_LENGTH
    )


def _speakable(text: str, least: int = MIN_SYLLABLES) -> bool:
    return len(text) >= least and len(_HAN.findall(text)) >= 2
