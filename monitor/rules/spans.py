"""Spans in rows: which occurrences of parts stand near each other, in or out of order.

The work is bounded by the number of occurrences times the reach, whatever the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter

Span = tuple[int, int]
Link = Callable[[int, Span, Span], bool]
"""Whether, at this place of the row (from 0), the second span may follow the first."""

LOOK_BACK = 64
"""Earlier spans tried for each span; those further away end too far before it."""


def chains(parts: Sequence[Sequence[Span]], may_follow: Link) -> list[tuple[Span, ...]]:
    """One span of each part in order, each following the one before; the tightest for each end.

    The spans of a part may be in any order and may overlap.
    """
    rows: list[tuple[Span, ...]] = [(span,) for span in sorted(set(parts[0]))]
    for place, part in enumerate(parts[1:]):
        rows = _extended(rows, sorted(set(part)), place, may_follow)
        if not rows:
            break
    return rows


def _extended(
    rows: list[tuple[Span, ...]], part: list[Span], place: int, may_follow: Link
) -> list[tuple[Span, ...]]:
    rows.sort(key=lambda row: (row[-1][1], row[0][0]))
    ends = [row[-1][1] for row in rows]
    found = []
    for span in part:
        at = bisect_right(ends, span[0])
        best: tuple[Span, ...] | None = None
        for row in rows[max(0, at - LOOK_BACK) : at][::-1]:
            if may_follow(place, row[-1], span) and (best is None or row[0][0] > best[0][0]):
                best = row
        if best is not None:
            found.append((*best, span))
    return found


def ordered(parts: Sequence[Sequence[Span]], within: int) -> list[Span]:
    """Spans from a first to a last part in order, at most `within` characters between two."""
    rows = chains(parts, lambda _, one, other: other[0] - one[1] <= within)
    return [(row[0][0], row[-1][1]) for row in rows]


def near(parts: Sequence[Sequence[Span]], within: int) -> list[Span]:
    """The tightest spans that hold every part in any order, neighbours at most `within` apart."""
    marks = sorted(
        ((span, which) for which, spans in enumerate(parts) for span in set(spans)),
        key=itemgetter(0),
    )
    latest: dict[int, Span] = {}
    found: list[Span] = []
    for span, which in marks:
        latest[which] = span
        if len(latest) < len(parts):
            continue
        held = sorted(latest.values())
        reach = held[0][1]
        for one in held[1:]:
            if one[0] - reach > within:
                break
            reach = max(reach, one[1])
        else:
            found.append((held[0][0], reach))
    return found
