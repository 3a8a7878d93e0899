"""Looser readings of a folded text, each with a map back to it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

import msgspec

from monitor.text import fillers
from monitor.text.numerals import convertible, numbers, numeric

_PASSES: Final = 20
"""Leaving something out can make new neighbours; more passes than this no text has needed."""


class Form(msgspec.Struct, frozen=True):
    """A reading: each character of `text` stands for folded text[starts[i]:ends[i]]."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    changed: tuple[int, int]
    """Bounds of the part of `text` that differs from the folded text: nothing was left out or
    written otherwise before and behind it."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the folded text that text[start:end] stands for; not for empty spans."""
        return self.starts[start], self.ends[end - 1]


class _Draft:
    """A reading being made."""

    __slots__ = ("ends", "high", "low", "starts", "text")

    def __init__(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.text = text
        self.starts = list(starts)
        self.ends = list(ends)
        self.low = len(text)
        """Folded bounds of what was changed."""
        self.high = 0

    def drop(self, positions: list[int]) -> bool:
        """Leaves characters out; False when there are none to leave out."""
        if not positions:
            return False
        self._touch(positions[0], positions[-1])
        gone = set(positions)
        keep = [at for at in range(len(self.text)) if at not in gone]
        self.text = "".join([self.text[at] for at in keep])
        self.starts = [self.starts[at] for at in keep]
        self.ends = [self.ends[at] for at in keep]
        return True

    def put(self, found: list[tuple[int, int, str]]) -> bool:
        """Writes numbers in their canonical form; False when all have it already."""
        if all(form == self.text[start:end] for start, end, form in found):
            return False
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for start, end, form in found:
            if form != self.text[start:end]:
                self._touch(start, end - 1)
            parts += [self.text[at:start], form]
            starts += [*self.starts[at:start], *[self.starts[start]] * len(form)]
            ends += [*self.ends[at:start], *[self.ends[end - 1]] * len(form)]
            at = end
        self.text = "".join([*parts, self.text[at:]])
        self.starts = starts + self.starts[at:]
        self.ends = ends + self.ends[at:]
        return True

    def form(self) -> Form:
        """The reading, finished."""
        changed = bisect_left(self.starts, self.low), bisect_left(self.starts, self.high)
        return Form(self.text, tuple(self.starts), tuple(self.ends), changed)

    def _touch(self, first: int, last: int) -> None:
        self.low = min(self.low, self.starts[first])
        self.high = max(self.high, self.ends[last])


def of(text: str, clauses: Sequence[int]) -> tuple[tuple[Form, ...], tuple[tuple[int, int], ...]]:
    """The readings of a folded text that differ from it, and the spans of its numbers."""
    draft: _Draft | None = None
    if gone := fillers.particles(text):
        draft = _draft(text)
        draft.drop(gone)
    if gone := fillers.loops(draft.text if draft else text):
        draft = draft or _draft(text)
        draft.drop(gone)
    spans: tuple[tuple[int, int], ...] = ()
    found = _by_clause(draft, text, clauses)
    if found:
        draft = draft or _draft(text)
        spans = tuple((draft.starts[start], draft.ends[end - 1]) for start, end, _ in found)
        draft.put(found)
    again = fillers.repeats(draft.text if draft else text)
    if again:
        draft = draft or _draft(text)
        draft.drop(again)
    if draft:
        _settle(draft)
    return _readings(text, draft), spans


def spelled(text: str) -> str:
    """A phrase of a pack with its numbers in their canonical form; nothing is left out of it."""
    draft = _draft(text)
    while draft.put(numbers(draft.text)):
        pass
    return draft.text


def _draft(text: str) -> _Draft:
    return _Draft(text, range(len(text)), range(1, len(text) + 1))


def _settle(draft: _Draft) -> None:
    """Repeats the steps until they change nothing more."""
    for _ in range(_PASSES):
        changed = draft.drop(fillers.particles(draft.text))
        changed |= draft.drop(fillers.loops(draft.text))
        changed |= convertible(draft.text) and draft.put(numbers(draft.text))
        changed |= draft.drop(fillers.repeats(draft.text))
        if not changed:
            return


def _readings(text: str, draft: _Draft | None) -> tuple[Form, ...]:
    readings: list[Form] = []
    if draft is not None and draft.text != text:
        readings.append(draft.form())
    if gone := fillers.hesitations(draft.text if draft else text):
        draft = draft or _draft(text)
        while draft.drop(gone):
            _settle(draft)
            gone = fillers.hesitations(draft.text)
        readings.append(draft.form())
    return tuple(readings)


def _by_clause(
    draft: _Draft | None, text: str, clauses: Sequence[int]
) -> list[tuple[int, int, str]]:
    """The numbers of each clause: two clauses never make one number."""
    now = draft.text if draft else text
    if not numeric(now):
        return []
    if not clauses or clauses[0] == clauses[-1]:
        return numbers(now)
    found: list[tuple[int, int, str]] = []
    begin = 0
    for clause in range(clauses[0], clauses[-1] + 1):
        end = bisect_right(clauses, clause)
        if draft:
            end = bisect_left(draft.starts, end)
        part = now[begin:end]
        if numeric(part):
            found += [(start + begin, stop + begin, form) for start, stop, form in numbers(part)]
        begin = end
    return found
