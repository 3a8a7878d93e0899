"""Chains in a text: patterns whose words stand apart, in order and near enough."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from monitor.rules.hits import Slots
from monitor.rules.spans import Row, Span, extended
from monitor.rules.vocabulary import Chain, Link, Wording
from monitor.text.fold import Folded

MAX_SPANS: Final = 256
"""Occurrences of one link that are tried."""

Known = tuple[int, int]
"""Number of the level at which a wording was found, and how many characters differ."""
Spans = dict[Span, Known]
Found = dict[Wording, Spans]
Column = dict[Span, tuple[int, int, str]]
"""Spans that fill a part, with level, differing characters, and the words of the pack."""

_MANY: Final = 16
"""Occurrences from which it pays to look first whether any two are near at all."""
_SENTENCE_ENDS: Final = frozenset("。！？!?；;…\n｡")


class Linker:
    """Joins what was found in one text."""

    def __init__(self, found: Found, folded: Folded, slots: Slots) -> None:
        self._found = found
        self._folded = folded
        self._slots = slots
        self._loose = folded.forms[-1].starts if folded.forms else ()
        self._columns: dict[int | str, Column] = {}
        self._bits: dict[tuple[int | str, int], tuple[int, int]] = {}

    def rows(self, chain: Chain) -> Iterator[tuple[Row, Known, str]]:
        """Each way in which a chain is met: spans of its parts, level, and words of the pack."""
        columns = []
        for part in chain.parts:
            column = self._column(part)
            if not column:
                return
            columns.append(column)
        if not self._near(chain, columns):
            return
        for row in self._chained(columns, chain.gaps):
            known = [column[span] for column, span in zip(columns, row, strict=True)]
            words = [known[0][2]]
            for one, gap in zip(known[1:], chain.gaps, strict=True):
                words += ["…" if gap else "", one[2]]
            level, alike = max(one[0] for one in known), sum(one[1] for one in known)
            yield row, (level, alike), "".join(words)

    def _column(self, part: Link | str) -> Column:
        """The spans that fill a part, in order, each at the best level and with its words."""
        key = part if isinstance(part, str) else part.number
        column = self._columns.get(key)
        if column is None:
            column = self._slot(part) if isinstance(part, str) else self._link(part)
            self._columns[key] = column
        return column

    def _slot(self, name: str) -> Column:
        return dict.fromkeys(self._slots.get(name, ()), (0, 0, f"{{{name}}}"))

    def _link(self, link: Link) -> Column:
        spans: Column = {}
        for wording in link.meanings.keys() & self._found.keys():
            meaning = link.meanings[wording]
            for span, (level, alike) in self._found[wording].items():
                if level == 2 and not meaning.sounded:
                    continue
                known = (level or (0 if meaning.exact else 1), alike, meaning.written)
                before = spans.get(span)
                spans[span] = known if before is None or known < before else before
        return {span: spans[span] for span in sorted(spans)}

    def _near(self, chain: Chain, columns: Sequence[Column]) -> bool:
        """False where two neighbours are nowhere near; bits tell, where there are many."""
        for place, gap in enumerate(chain.gaps):
            if len(columns[place]) + len(columns[place + 1]) < _MANY:
                continue
            ends = self._marks(chain.parts[place], columns[place], 1)
            starts = self._marks(chain.parts[place + 1], columns[place + 1], 0)
            if not any(_spread(a, gap) & b for a, b in zip(ends, starts, strict=True)):
                return False
        return True

    def _marks(self, part: Link | str, column: Column, edge: int) -> tuple[int, int]:
        """A bit for each place where a part begins (edge 0) or ends (edge 1): in the text, and in
        the text without fillers, because `Folded.distance` is the shorter of the two.
        """
        key = (part if isinstance(part, str) else part.number, edge)
        bits = self._bits.get(key)
        if bits is None:
            places = {span[edge] for span in column}
            shown = {bisect_left(self._loose, place) for place in places} if self._loose else ()
            bits = sum(1 << place for place in places), sum(1 << place for place in shown)
            self._bits[key] = bits
        return bits

    def _chained(
        self, columns: Sequence[Column], gaps: Sequence[int]
    ) -> list[Row]:
        """Spans of the parts in order, no gap larger than allowed, nor over a sentence's end."""
        rows: list[Row] = [(span,) for span in sorted(list(columns[0])[:MAX_SPANS])]
        for column, gap in zip(columns[1:], gaps, strict=True):
            spans = sorted(list(column)[:MAX_SPANS])
            rows = extended(rows, spans, lambda one, other, g=gap: self._follows(one, other, g))
            if not rows:
                break
        return rows

    def _follows(self, one: Span, other: Span, gap: int) -> bool | None:
        """A gap may hold a comma: recognised text has none, and both must be judged alike."""
        folded, end, start = self._folded, one[1], other[0]
        if start - end > gap and folded.distance(end, start) > gap:
            return None
        if not gap or folded.clauses[end - 1] == folded.clauses[start]:
            return True
        between = folded.original[folded.starts[end - 1] + 1 : folded.starts[start]]
        return _SENTENCE_ENDS.isdisjoint(between)


def _spread(bits: int, reach: int) -> int:
    """Every bit, and those up to `reach` above it."""
    done = 0
    while done < reach:
        step = min(done + 1, reach - done)
        bits |= bits << step
        done += step
    return bits
