"""Looser readings of a folded text, each with a map back to it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import compress
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

    __slots__ = ("again", "changes", "ends", "high", "low", "starts", "taken", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = list(range(len(text)))
        self.ends = list(range(1, len(text) + 1))
        self.low = len(text)
        """Folded bounds of what was changed."""
        self.high = 0
        self.changes = 0
        self.taken: dict[str, int] = {}
        """For each step how many changes there were before it was last taken."""
        self.again = False

    def without(self, step: Callable[[str], list[int]]) -> bool:
        """Takes a step that leaves characters out; whether it found any."""
        return self._asks(step.__name__) and self.drop(step(self.text))

    def without_again(self, step: Callable[[str], list[int]]) -> bool:
        """The same for a step that only looks for what is said twice."""
        if self._asks("again"):
            self.again = fillers.again(self.text)
        return self.again and self.without(step)

    def numbered(self) -> bool:
        """Writes numbers in their canonical form, whatever the clauses."""
        if not self._asks("numbers"):
            return False
        return convertible(self.text) and self.put(numbers(self.text))

    def _asks(self, step: str) -> bool:
        """Whether anything has changed since a step was last taken."""
        before = self.taken.get(step)
        self.taken[step] = self.changes
        return before != self.changes

    def drop(self, positions: list[int]) -> bool:
        """Leaves characters out; False when there are none to leave out."""
        if not positions:
            return False
        self._touch(positions[0], positions[-1])
        kept = bytearray(b"\1") * len(self.text)
        for at in positions:
            kept[at] = 0
        self.text = "".join(compress(self.text, kept))
        self.starts = list(compress(self.starts, kept))
        self.ends = list(compress(self.ends, kept))
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
        self.changes += 1
        self.low = min(self.low, self.starts[first])
        self.high = max(self.high, self.ends[last])


def of(text: str, clauses: Sequence[int]) -> tuple[tuple[Form, ...], tuple[tuple[int, int], ...]]:
    """The readings of a folded text that differ from it, and the spans of its numbers."""
    some, again = fillers.particles(text), fillers.again(text)
    if not some and not again and not numeric(text):
        return _readings(text, None), ()
    draft = _Draft(text)
    draft.again, draft.taken["again"], draft.taken["particles"] = again, 0, 0
    draft.drop(some)
    draft.without_again(fillers.loops)
    found: list[tuple[int, int, str]] = []
    if numeric(draft.text):
        found = _by_clause(draft, clauses)
    spans = tuple((draft.starts[start], draft.ends[end - 1]) for start, end, _ in found)
    draft.put(found)
    draft.without_again(fillers.repeats)
    if found or draft.changes:
        _settle(draft)
    return _readings(text, draft), spans


def spelled(text: str) -> str:
    """A phrase of a pack with its numbers in their canonical form; nothing is left out of it."""
    if not convertible(text):
        return text
    draft = _Draft(text)
    while draft.put(numbers(draft.text)):
        pass
    return draft.text


def _settle(draft: _Draft) -> None:
    """Repeats the steps until they change nothing more."""
    for _ in range(_PASSES):
        changed = draft.without(fillers.particles)
        changed |= draft.without_again(fillers.loops)
        changed |= draft.numbered()
        changed |= draft.without_again(fillers.repeats)
        if not changed:
            return


def _readings(text: str, draft: _Draft | None) -> tuple[Form, ...]:
    readings: list[Form] = []
    if draft is not None and draft.text != text:
        readings.append(draft.form())
    if gone := fillers.hesitations(draft.text if draft else text):
        draft = draft or _Draft(text)
        while draft.drop(gone):
            _settle(draft)
            gone = fillers.hesitations(draft.text)
        readings.append(draft.form())
    return tuple(readings)


def _by_clause(draft: _Draft, clauses: Sequence[int]) -> list[tuple[int, int, str]]:
    """The numbers of each clause: two clauses never make one number."""
    text = draft.text
    if clauses[0] == clauses[-1]:
        draft.taken["numbers"] = draft.changes
        return numbers(text)
    found: list[tuple[int, int, str]] = []
    begin = 0
    for clause in range(clauses[0], clauses[-1] + 1):
        end = bisect_left(draft.starts, bisect_right(clauses, clause))
        part = text[begin:end]
        found += [(start + begin, stop + begin, form) for start, stop, form in numbers(part)]
        begin = end
    return found
