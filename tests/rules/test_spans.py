from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.spans import Span, extended

SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 3)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=6,
    unique=True,
)


def rows(one: list[Span], two: list[Span], within: int) -> list[tuple[Span, ...]]:
    def follows(first: Span, second: Span) -> bool | None:
        return True if second[0] - first[1] <= within else None

    return extended([(span,) for span in one], sorted(two), follows)


@given(SPANS, SPANS, st.integers(0, 8))
def test_every_span_that_may_follow_one_follows_the_tightest(
    one: list[Span], two: list[Span], within: int
) -> None:
    expected = {
        b: max(a[0] for a in one if a[1] <= b[0] <= a[1] + within)
        for b in two
        if any(a[1] <= b[0] <= a[1] + within for a in one)
    }
    assert {row[-1]: row[0][0] for row in rows(one, two, within)} == expected


def test_order_and_reach() -> None:
    assert rows([(0, 2)], [(5, 7)], 3) == [((0, 2), (5, 7))]
    assert rows([(0, 2)], [(5, 7)], 2) == []
    assert rows([(5, 7)], [(0, 2)], 9) == []
    assert rows([], [(0, 2)], 2) == []


def test_a_span_may_be_refused_and_an_earlier_one_still_follow() -> None:
    def follows(first: Span, second: Span) -> bool:
        return first != (3, 4)

    assert extended([((3, 4),), ((0, 1),)], [(5, 6)], follows) == [((0, 1), (5, 6))]
