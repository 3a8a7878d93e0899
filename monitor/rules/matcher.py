"""Finds the phrases of all rules in one folded text.

One Aho-Corasick automaton for the words as written and with numbers in digits, one for how they
sound. `iter`, not `iter_long`, which loses matches; automata are built here and never unpickled.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import ahocorasick
import msgspec

from monitor.rules.pattern import MAX_LENGTH, Part, Pattern
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
_SENTENCE_ENDS: Final = frozenset("。！？!?；;…\n｡")
_UNITS: Final = frozenset("百千万亿")
"""A unit alone may close a number: 给~2批~3万 is met by 给您批二十万."""


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


class _Form(msgspec.Struct, frozen=True):
    """A string that is looked for, whatever phrases it stands for."""

    number: int
    text: str
    opens: bool
    """Begins with a numeral: must not begin inside a number."""
    closes: bool


class _Meaning(msgspec.Struct, frozen=True):
    """What a form is to one part."""

    written: str
    """The words of the pack."""
    exact: bool
    sounded: bool


class _Part(msgspec.Struct, frozen=True):
    """A place of a sequence: the forms that fill it, or a slot."""

    meanings: dict[int, _Meaning]
    slot: str
    gap: int


class _Sequence(msgspec.Struct, frozen=True):
    pattern: int
    parts: tuple[_Part, ...]


class _Found(msgspec.Struct, frozen=True, order=True):
    """How a form or a part was found at a span."""

    level: int
    """0 in the text, 1 in a looser reading, 2 by its sound."""
    alike: int
    phrase: str = ""


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
        self._forms: dict[str, _Form] = {}
        self._heard: set[str] = set()
        self._alone: dict[int, list[tuple[int, _Meaning]]] = {}
        """Form to the patterns that it meets by itself."""
        self._triggers: dict[int, list[_Sequence]] = {}
        """Form to the sequences that need it, or another of its part."""
        self._slotted: list[_Sequence] = []
        """Sequences of slots alone."""
        slots: set[str] = set()
        for number, pattern in enumerate(self.patterns):
            sounded = homophones if isinstance(homophones, bool) else homophones[number]
            slots |= pattern.slots
            for sequence in pattern.sequences:
                parts = tuple(self._part(part, sounded) for part in sequence)
                self._place(_Sequence(number, parts))
        self.slots: Final = frozenset(slots)
        """Slots that `find` needs."""
        self._written = _automaton((_halves(form.text), form) for form in self._forms.values())
        self._spoken = _automaton(
            (self.sounds.codes(text), self._forms[text]) for text in sorted(self._heard)
        )

    def _part(self, part: Part, sounded: bool) -> _Part:
        meanings: dict[int, _Meaning] = {}
        for words in part.literals:
            exact = plain(words)
            for text in dict.fromkeys((exact, spelled(exact))):
                if not text or len(text) > 2 * MAX_LENGTH:
                    continue
                form = self._forms.get(text)
                if form is None:
                    opens = text[0] in _NUMERAL and text not in _UNITS
                    closes = text[-1] in _NUMERAL and text not in _UNITS
                    form = self._forms[text] = _Form(len(self._forms), text, opens, closes)
                heard = sounded and _speakable(text)
                if heard:
                    self._heard.add(text)
                meanings.setdefault(form.number, _Meaning(words, text == exact, heard))
        return _Part(meanings, part.slot, part.gap)

    def _place(self, sequence: _Sequence) -> None:
        """Files a sequence under the forms of its rarest part: the one with the longest words."""
        if len(sequence.parts) == 1 and not sequence.parts[0].slot:
            for form, meaning in sequence.parts[0].meanings.items():
                self._alone.setdefault(form, []).append((sequence.pattern, meaning))
            return
        spoken = [part for part in sequence.parts if not part.slot]
        if not spoken:
            self._slotted.append(sequence)
            return
        rarest = max(spoken, key=lambda p: min(len(m.written) for m in p.meanings.values()))
        for form in rarest.meanings:
            self._triggers.setdefault(form, []).append(sequence)

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
        sequences = {id(one): one for one in self._slotted}
        for form, spans in found.items():
            for pattern, meaning in self._alone.get(form, ()):
                for (start, end), known in _meant(spans, meaning):
                    _keep(hits, _hit(pattern, start, end, known))
            for sequence in self._triggers.get(form, ()):
                sequences[id(sequence)] = sequence
        for sequence in sequences.values():
            for hit in _linked(sequence, found, folded, slots or {}):
                _keep(hits, hit)
        return sorted(hits.values())[:MAX_HITS]

    def _read(self, folded: Folded, found: dict[int, _Spans]) -> None:
        """The words, in the text itself and in its looser readings."""
        for reading in (None, *folded.forms):
            text = folded.text if reading is None else reading.text
            known = _Found(0 if reading is None else 1, 0)
            for count, (last, forms) in enumerate(self._written.iter(_halves(text))):
                if count > MAX_FOUND:
                    break
                if not last % 2:
                    continue
                end = (last + 1) // 2
                for form in forms:
                    start = end - len(form.text)
                    if text[start:end] == form.text:
                        span = _placed(folded, reading, form, start, end)
                        if span is not None:
                            found.setdefault(form.number, {}).setdefault(span, known)

    def _listen(self, folded: Folded, found: dict[int, _Spans]) -> None:
        """The sounds; the automaton proposes, the readings of each character decide."""
        for reading in (None, *folded.forms):
            text = folded.text if reading is None else reading.text
            for count, (last, forms) in enumerate(self._spoken.iter(self.sounds.codes(text))):
                if count > MAX_FOUND:
                    break
                end = last + 1
                for form in forms:
                    start = end - len(form.text)
                    alike = _differing(text[start:end], form.text)
                    if not 0 < alike <= _tolerance(form.text):
                        continue
                    if not self.sounds.alike(text[start:end], form.text):
                        continue
                    span = _placed(folded, reading, form, start, end)
                    if span is not None:
                        spans = found.setdefault(form.number, {})
                        known = _Found(2, alike)
                        spans[span] = min(known, spans.get(span, known))


def _tolerance(form: str) -> int:
    """How many characters may be heard as others: of three only one, else all but one.

    In 3,728 sentences that say nothing wrong this halved the hits by sound alone.
    """
    return 1 if len(form) == MIN_SYLLABLES else len(form) - 1


def _differing(heard: str, form: str) -> int:
    return sum(map(operator.ne, heard, form))


def _meant(spans: _Spans, meaning: _Meaning) -> Iterator[tuple[Span, _Found]]:
    """Where a form was found, as one part takes it."""
    for span, known in spans.items():
        if known.level < 2:
            level = known.level if meaning.exact else 1
            yield span, _Found(level, 0, meaning.written)
        elif meaning.sounded:
            yield span, _Found(2, known.alike, meaning.written)


def _halves(text: str) -> str:
    """Two characters below 256 for each: pyahocorasick looks through the children of a node one
    by one, and thousands of phrases begin with thousands of characters. Six times as fast.
    """
    units = text.encode("utf-16-be", "surrogatepass")
    if len(units) != 2 * len(text):
        units = _RARE.sub("\uffff", text).encode("utf-16-be", "surrogatepass")
    return units.decode("latin-1")


def _automaton(entries: Iterable[tuple[str, _Form]]) -> Any:
    """An automaton, or None for no entries: pyahocorasick raises on an empty one."""
    keys: dict[str, list[_Form]] = {}
    for key, form in entries:
        keys.setdefault(key, []).append(form)
    if not keys:
        return None
    automaton = ahocorasick.Automaton(ahocorasick.STORE_ANY, ahocorasick.KEY_STRING)
    for key, forms in keys.items():
        automaton.add_word(key, tuple(forms))
    automaton.make_automaton()
    return automaton


def _speakable(form: str) -> bool:
    han = sum("\u4e00" <= character <= "\u9fff" for character in form)
    return len(form) >= MIN_SYLLABLES and han >= 2


def _placed(folded: Folded, reading: Form | None, form: _Form, start: int, end: int) -> Span | None:
    """The span in `folded.text`, or None where it would cut a number: 5% is not in 15%."""
    if reading is None:
        first, last = start, end
    else:
        if form.opens and start and reading.starts[start - 1] == reading.starts[start]:
            return None
        if form.closes and end < len(reading.text) and reading.ends[end] == reading.ends[end - 1]:
            return None
        first, last = reading.span(start, end)
    if form.opens and _within(folded.numbers, first):
        return None
    if form.closes and _within(folded.numbers, last):
        return None
    return first, last


def _within(numbers: tuple[Span, ...], at: int) -> bool:
    """Whether a position lies strictly inside a number."""
    before = bisect_left(numbers, (at, 0)) - 1
    return before >= 0 and at < numbers[before][1]


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
    rows: list[_Spans] = []
    for part in sequence.parts:
        spans = _filled(part, found, slots)
        if not spans:
            return
        rows.append(spans)
    gaps = [part.gap for part in sequence.parts[1:]]
    for row in _chained([list(spans)[:MAX_HITS] for spans in rows], gaps, folded):
        known = [spans[span] for spans, span in zip(rows, row, strict=True)]
        pieces = [known[0].phrase]
        for one, gap in zip(known[1:], gaps, strict=True):
            pieces += ["…" if gap else "", one.phrase]
        level, alike = max(one.level for one in known), sum(one.alike for one in known)
        whole = _Found(level, alike, "".join(pieces))
        yield _hit(sequence.pattern, row[0][0], row[-1][1], whole, row)


def _filled(part: _Part, found: dict[int, _Spans], slots: Slots) -> _Spans:
    """The spans that fill a part, each at the best level."""
    if part.slot:
        known = _Found(0, 0, f"{{{part.slot}}}")
        return dict.fromkeys(slots.get(part.slot, ()), known)
    spans: _Spans = {}
    for form in found.keys() & part.meanings.keys():
        for span, known in _meant(found[form], part.meanings[form]):
            spans[span] = min(known, spans.get(span, known))
    return dict(sorted(spans.items()))


def _chained(
    rows: Sequence[Sequence[Span]], sizes: Sequence[int], folded: Folded
) -> list[tuple[Span, ...]]:
    """Spans of the parts in order, no gap larger than allowed, and no gap over a sentence's end.

    A gap may hold a comma: recognised text has none, and both must be judged alike.
    """

    def may_follow(place: int, one: Span, other: Span) -> bool:
        if folded.distance(one[1], other[0]) > sizes[place]:
            return False
        if not sizes[place] or folded.clauses[one[1] - 1] == folded.clauses[other[0]]:
            return True
        between = folded.original[folded.ends[one[1] - 1] : folded.starts[other[0]]]
        return _SENTENCE_ENDS.isdisjoint(between)

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
