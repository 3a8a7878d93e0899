"""Finds the phrases of all rules in one folded text.

One Aho-Corasick automaton for the words as written and with numbers in digits, one for how they
sound. `iter`, not `iter_long`, which loses matches; automata are built here and never unpickled.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import ahocorasick

from monitor.rules.hits import Best, Hit, Slots
from monitor.rules.linking import Found, Known, Linker, Spans
from monitor.rules.misheard import GUESSED, Ear, plausible
from monitor.rules.pattern import Pattern
from monitor.rules.spans import Span
from monitor.rules.vocabulary import Chain, Vocabulary, Wording
from monitor.text.fold import Folded
from monitor.text.forms import Form
from monitor.text.syllables import Confusions, sounds

MAX_HITS: Final = 256
"""Hits of one utterance; a text with more is a loop of the recogniser."""
MAX_SAME: Final = 12
"""Occurrences of one wording; nobody says a phrase more often in one breath."""
MAX_FOUND: Final = 4_096
"""Occurrences looked at in one reading of an utterance."""

MAX_KEPT: Final = 20_000
"""Decisions on words by their sound that are kept; speech repeats itself."""

Alike = tuple[tuple[Wording, Known], ...]

_RARE: Final = re.compile("[\U00010000-\U0010ffff]")
_PRIVATE: Final = range(0xE000, 0xF900)
_NO_CODE: Final = "\uffff"
_EXACT: Final = (0, 0)
_LOOSE: Final = (1, 0)


class Matcher:
    """Patterns, compiled. Safe to share between threads."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        *,
        homophones: bool | Sequence[bool] = True,
        misheard: Collection[int] | None = None,
        confusions: Confusions | None = None,
    ) -> None:
        """`homophones` says for all, or for each pattern, whether the sound alone is enough.

        `misheard` are the numbers of those that doubtful text may meet with a syllable that is
        another; by default all.
        """
        self.patterns: Final = tuple(patterns)
        self.sounds: Final = sounds(confusions)
        sounded = [homophones] * len(self.patterns) if isinstance(homophones, bool) else homophones
        self.slots: Final = frozenset(name for one in self.patterns for name in one.slots)
        """Slots that `find` needs."""
        self._vocabulary: Final = Vocabulary(self.patterns, sounded)
        wordings = self._vocabulary.wordings.values()
        self._halves: Final = _Halves(one.text for one in wordings)
        texts = self._halves.all_of([one.text for one in wordings])
        self._written: Final = _automaton(zip(texts, wordings, strict=True))
        self._spoken: Final = _automaton(self._sounding(wordings).items())
        self._ear: Final = Ear(wordings)
        everything = range(len(self.patterns))
        self._guessed: Final = frozenset(everything if misheard is None else misheard)
        self._alike: dict[str, Alike] = {}
        """Words that the second automaton proposed, and what they may stand for."""
        self._longest: Final = max((len(one.text) for one in wordings), default=0)

    def _sounding(self, wordings: Iterable[Wording]) -> dict[str, tuple[Wording, ...]]:
        """Codes to the wordings that sound so, in the order of their text."""
        found: dict[str, list[Wording]] = {}
        heard = sorted((one for one in wordings if one.heard), key=lambda one: one.text)
        codes = self.sounds.codes("".join([one.text for one in heard]))
        at = 0
        for one in heard:
            found.setdefault(codes[at : at + len(one.text)], []).append(one)
            at += len(one.text)
        return {codes: tuple(alike) for codes, alike in found.items()}

    def __len__(self) -> int:
        return len(self.patterns)

    def find(
        self,
        folded: Folded,
        slots: Slots | None = None,
        doubtful: Sequence[bool] | None = None,
        *,
        loosely: bool = True,
    ) -> list[Hit]:
        """All hits, overlapping ones too, by position. At most MAX_HITS.

        `slots` gives the spans for the slots that the patterns name; a slot not in it is empty.
        `doubtful` marks the folded characters that a recogniser may have misheard. `loosely`: also
        in looser readings of the text and by sound.
        """
        found: Found = {}
        if self._written is not None:
            self._read(folded, found)
            for form in folded.forms if loosely else ():
                self._reread(folded, form, found)
        if self._spoken is not None and loosely:
            self._listen(folded, None, found)
            for form in folded.forms:
                self._listen(folded, form, found)
        if doubtful is not None and loosely:
            for wording, span, changed in self._ear.hear(folded.text, doubtful):
                found.setdefault(wording, {}).setdefault(span, (GUESSED, changed))
        best = Best()
        for wording, spans in found.items():
            if wording.alone:
                self._alone(folded.text, wording, spans, best)
        if chains := self._chains(found):
            linker = Linker(found, folded, slots or {})
            for chain in chains:
                for row, known, words in linker.rows(chain):
                    if known[0] == GUESSED and not (
                        chain.pattern in self._guessed and plausible(folded.text, row, words)
                    ):
                        continue
                    best.keep(chain.pattern, (row[0][0], row[-1][1]), known, words, row)
        return best.first(MAX_HITS)

    def _alone(self, text: str, wording: Wording, spans: Spans, best: Best) -> None:
        """What a wording meets by itself."""
        some = list(spans.items())[:MAX_SAME]
        for pattern, meaning in wording.alone:
            for span, (level, alike) in some:
                if level < 2:
                    known = _EXACT if level == 0 and meaning.exact else _LOOSE
                    best.keep(pattern, span, known, meaning.written)
                elif meaning.sounded and (
                    level == 2
                    or (pattern in self._guessed and plausible(text, (span,), wording.text))
                ):
                    best.keep(pattern, span, (level, alike), meaning.written)

    def _chains(self, found: Found) -> list[Chain]:
        """Chains all of whose links were found, in the order in which their rarest were."""
        said = 0
        for wording in found:
            said |= wording.fills
        ready = dict.fromkeys(self._vocabulary.bare)
        for wording in found:
            for chain in wording.chains:
                if chain.needs & said == chain.needs:
                    ready[chain] = None
        return list(ready)

    def _read(self, folded: Folded, found: Found) -> None:
        """The words, in the text itself."""
        text, numbers = folded.text, folded.numbers
        halves = self._halves.of(text)
        for count, (last, wording) in enumerate(self._written.iter(halves)):
            if count > MAX_FOUND:
                break
            if not last & 1:
                continue
            end = (last + 1) >> 1
            start = end - len(wording.text)
            if numbers and (
                (wording.opens and _within(numbers, start))
                or (wording.closes and _within(numbers, end))
            ):
                continue
            spans = found.get(wording)
            if spans is None:
                found[wording] = {(start, end): _EXACT}
            else:
                spans[start, end] = _EXACT

    def _reread(self, folded: Folded, form: Form, found: Found) -> None:
        """The words, in a looser reading: only where it differs from the text."""
        text, starts, ends = form.text, form.starts, form.ends
        first, last = form.changed
        begin, stop = max(0, first - self._longest), min(len(text), last + self._longest)
        halves = self._halves.of(text)
        for count, (at, wording) in enumerate(self._written.iter(halves, 2 * begin, 2 * stop)):
            if count > MAX_FOUND:
                break
            if not at & 1:
                continue
            end = (at + 1) >> 1
            start = end - len(wording.text)
            low = starts[start]
            if ends[end - 1] - low == end - start and folded.text.startswith(wording.text, low):
                continue
            span = _placed(folded, form, wording, start, end)
            if span is not None:
                found.setdefault(wording, {}).setdefault(span, _LOOSE)

    def _listen(self, folded: Folded, form: Form | None, found: Found) -> None:
        """The sounds; the automaton proposes, the readings of each character decide."""
        text = folded.text if form is None else form.text
        first, last = (0, len(text)) if form is None else form.changed
        begin, stop = max(0, first - self._longest), min(len(text), last + self._longest)
        codes = self.sounds.codes(text)
        for count, (at, wordings) in enumerate(self._spoken.iter(codes, begin, stop)):
            if count > MAX_FOUND:
                break
            end = at + 1
            start = end - len(wordings[0].text)
            heard = text[start:end]
            alike = self._alike.get(heard)
            if alike is None:
                alike = self._decide(heard, wordings)
            for wording, known in alike:
                span = _placed(folded, form, wording, start, end)
                if span is not None:
                    spans = found.setdefault(wording, {})
                    spans[span] = min(known, spans.get(span, known))

    def _decide(self, heard: str, wordings: Iterable[Wording]) -> Alike:
        """Which of the wordings of these codes words may be misheard for."""
        alike = tuple(
            (one, (2, differing))
            for one in wordings
            if 0 < (differing := sum(map(operator.ne, heard, one.text))) <= one.tolerance
            and self.sounds.alike(heard, one.text)
        )
        if len(self._alike) >= MAX_KEPT:
            self._alike.clear()
        self._alike[heard] = alike
        return alike


class _Halves:
    """A text as two characters below 256 for each: pyahocorasick looks through the children of a
    node one by one, and thousands of phrases begin with thousands of characters. Six times as
    fast. Characters beyond U+FFFF get codes of the private area, which no folded text holds.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        rare = sorted(set(_RARE.findall("".join(texts))))
        self._codes = dict(zip(rare, map(chr, _PRIVATE), strict=False))

    def of(self, text: str) -> str:
        units = text.encode("utf-16-be", "surrogatepass")
        if len(units) != 2 * len(text):
            text = _RARE.sub(lambda found: self._codes.get(found[0], _NO_CODE), text)
            units = text.encode("utf-16-be", "surrogatepass")
        return units.decode("latin-1")

    def all_of(self, texts: list[str]) -> list[str]:
        """`of` each: one call for all takes a fifth of the time."""
        halves, found, at = self.of("".join(texts)), [], 0
        for text in texts:
            found.append(halves[at : at + 2 * len(text)])
            at += 2 * len(text)
        return found


def _automaton(entries: Iterable[tuple[str, Any]]) -> Any:
    """An automaton, or None for no entries: pyahocorasick raises on an empty one."""
    automaton = ahocorasick.Automaton(ahocorasick.STORE_ANY, ahocorasick.KEY_STRING)
    for key, value in entries:
        automaton.add_word(key, value)
    if not len(automaton):
        return None
    automaton.make_automaton()
    return automaton


def _placed(
    folded: Folded, form: Form | None, wording: Wording, start: int, end: int
) -> Span | None:
    """The span in `folded.text`, or None where it would cut a number: 5% is not in 15%."""
    if form is None:
        first, last = start, end
    else:
        starts, ends = form.starts, form.ends
        if wording.opens and start and starts[start - 1] == starts[start]:
            return None
        if wording.closes and end < len(ends) and ends[end] == ends[end - 1]:
            return None
        first, last = form.span(start, end)
    if wording.opens and _within(folded.numbers, first):
        return None
    if wording.closes and _within(folded.numbers, last):
        return None
    return first, last


def _within(numbers: tuple[Span, ...], at: int) -> bool:
    """Whether a position lies strictly inside a number."""
    before = bisect_left(numbers, (at, 0)) - 1
    return before >= 0 and at < numbers[before][1]
