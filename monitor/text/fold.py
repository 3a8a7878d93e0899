"""Text as it is matched, with a map back to every character as it was heard.

`Folded.text` is the text in one width, case and script without punctuation: people's words are
all still in it, so this is where context is read and where hits are given. `Folded.forms` are
looser readings of it (numerals in digits, fillers and repeats left out) that only matching uses.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

import msgspec

from monitor.text import characters, forms
from monitor.text.characters import BREAK, DROPPED, POINT, TABLE, WIDE, clean
from monitor.text.forms import Form

PIECE: Final = 2_000
"""Characters judged at once; no segment of speech is nearly as long."""
OVERLAP: Final = 128
"""Characters that two pieces share: no phrase is longer."""

_DIGITS: Final = frozenset("0123456789")


class Folded(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it is matched. Positions are positions in `text` unless it says otherwise."""

    original: str
    text: str
    """One width, case and script, no punctuation and no spaces; `fold` leaves it as it is."""
    starts: tuple[int, ...]
    """For each character of `text` its position in `original`, never falling."""
    clauses: tuple[int, ...]
    """For each character of `text` the number of its clause, from 0."""
    forms: tuple[Form, ...]
    """Looser readings that differ from `text`: first numerals in digits, particles and stutters
    left out, then also hesitations (那个, 就是) left out."""
    numbers: tuple[tuple[int, int], ...]
    """Spans of the numbers, in order."""
    mark: int = 0
    """Position in `original` where the new part of a joined text begins."""

    @property
    def ends(self) -> tuple[int, ...]:
        """For each character of `text` the end of its character in `original`."""
        return tuple(start + 1 for start in self.starts)

    @property
    def fresh(self) -> int:
        """Position in `text` where the new part of a joined text begins."""
        return bisect_left(self.starts, self.mark)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] was in `original`; an empty span stays empty."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else len(self.original)
            return at, at
        return self.starts[start], self.starts[end - 1] + 1

    def quote(self, start: int, end: int) -> str:
        """The words as they were heard, punctuation included."""
        first, last = self.original_span(start, end)
        return self.original[first:last]

    def folded_span(self, start: int, end: int) -> tuple[int, int]:
        """The part of `text` that came from original[start:end]."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)

    def clause_span(self, at: int) -> tuple[int, int]:
        """The clause around a character of `text`."""
        clause = self.clauses[at]
        return bisect_left(self.clauses, clause), bisect_right(self.clauses, clause)

    def distance(self, start: int, end: int) -> int:
        """Characters of text[start:end] without fillers and repeats; a number as it is written."""
        if not self.forms:
            return max(0, end - start)
        starts = self.forms[-1].starts
        shown = bisect_left(starts, end) - bisect_left(starts, start)
        return max(0, min(shown, end - start))


def fold(text: str) -> Folded:
    """Any text, folded. Pure; never raises; `fold(f.text).text == f.text`."""
    folded, starts, clauses = _exact(text)
    readings, numbers = forms.of(folded, clauses)
    return Folded(
        original=text,
        text=folded,
        starts=tuple(starts),
        clauses=tuple(clauses),
        forms=readings,
        numbers=numbers,
    )


def join(tail: str, text: str) -> Folded:
    """`text` after the end of what the same speaker said before; `mark` says where it begins.

    A phrase cut by a segment boundary is whole here. A hit is new when it ends after `fresh`.
    """
    return msgspec.structs.replace(fold(tail + text), mark=len(tail))


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """(offset, piece) of a text of any length, the pieces overlapping; most texts are one."""
    offset = 0
    while True:
        yield offset, text[offset : offset + PIECE]
        if offset + PIECE >= len(text):
            return
        offset += PIECE - OVERLAP


def plain(text: str) -> str:
    """The folded text alone, without a map."""
    return _exact(text)[0] if clean().search(text) else text


def _exact(text: str) -> tuple[str, list[int], list[int]]:
    """Folded text, the original position of each of its characters, and its clause numbers."""
    parts: list[str] = []
    starts: list[int] = []
    clauses: list[int] = []
    clause = at = 0
    for match in clean().finditer(text):
        position = match.start()
        if position > at:
            parts.append(text[at:position])
            starts += range(at, position)
            clauses += [clause] * (position - at)
        at = position + 1
        entry = TABLE[ord(text[position])]
        if entry == POINT and not _between_digits(text, position):
            entry = BREAK
        if entry == DROPPED:
            continue
        if entry == BREAK:
            if clauses and clauses[-1] == clause:
                clause += 1
            continue
        folded = characters.spell(text[position]) if entry == WIDE else entry
        parts.append(folded)
        starts += [position] * len(folded)
        clauses += [clause] * len(folded)
    if not parts:
        return text[at:], list(range(at, len(text))), [clause] * (len(text) - at)
    parts.append(text[at:])
    starts += range(at, len(text))
    clauses += [clause] * (len(text) - at)
    return "".join(parts), starts, clauses


def _between_digits(text: str, position: int) -> bool:
    return (
        0 < position < len(text) - 1
        and TABLE[ord(text[position - 1])] in _DIGITS
        and TABLE[ord(text[position + 1])] in _DIGITS
    )
