"""Finds the phrases of all rules in one folded text.

One Aho-Corasick automaton for the words as written and with numbers in digits, one for how they
sound. `iter`, not `iter_long`, which loses matches; automata are built here and never unpickled.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import ahocorasick
import msgspec

from monitor.rules.pattern import MAX_LENGTH, Pattern
from monitor.rules.spans import Span, chains
from monitor.text.fold import Folded, plain
from monitor.text.forms import Form, spelled
from monitor.text.syllables import Confusions, sounds

MAX_HITS: Final = 256
"""Hits of one utterance; a text with more is a loop of the recogniser."""
MAX_FOUND: Final = 4_096
"""Occurrences looked at in one utterance."""
MIN_SYLLABLES: Final = 3
"""Shorter phrases sound like too many others."""

Level = Literal["exact", "normalised", "homophone"]
LEVELS: Final[tuple[Level, ...]] = ("exact", "normalised", "homophone")

Slots = Mapping[str, Sequence[Span]]
"""Spans of a folded text that fill a slot, by its name."""

_RARE: Final = re.compile("[\U00010000-\U0010ffff]")
_NUMERAL: Final = frozenset("0123456789.%零〇一二两三四五六七八九十百千万亿幺")


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


class _Literal(msgspec.Struct, frozen=True):
    """One form of one literal of one part."""

    part: int
    form: str
    written: str
    exact: bool
    opens: bool
    """Begins with a numeral: must not begin inside a number."""
    closes: bool


class _Sequence(msgspec.Struct, frozen=True):
    pattern: int
    parts: tuple[int, ...]
    """Numbers of the parts; -1 for a slot."""
    slots: tuple[str, ...]
    gaps: tuple[int, ...]


class _Found(msgspec.Struct):
    """What is known of one span of one part."""

    level: int
    phrase: str
    alike: int


_Spans = dict[Span, _Found]


class Matcher:
    """Patterns, compiled. Immutable, and safe to share between threads."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        *,
        homophones: bool | Sequence[bool] = True,
        confusions: Confusions | None = None,
    ) -> None:
        """`homophones` says for all, or for each pattern, whether the sound alone is enough."""
        self.patterns: Final = tuple(patterns)
        self.sounds: Final = sounds(confusions)
        self._sequences: list[_Sequence] = []
        self._alone: dict[int, int] = {}
        """Part to pattern, for sequences of one part."""
        written: dict[str, list[_Literal]] = {}
        spoken: dict[str, list[_Literal]] = {}
        parts = 0
        for number, pattern in enumerate(self.patterns):
            sounded = homophones if isinstance(homophones, bool) else homophones[number]
            for sequence in pattern.sequences:
                first = parts
                for part in sequence:
                    for words in part.literals:
                        self._add(parts, words, written, spoken if sounded else None)
                    parts += 1
                self._place(number, sequence, first)
        self.slots: Final = frozenset(name for one in self._sequences for name in one.slots if name)
        """Slots that `find` needs."""
        self._written = _automaton(written)
        self._spoken = _automaton(spoken)

    def _add(
        self,
        part: int,
        words: str,
        written: dict[str, list[_Literal]],
        spoken: dict[str, list[_Literal]] | None,
    ) -> None:
        exact = plain(words)
        for form in dict.fromkeys((exact, spelled(exact))):
            if not form or len(form) > 2 * MAX_LENGTH:
                continue
            literal = _Literal(
                part,
                form,
                words,
                form == exact,
                form[0] in _NUMERAL,
                form[-1] in _NUMERAL,
            )
            written.setdefault(_halves(form), []).append(literal)
            if spoken is not None and _speakable(form):
                spoken.setdefault(self.sounds.codes(form), []).append(literal)

    def _place(self, number: int, sequence: Sequence[Any], first: int) -> None:
        if len(sequence) == 1 and not sequence[0].slot:
            self._alone[first] = number
            return
        self._sequences.append(
            _Sequence(
                number,
                tuple(-1 if part.slot else first + at for at, part in enumerate(sequence)),
                tuple(part.slot for part in sequence),
                tuple(part.gap for part in sequence),
            )
        )

    def __len__(self) -> int:
        return len(self.patterns)

    def find(self, folded: Folded, slots: Slots | None = None) -> list[Hit]:
        """All hits, overlapping ones too, by position. At most MAX_HITS.

        `slots` gives the spans for the slots that the patterns name; a slot not in it is empty.
        """
        found: dict[int, _Spans] = {}
        if self._written is not None:
            self._read(folded, found)
        if self._spoken is not None:
            self._listen(folded, found)
        hits: dict[tuple[int, int, int], Hit] = {}
        for part, spans in found.items():
            pattern = self._alone.get(part)
            if pattern is not None:
                for (start, end), known in spans.items():
                    _keep(hits, _hit(pattern, start, end, known))
        for sequence in self._sequences:
            for hit in _linked(sequence, found, folded, slots or {}):
                _keep(hits, hit)
        return sorted(hits.values())[:MAX_HITS]

    def _read(self, folded: Folded, found: dict[int, _Spans]) -> None:
        """The words, in the text itself and in its looser readings."""
        for form in (None, *folded.forms):
            count = 0
            text = folded.text if form is None else form.text
            for last, literals in self._written.iter(_halves(text)):
                end = (last + 1) // 2
                if not last % 2:
                    continue
                for literal in literals:
                    start = end - len(literal.form)
                    if text[start:end] != literal.form:
                        continue
                    span = _placed(folded, form, literal, start, end)
                    if span is not None:
                        level = 0 if form is None and literal.exact else 1
                        _note(found, literal, span, level, 0)
                count += len(literals)
                if count > MAX_FOUND:
                    break

    def _listen(self, folded: Folded, found: dict[int, _Spans]) -> None:
        """The sounds; the automaton proposes, the readings of each character decide."""
        for form in (None, *folded.forms):
            count = 0
            text = folded.text if form is None else form.text
            for last, literals in self._spoken.iter(self.sounds.codes(text)):
                end = last + 1
                for literal in literals:
                    start = end - len(literal.form)
                    heard = text[start:end]
                    if heard == literal.form or not self.sounds.alike(heard, literal.form):
                        continue
                    span = _placed(folded, form, literal, start, end)
                    if span is not None:
                        pairs = zip(heard, literal.form, strict=True)
                        _note(found, literal, span, 2, sum(a != b for a, b in pairs))
                count += len(literals)
                if count > MAX_FOUND:
                    break


def _halves(text: str) -> str:
    """Two characters below 256 for each: pyahocorasick looks through the children of a node one
    by one, and thousands of phrases begin with thousands of characters. Six times as fast.
    """
    units = text.encode("utf-16-be", "surrogatepass")
    if len(units) != 2 * len(text):
        units = _RARE.sub("\uffff", text).encode("utf-16-be", "surrogatepass")
    return units.decode("latin-1")


def _automaton(entries: dict[str, list[_Literal]]) -> Any:
    """An automaton, or None for no entries: pyahocorasick raises on an empty one."""
    if not entries:
        return None
    automaton = ahocorasick.Automaton(ahocorasick.STORE_ANY, ahocorasick.KEY_STRING)
    for key, literals in entries.items():
        automaton.add_word(key, tuple(literals))
    automaton.make_automaton()
    return automaton


def _speakable(form: str) -> bool:
    han = sum("\u4e00" <= character <= "\u9fff" for character in form)
    return len(form) >= MIN_SYLLABLES and han >= 2


def _placed(
    folded: Folded, form: Form | None, literal: _Literal, start: int, end: int
) -> Span | None:
    """The span in `folded.text`, or None where it would cut a number: 5% is not in 15%."""
    if form is None:
        first, last = start, end
    else:
        if literal.opens and start and form.starts[start - 1] == form.starts[start]:
            return None
        if literal.closes and end < len(form.text) and form.ends[end] == form.ends[end - 1]:
            return None
        first, last = form.span(start, end)
    if literal.opens and _within(folded.numbers, first):
        return None
    if literal.closes and _within(folded.numbers, last):
        return None
    return first, last


def _within(numbers: tuple[Span, ...], at: int) -> bool:
    """Whether a position lies strictly inside a number."""
    before = bisect_left(numbers, (at, 0)) - 1
    return before >= 0 and at < numbers[before][1]


def _note(found: dict[int, _Spans], literal: _Literal, span: Span, level: int, alike: int) -> None:
    spans = found.setdefault(literal.part, {})
    known = spans.get(span)
    if known is None or (level, alike) < (known.level, known.alike):
        spans[span] = _Found(level, literal.written, alike)


def _hit(pattern: int, start: int, end: int, known: _Found, parts: tuple[Span, ...] = ()) -> Hit:
    return Hit(
        start=start,
        end=end,
        pattern=pattern,
        level=LEVELS[known.level],
        phrase=known.phrase,
        alike=known.alike,
        parts=parts,
    )


def _keep(hits: dict[tuple[int, int, int], Hit], hit: Hit) -> None:
    key = (hit.pattern, hit.start, hit.end)
    before = hits.get(key)
    if before is None or LEVELS.index(hit.level) < LEVELS.index(before.level):
        hits[key] = hit


def _linked(
    sequence: _Sequence, found: dict[int, _Spans], folded: Folded, slots: Slots
) -> Iterator[Hit]:
    """Hits of a sequence of several parts, or of a slot."""
    rows: list[Sequence[Span]] = []
    for part, slot in zip(sequence.parts, sequence.slots, strict=True):
        spans: Sequence[Span] = slots.get(slot, ()) if slot else tuple(found.get(part, ()))
        if not spans:
            return
        rows.append(spans[:MAX_HITS])
    for row in _chained(rows, sequence.gaps[1:], folded):
        known = [
            _Found(0, f"{{{slot}}}", 0) if slot else found[part][span]
            for part, slot, span in zip(sequence.parts, sequence.slots, row, strict=True)
        ]
        pieces = [known[0].phrase]
        for one, gap in zip(known[1:], sequence.gaps[1:], strict=True):
            pieces += ["…" if gap else "", one.phrase]
        whole = _Found(
            max(one.level for one in known), "".join(pieces), sum(one.alike for one in known)
        )
        yield _hit(sequence.pattern, row[0][0], row[-1][1], whole, row)


def _chained(
    rows: list[Sequence[Span]], sizes: Sequence[int], folded: Folded
) -> list[tuple[Span, ...]]:
    """Spans of the parts in order, no gap larger than allowed, and no gap over a clause's end."""

    def may_follow(place: int, one: Span, other: Span) -> bool:
        if folded.distance(one[1], other[0]) > sizes[place]:
            return False
        return not sizes[place] or folded.clauses[one[1] - 1] == folded.clauses[other[0]]

    return chains(rows, may_follow)


def outside(hits: Sequence[Hit], allows: Sequence[Hit]) -> list[Hit]:
    """Hits that do not lie inside an allowed phrase.

    An allowed phrase that is only heard by its sound excuses only what is so, too.
    """
    sure = [(a.start, a.end) for a in allows if a.level != "homophone"]
    heard = [(a.start, a.end) for a in allows if a.level == "homophone"]
    kept = []
    for hit in hits:
        spans = [*sure, *heard] if hit.level == "homophone" else sure
        if not any(start <= hit.start and hit.end <= end for start, end in spans):
            kept.append(hit)
    return kept
