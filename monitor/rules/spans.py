"""Spans in rows: which occurrences of parts stand near each other.

The work is bounded by the number of occurrences times the reach, whatever the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

Span = tuple[int, int]
Row = tuple[Span, ...]
Link = Callable[[Span, Span], bool | None]
"""Whether the second span may follow the first; None: it is too far, and so is all before it."""

LOOK_BACK = 64
"""Earlier spans tried for each span; those further away end too far before it."""


def extended(rows: list[Row], part: Sequence[Span], may_follow: Link) -> list[Row]:
    """Each span of a part, in order, behind the row that it may follow; the tightest for each."""
    rows.sort(key=lambda row: (row[-1][1], row[0][0]))
    ends = [row[-1][1] for row in rows]
    found: list[Row] = []
    for span in part:
        at = bisect_right(ends, span[0])
        best: Row | None = None
        for place in range(at - 1, max(0, at - LOOK_BACK) - 1, -1):
            row = rows[place]
            if best is not None and row[0][0] <= best[0][0]:
                continue
            follows = may_follow(row[-1], span)
            if follows is None:
                break
            if follows:
                best = row
        if best is not None:
            found.append((*best, span))
    return found
