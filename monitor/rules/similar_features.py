"""What the similarity scorer sees of a sentence: characters, sounds, slots and synonym classes.

Every feature is a short string. Syllables and synonym classes are written as private characters,
so that features of the three kinds never meet in one vocabulary.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.text.fold import Folded, fold
from monitor.text.syllables import Confusions, readings

PERCENT: Final = "％"
NUMBER: Final = "＃"
"""Stand for any percentage and any other number."""

_FIRST_SOUND: Final = 0xE000
_FIRST_CONCEPT: Final = 0xF000
_PAIR: Final = "\uf8ff"
"""Between the two classes of a pair that need not be neighbours."""
_EDGE: Final = "^"

CHARACTERS: Final = (1, 4)
"""Shortest and longest run of characters that is a feature."""
SYLLABLES: Final = (2, 3)
REACH: Final = 5
"""Synonym classes that a pair may span, in class words."""

_DIGIT: Final = re.compile("[0-9]")
_NUMERIC: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[万亿千百])?(%?)")


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one text and where each begins and ends in the folded text."""

    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


class _SoundTable(dict[int, str]):
    """For `str.translate`: the character of a sound class, the same in every process."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self._codes = {name: chr(_FIRST_SOUND + at) for at, name in enumerate(names)}
        self._confusions = Confusions()

    def __missing__(self, code: int) -> str:
        said = readings(chr(code))
        name = self._confusions.merged(said[0]) if said else ""
        entry = self[code] = self._codes.get(name, chr(code))
        return entry


def sound_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The sound classes in some texts, sorted: what `Extractor` numbers sounds by."""
    confusions = Confusions()
    characters = {character for text in texts for character in text}
    said = (readings(character) for character in characters)
    return tuple(sorted({confusions.merged(names[0]) for names in said if names}))


@dataclass(slots=True)
class Extractor:
    """Turns folded text into features. `concepts` are synonym classes: name to words."""

    sounds: tuple[str, ...]
    concepts: Mapping[str, tuple[str, ...]]
    _table: _SoundTable = field(init=False)
    _codes: dict[str, str] = field(init=False)
    """Words to the codes of their classes."""
    _lengths: dict[str, tuple[int, ...]] = field(init=False)
    """By their first character how long words are, the longest first."""
    _names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._table = _SoundTable(self.sounds)
        self._names = {chr(_FIRST_CONCEPT + at): name for at, name in enumerate(self.concepts)}
        known: dict[str, str] = {}
        for code, name in self._names.items():
            for word in self.concepts[name]:
                known.setdefault(word, code)
        lengths: dict[str, set[int]] = {}
        for word in known:
            lengths.setdefault(word[0], set()).add(len(word))
        self._codes = known
        self._lengths = {
            first: tuple(sorted(some, reverse=True)) for first, some in lengths.items()
        }

    def of(self, folded: Folded, low: int = 0, high: int | None = None) -> Features:
        """Features of folded characters low..high, each once; spans are folded positions."""
        text, starts = _reading(folded, low, len(folded.text) if high is None else high)
        found: dict[str, tuple[int, int]] = {}
        _runs(text, CHARACTERS, found)
        if text:
            found[f"{_EDGE}{text[:2]}"] = (0, min(2, len(text)))
        _runs(text.translate(self._table), SYLLABLES, found)
        self._concepts(text, found)
        return Features(
            tuple(found), tuple((starts[a], starts[b - 1] + 1) for a, b in found.values())
        )

    def names(self, folded: Folded, low: int, high: int) -> set[str]:
        """The names alone of what `of` gives: enough to say that a text is like nothing."""
        text, _ = _reading(folded, low, high)
        found: dict[str, tuple[int, int]] = {}
        self._concepts(text, found)
        names = set(found)
        _slices(text, CHARACTERS, names)
        if text:
            names.add(f"{_EDGE}{text[:2]}")
        _slices(text.translate(self._table), SYLLABLES, names)
        return names

    def of_text(self, text: str) -> Features:
        """Features of any text."""
        return self.of(fold(text))

    def spoken(self, name: str) -> str:
        """A feature as people may read it; sounds are given as syllables."""
        if _PAIR in name:
            return "…".join(f"〔{self._names[part]}〕" for part in name.split(_PAIR))
        if name and name[0] in self._names:
            return "".join(f"〔{self._names[part]}〕" for part in name)
        shown = []
        for character in name:
            at = ord(character) - _FIRST_SOUND
            shown.append(self.sounds[at] if 0 <= at < len(self.sounds) else character)
        return ("-" if len(shown) > 1 and shown[0].isascii() else "").join(shown)

    def _concepts(self, text: str, found: dict[str, tuple[int, int]]) -> None:
        row = self._matched(text)
        for at, (code, start, end) in enumerate(row):
            found.setdefault(code, (start, end))
            if at + 1 < len(row):
                after = row[at + 1]
                found.setdefault(code + after[0], (start, after[2]))
            if at + 2 < len(row):
                last = row[at + 2]
                found.setdefault(code + row[at + 1][0] + last[0], (start, last[2]))
            for other in row[at + 2 : at + 1 + REACH]:
                found.setdefault(code + _PAIR + other[0], (start, other[2]))

    def _matched(self, text: str) -> list[tuple[str, int, int]]:
        """Class, start and end of the synonyms in a text, the longest word first."""
        row: list[tuple[str, int, int]] = []
        codes, lengths = self._codes, self._lengths
        free = 0
        for at, first in enumerate(text):
            if at < free or first not in lengths:
                continue
            for length in lengths[first]:
                word = text[at : at + length]
                if (code := codes.get(word)) is not None:
                    free = at + len(word)
                    row.append((code, at, free))
                    break
        return row


def _slices(text: str, sizes: tuple[int, int], found: set[str]) -> None:
    for size in range(sizes[0], sizes[1] + 1):
        found.update([text[at : at + size] for at in range(len(text) - size + 1)])


def _runs(text: str, sizes: tuple[int, int], found: dict[str, tuple[int, int]]) -> None:
    for size in range(sizes[0], sizes[1] + 1):
        for at in range(len(text) - size + 1):
            name = text[at : at + size]
            if name not in found:
                found[name] = (at, at + size)


def _reading(folded: Folded, low: int, high: int) -> tuple[str, list[int]]:
    """The text without fillers, its numbers as slots, and where each character comes from."""
    if folded.forms:
        form = folded.forms[0]
        first, last = bisect_left(form.starts, low), bisect_left(form.starts, high)
        text, starts = form.text[first:last], list(form.starts[first:last])
    else:
        text, starts = folded.text[low:high], list(range(low, high))
    if _DIGIT.search(text) is None:
        return text, starts
    parts: list[str] = []
    places: list[int] = []
    at = 0
    for match in _NUMERIC.finditer(text):
        parts += [text[at : match.start()], PERCENT if match.group(1) else NUMBER]
        places += [*starts[at : match.start()], starts[match.start()]]
        at = match.end()
    return "".join([*parts, text[at:]]), places + starts[at:]
