from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.spans import Span, near, ordered

SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 3)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=6,
)


@given(SPANS, SPANS, st.integers(0, 8))
def test_ordered_agrees_with_every_pair(one: list[Span], two: list[Span], within: int) -> None:
    expected = {b[1] for a in one for b in two if a[1] <= b[0] <= a[1] + within}
    assert {end for _, end in ordered([one, two], within)} == expected


@given(SPANS, SPANS, st.integers(0, 8))
def test_near_finds_something_where_a_pair_is(
    one: list[Span], two: list[Span], within: int
) -> None:
    found = near([one, two], within)
    pairs = [(a, b) for a in one for b in two if max(a[0], b[0]) - min(a[1], b[1]) <= within]
    assert bool(found) == bool(pairs)
    for start, end in found:
        assert any((min(a[0], b[0]), max(a[1], b[1])) == (start, end) for a, b in pairs)


def test_order_and_reach() -> None:
    assert ordered([[(0, 2)], [(5, 7)], [(8, 9)]], 3) == [(0, 9)]
    assert ordered([[(5, 7)], [(0, 2)]], 9) == []
    assert near([[(5, 7)], [(0, 2)]], 3) == [(0, 7)]
    assert near([[(5, 7)], [(0, 2)]], 2) == []
    assert near([[], [(0, 2)]], 2) == []
    assert ordered([[], [(0, 2)]], 2) == []
