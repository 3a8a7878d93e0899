"""What the matcher looks for: the wordings of all patterns, and the chains they are links of.

Built once for a rule set. Thousands of chains share a few short words (您, 的, 是), so a chain is
filed under the link that is said least often, and looked at only when all its links were said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from monitor.rules.pattern import MAX_LENGTH, Part, Pattern
from monitor.text.fold import plain
from monitor.text.forms import spelled

MIN_SYLLABLES: Final = 3
"""Shorter phrases sound like too many others."""

_NUMERAL: Final = frozenset("0123456789.%零〇一二两三四五六七八九十百千万亿幺")
_UNITS: Final = frozenset("百千万亿")
"""A unit alone may close a number: 给~2批~3万 is met by 给您批二十万."""


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
    alone: list[tuple[int, Meaning]] = field(default_factory=list)
    """Patterns that it meets by itself."""
    links: list[int] = field(default_factory=list)
    """Numbers of the links that it fills."""

    @property
    def tolerance(self) -> int:
        """How many characters may be heard as others: of three only one, else all but one.

        In 3,728 sentences that say nothing wrong this halved the hits by sound alone.
        """
        return 1 if len(self.text) == MIN_SYLLABLES else len(self.text) - 1


@dataclass(slots=True, eq=False)
class Link:
    """A place of a chain: the wordings that fill it."""

    number: int
    meanings: dict[Wording, Meaning]

    @property
    def shortest(self) -> int:
        """Characters of its shortest words, as written."""
        return min(len(meaning.written) for meaning in self.meanings.values())


@dataclass(slots=True, eq=False, frozen=True)
class Chain:
    """One way to meet a pattern: links and slots in a row."""

    number: int
    pattern: int
    parts: tuple[Link | str, ...]
    """Links, and names of slots."""
    gaps: tuple[int, ...]
    """Characters that may stand between two neighbours; one less than parts."""
    rarest: int
    """Number of the link with the longest words; -1 for slots alone."""
    needs: frozenset[int]
    """Numbers of its links."""


class Vocabulary:
    """The wordings and chains of some patterns."""

    def __init__(self, patterns: Iterable[Pattern], sounded: Sequence[bool]) -> None:
        """`sounded` says for each pattern whether the sound alone is enough."""
        self.wordings: Final[dict[str, Wording]] = {}
        self.bare: Final[list[Chain]] = []
        """Chains of slots alone."""
        self.single: Final[dict[int, list[Chain]]] = {}
        """Number of a link to the chains that have no other."""
        self.paired: Final[dict[int, dict[int, list[Chain]]]] = {}
        """Numbers of two links to the chains that need both; the first is said less often."""
        self._links: dict[tuple[tuple[str, ...], bool], Link] = {}
        chains: list[Chain] = []
        for number, (pattern, sound) in enumerate(zip(patterns, sounded, strict=True)):
            for sequence in pattern.sequences:
                if len(sequence) == 1 and not sequence[0].slot:
                    for wording, meaning in self._meanings(sequence[0].literals, sound).items():
                        wording.alone.append((number, meaning))
                else:
                    chains.append(self._chain(len(chains), number, sequence, sound))
        self._file(chains)
        for link in self._links.values():
            for wording in link.meanings:
                wording.links.append(link.number)

    def _meanings(self, words: Iterable[str], sounded: bool) -> dict[Wording, Meaning]:
        meanings: dict[Wording, Meaning] = {}
        for written in words:
            exact = plain(written)
            for text in dict.fromkeys((exact, spelled(exact))):
                if not text or len(text) > 2 * MAX_LENGTH:
                    continue
                wording = self._wording(text)
                heard = sounded and _speakable(text)
                wording.heard |= heard
                meanings.setdefault(wording, Meaning(written, text == exact, heard))
        return meanings

    def _wording(self, text: str) -> Wording:
        found = self.wordings.get(text)
        if found is None:
            opens = text[0] in _NUMERAL and text not in _UNITS
            closes = text[-1] in _NUMERAL and text not in _UNITS
            found = self.wordings[text] = Wording(text, opens, closes)
        return found

    def _link(self, words: tuple[str, ...], sounded: bool) -> Link:
        found = self._links.get((words, sounded))
        if found is None:
            found = Link(len(self._links), self._meanings(words, sounded))
            self._links[words, sounded] = found
        return found

    def _chain(self, number: int, pattern: int, sequence: Sequence[Part], sounded: bool) -> Chain:
        parts = tuple(part.slot or self._link(part.literals, sounded) for part in sequence)
        links = [part for part in parts if isinstance(part, Link)]
        return Chain(
            number=number,
            pattern=pattern,
            parts=parts,
            gaps=tuple(part.gap for part in sequence[1:]),
            rarest=max(links, key=lambda link: link.shortest).number if links else -1,
            needs=frozenset(link.number for link in links),
        )

    def _file(self, chains: Iterable[Chain]) -> None:
        chains = list(chains)
        uses = Counter(number for chain in chains for number in chain.needs)
        length = {link.number: link.shortest for link in self._links.values()}
        for chain in chains:
            rare = sorted(chain.needs, key=lambda one: (-length[one], uses[one], one))
            if not rare:
                self.bare.append(chain)
            elif len(rare) == 1:
                self.single.setdefault(rare[0], []).append(chain)
            else:
                self.paired.setdefault(rare[0], {}).setdefault(rare[1], []).append(chain)


def _speakable(text: str) -> bool:
    han = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return len(text) >= MIN_SYLLABLES and han >= 2
