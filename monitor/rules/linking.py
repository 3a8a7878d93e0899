"""Chains in a text: patterns whose words stand apart, in order and near enough."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from typing import Final

from monitor.rules.hits import Slots
from monitor.rules.spans import Row, Span, extended
from monitor.rules.vocabulary import Chain, Link, Wording
from monitor.text.fold import Folded

MAX_SPANS: Final = 64
"""Occurrences of one link that are tried."""

Known = tuple[int, int]
"""Number of the level at which a wording was found, and how many characters differ."""
Spans = dict[Span, Known]
Found = dict[Wording, Spans]
Column = dict[Span, tuple[int, int, str]]
"""Spans that fill a part, with level, differing characters, and the words of the pack."""

_MANY: Final = 12
"""Occurrences from which it pays to look first whether any two are near at all."""
_SENTENCE_ENDS: Final = frozenset("。！？!?；;…\n｡")


class Linker:
    """Joins what was found in one text."""

    __slots__ = ("_bits", "_columns", "_folded", "_found", "_loose", "_slots")

    def __init__(self, found: Found, folded: Folded, slots: Slots) -> None:
        self._found = found
        self._folded = folded
        self._slots = slots
        self._loose = folded.forms[-1].starts if folded.forms else ()
        self._columns: dict[int, Column] = {}
        self._bits: dict[tuple[int, int], tuple[int, int]] = {}

    def rows(self, chain: Chain) -> Iterator[tuple[Row, Known, str]]:
        """Each way in which a chain is met: spans of its links, level, and words of the pack."""
        columns = [self._column(chain.links[0])]
        rows: list[Row] = [(span,) for span in sorted(list(columns[0])[:MAX_SPANS])]
        for place, gap in enumerate(chain.gaps):
            if not rows:
                return
            columns.append(self._column(chain.links[place + 1]))
            rows = self._extended(rows, chain, place, gap)
        for row in rows:
            level, alike, phrase = columns[0][row[0]]
            for place, gap in enumerate(chain.gaps, 1):
                more, differing, words = columns[place][row[place]]
                level, alike = max(level, more), alike + differing
                phrase += "…" + words if gap else words
            yield row, (level, alike), phrase

    def _extended(self, rows: list[Row], chain: Chain, place: int, gap: int) -> list[Row]:
        """Rows with a span of the next link, the gap no larger than allowed."""
        column = self._column(chain.links[place + 1])
        if len(rows) == 1 and len(column) == 1:
            (row,), (span,) = rows, column
            near = row[-1][1] <= span[0] and self._follows(gap, row[-1], span)
            return [(*row, span)] if near else []
        if len(rows) + len(column) > _MANY and not self._near(chain, place, gap):
            return []
        return extended(rows, sorted(list(column)[:MAX_SPANS]), partial(self._follows, gap))

    def _column(self, link: Link) -> Column:
        """The spans that fill a link, in order, each at the best level and with its words."""
        column = self._columns.get(link.number)
        if column is None:
            column = self._slot(link.slot) if link.slot else self._said(link)
            self._columns[link.number] = column
        return column

    def _slot(self, name: str) -> Column:
        return dict.fromkeys(self._slots.get(name, ()), (0, 0, f"{{{name}}}"))

    def _said(self, link: Link) -> Column:
        column: Column = {}
        for wording in link.meanings.keys() & self._found.keys():
            written, exact, sounded = link.meanings[wording]
            for span, (level, alike) in self._found[wording].items():
                if (level == 2 and not sounded) or (level > 2 and not link.sounded):
                    continue
                known = (level or int(not exact), alike, written)
                before = column.get(span)
                if before is None or known < before:
                    column[span] = known
        return column if len(column) < 2 else {span: column[span] for span in sorted(column)}

    def _near(self, chain: Chain, place: int, gap: int) -> bool:
        """False where no two neighbours are near; bits tell, where there are many."""
        ends = self._marks(chain.links[place], 1)
        starts = self._marks(chain.links[place + 1], 0)
        return any(_spread(a, gap) & b for a, b in zip(ends, starts, strict=True))

    def _marks(self, link: Link, edge: int) -> tuple[int, int]:
        """A bit for each place where a link begins (edge 0) or ends (edge 1): in the text, and in
        the text without fillers, because `Folded.distance` is the shorter of the two.
        """
        bits = self._bits.get((link.number, edge))
        if bits is None:
            places = {span[edge] for span in self._column(link)}
            shown = {bisect_left(self._loose, place) for place in places} if self._loose else ()
            bits = sum(1 << place for place in places), sum(1 << place for place in shown)
            self._bits[link.number, edge] = bits
        return bits

    def _follows(self, gap: int, one: Span, other: Span) -> bool | None:
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
