"""The phrase mini-language: a string of a pack into literal words, gaps and slots.

百分百保本            the words
(保证|确保)[您的]保本  alternatives, and what may be left out
{保本词}              any word of a list of the pack
不还~6上门            a gap: at most 6 characters of the same clause; `~` alone is 4
我是{company}的       a slot, filled while matching
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

from monitor.text.fold import plain

MAX_LENGTH: Final = 64
"""Folded characters in a literal; pyahocorasick slows down on long self-similar words."""
MAX_LITERALS: Final = 2_000
"""Literals one pattern may expand to."""
MAX_SOURCE: Final = 1_000
MAX_NESTING: Final = 8
MAX_GAP: Final = 30
DEFAULT_GAP: Final = 4

SLOTS: Final = frozenset(
    {"company", "alias", "person", "agent_no", "licence", "amount", "percent", "date", "digits"}
)

_SPECIAL: Final = frozenset("()[]{}|~?")
_MARKS: Final = re.compile(r"[()\[\]{}|~?]")
_WIDE: Final = str.maketrans("（）［］｛｝｜～【】", "()[]{}|~[]")

Lists = Mapping[str, Sequence[str]]


class PatternError(ValueError):
    """A phrase that cannot be read; the message says why, the loader adds the line."""


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a sequence: any of the literals, or a slot."""

    literals: tuple[str, ...] = ()
    """As written, without marks of the language."""
    slot: str = ""
    gap: int = 0
    """Characters that may stand between the part before and this one."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a phrase of a pack means: it is met when one of its sequences is."""

    source: str
    sequences: tuple[tuple[Part, ...], ...]

    @property
    def literals(self) -> Iterator[str]:
        """Every literal of every part."""
        return (word for parts in self.sequences for part in parts for word in part.literals)

    @property
    def slots(self) -> frozenset[str]:
        """Names of the slots that must be recognised before this can be met."""
        return frozenset(part.slot for parts in self.sequences for part in parts if part.slot)

    @property
    def simple(self) -> bool:
        """Words alone: no gap and no slot."""
        return all(len(parts) == 1 and not parts[0].slot for parts in self.sequences)


@dataclass(frozen=True, slots=True)
class _Gap:
    size: int


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str


_Item = str | _Gap | _Slot
_Path = tuple[_Item, ...]


def parse(text: str, lists: Lists | None = None, *, single: bool = False) -> Pattern:
    """The pattern written in `text`; raises PatternError.

    `lists` are the word lists of the pack. `single` allows a pattern of one character, for use
    inside `near`, `all` and the like.
    """
    if len(text) > MAX_SOURCE:
        raise PatternError(f"a phrase of {len(text)} characters; at most {MAX_SOURCE}")
    words = text.translate(_WIDE)
    if _MARKS.search(words) is None and plain(words):
        simple = (Part(literals=(words,)),)
        _check(simple, single)
        return Pattern(text, (simple,))
    rows = _Reader(words, lists or {}, ()).rows()
    sequences = tuple(dict.fromkeys(parts for row in rows for parts in _sequences(row)))
    for parts in sequences:
        _check(parts, single)
    return Pattern(text, sequences)


@lru_cache(maxsize=65_536)
def _length(word: str) -> int:
    """Folded characters of a word; many patterns share their words."""
    return len(plain(word))


def _check(parts: tuple[Part, ...], single: bool) -> None:
    alone = not single and len(parts) == 1
    for part in parts:
        for word in part.literals:
            length = _length(word)
            if not length:
                raise PatternError(f"{word!r} has no words in it")
            if length > MAX_LENGTH:
                raise PatternError(f"a phrase of {length} characters; at most {MAX_LENGTH}")
            if alone and length < 2:
                raise PatternError(f"{word!r} is a single character; it would be met everywhere")


def _sequences(row: list[list[_Path]]) -> list[tuple[Part, ...]]:
    """A row of alternatives: one sequence where every place holds words, else all the ways."""
    if all(_is_choice_of_words(column) for column in row):
        return [_parts([tuple(path[0] for path in column) for column in row])]
    paths: list[_Path] = [()]
    for column in row:
        paths = _product(paths, column)
    return _merged([_parts([(item,) for item in path]) for path in paths])


def _is_choice_of_words(column: list[_Path]) -> bool:
    """Whether a place is one gap, one slot, or any number of words."""
    single = len(column) == 1 and len(column[0]) == 1
    return single or all(len(path) == 1 and isinstance(path[0], str) for path in column)


def _merged(sequences: list[tuple[Part, ...]]) -> list[tuple[Part, ...]]:
    """Sequences that are words alone become one with alternatives."""
    words = [parts[0].literals[0] for parts in sequences if len(parts) == 1 and not parts[0].slot]
    rest = [parts for parts in sequences if len(parts) > 1 or parts[0].slot]
    return [(Part(literals=tuple(dict.fromkeys(words))),), *rest] if words else rest


def _product(left: list[_Path], right: list[_Path]) -> list[_Path]:
    if len(left) * len(right) > MAX_LITERALS:
        raise PatternError(f"expands to more than {MAX_LITERALS} phrases")
    return list(dict.fromkeys(_joined(a, b) for a, b in product(left, right)))


def _parts(columns: Sequence[tuple[_Item, ...]]) -> tuple[Part, ...]:
    parts: list[Part] = []
    gap = 0
    for column in columns:
        first = column[0]
        if isinstance(first, _Gap):
            gap = max(gap, first.size)
            continue
        if isinstance(first, _Slot):
            parts.append(Part(slot=first.name, gap=gap if parts else 0))
        else:
            words = tuple(item for item in column if isinstance(item, str))
            parts.append(Part(literals=words, gap=gap if parts else 0))
        gap = 0
    if not parts:
        raise PatternError("nothing is left of this phrase when all its options are left out")
    return tuple(parts)


class _Reader:
    """Recursive descent over one phrase. Every method returns the paths through what it read."""

    def __init__(self, text: str, lists: Lists, inside: tuple[str, ...]) -> None:
        self._text = text
        self._lists = lists
        self._inside = inside
        self._at = 0

    def rows(self) -> list[list[list[_Path]]]:
        """The alternatives of the whole phrase; each a row of places between gaps and slots."""
        rows = [self._places()]
        while self._at < len(self._text) and self._text[self._at] == "|":
            self._at += 1
            rows.append(self._places())
        if self._at < len(self._text):
            raise PatternError(f"{self._text[self._at]!r} has no opening mark before it")
        return rows

    def read(self) -> list[_Path]:
        """All the ways through the whole phrase."""
        paths = self._alternatives(0)
        if self._at < len(self._text):
            raise PatternError(f"{self._text[self._at]!r} has no opening mark before it")
        return paths

    def _places(self) -> list[list[_Path]]:
        places: list[list[_Path]] = []
        words: list[_Path] = [()]
        while self._at < len(self._text) and self._text[self._at] not in ")]|":
            more = self._item(0)
            if all(isinstance(item, str) for path in more for item in path):
                words = _product(words, more)
                continue
            places.extend(column for column in (words, more) if column != [()])
            words = [()]
        return [*places, words] if words != [()] else places

    def _alternatives(self, depth: int) -> list[_Path]:
        if depth > MAX_NESTING:
            raise PatternError(f"brackets nested more than {MAX_NESTING} deep")
        paths = self._row(depth)
        while self._at < len(self._text) and self._text[self._at] == "|":
            self._at += 1
            paths = paths + self._row(depth)
        return list(dict.fromkeys(paths))

    def _row(self, depth: int) -> list[_Path]:
        paths: list[_Path] = [()]
        while self._at < len(self._text) and self._text[self._at] not in ")]|":
            paths = _product(paths, self._item(depth))
        return paths

    def _item(self, depth: int) -> list[_Path]:
        mark = self._text[self._at]
        if mark == "(":
            return self._optional(self._group(")", depth))
        if mark == "[":
            return [*self._group("]", depth), ()]
        if mark == "{":
            return self._optional(self._named())
        if mark == "?":
            raise PatternError(
                "'?' stands after brackets only; write [字] for what may be left out"
            )
        if mark == "}":
            raise PatternError("'}' has no opening mark before it")
        if mark == "~":
            return [(self._gap(),)]
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in _SPECIAL:
            self._at += 1
        word = self._text[start : self._at]
        return [(word,)] if plain(word) else [()]

    def _optional(self, paths: list[_Path]) -> list[_Path]:
        """`(又|还)?` is `[又|还]`."""
        if self._text.startswith("?", self._at):
            self._at += 1
            return [*paths, ()]
        return paths

    def _group(self, closing: str, depth: int) -> list[_Path]:
        self._at += 1
        paths = self._alternatives(depth + 1)
        if self._at >= len(self._text) or self._text[self._at] != closing:
            raise PatternError(f"{closing!r} is missing")
        self._at += 1
        return paths

    def _gap(self) -> _Gap:
        self._at += 1
        start = self._at
        while self._at < len(self._text) and self._text[self._at] in "0123456789":
            self._at += 1
        size = int(self._text[start : self._at][:4] or DEFAULT_GAP)
        if not 0 < size <= MAX_GAP:
            raise PatternError(f"a gap of {size} characters; 1 to {MAX_GAP}")
        return _Gap(size)

    def _named(self) -> list[_Path]:
        end = self._text.find("}", self._at)
        if end < 0:
            raise PatternError("'}' is missing")
        name = self._text[self._at + 1 : end].strip()
        self._at = end + 1
        if name in SLOTS:
            return [(_Slot(name),)]
        if name in self._inside:
            raise PatternError(f"the list {name!r} contains itself")
        if name not in self._lists:
            known = ", ".join([*self._lists, *sorted(SLOTS)])
            raise PatternError(f"no list or slot is called {name!r}; there are {known}")
        paths: list[_Path] = []
        for word in self._lists[name]:
            words = word.translate(_WIDE)
            if _MARKS.search(words) is None and _length(words):
                paths.append((words,))
            else:
                paths.extend(_Reader(words, self._lists, (*self._inside, name)).read())
            if len(paths) > MAX_LITERALS:
                raise PatternError(f"expands to more than {MAX_LITERALS} phrases")
        return list(dict.fromkeys(paths))


def _joined(left: _Path, right: _Path) -> _Path:
    """Two paths in a row; words that meet become one word, gaps that meet the larger gap."""
    if left and right:
        last, first = left[-1], right[0]
        if isinstance(last, str) and isinstance(first, str):
            return (*left[:-1], last + first, *right[1:])
        if isinstance(last, _Gap) and isinstance(first, _Gap):
            return (*left[:-1], _Gap(max(last.size, first.size)), *right[1:])
    return left + right
