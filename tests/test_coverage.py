from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.coverage import CoverageRuns, Watermark
from monitor.events import Coverage
from monitor.types import SAMPLE_RATE, Role


def test_watermark_waits_for_the_slowest_role() -> None:
    mark = Watermark([Role.AGENT, Role.CUSTOMER])
    mark.expect(Role.AGENT, 0, 2 * SAMPLE_RATE)
    mark.settle("c", Role.AGENT, 0, "transcribed")
    assert mark.at_s == 0
    mark.expect(Role.CUSTOMER, 0, SAMPLE_RATE)
    mark.settle("c", Role.CUSTOMER, 0, "silence")
    assert mark.at_s == 1


def test_later_span_known_first_waits_for_the_earlier() -> None:
    mark = Watermark([Role.AGENT])
    mark.expect(Role.AGENT, 0, 100)
    mark.expect(Role.AGENT, 100, 200)
    assert mark.settle("c", Role.AGENT, 100, "silence") == []
    assert [c.state for c in mark.settle("c", Role.AGENT, 0, "failed")] == ["failed", "silence"]


@given(
    st.lists(st.sampled_from(["silence", "transcribed", "gap"]), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_every_second_has_one_state_whatever_the_order(states: list[str], random: object) -> None:
    mark, runs = Watermark([Role.AGENT]), CoverageRuns()
    for number in range(len(states)):
        mark.expect(Role.AGENT, number * SAMPLE_RATE, (number + 1) * SAMPLE_RATE)
    order = list(range(len(states)))
    random.shuffle(order)  # type: ignore[attr-defined]
    out: list[Coverage] = []
    for number in order:
        for coverage in mark.settle("c", Role.AGENT, number * SAMPLE_RATE, states[number]):
            out += runs.add(coverage)
    out += runs.flush()
    assert [c.start for c in out] == [0.0, *[c.end for c in out[:-1]]]
    assert sum(c.end - c.start for c in out) == len(states)
    assert [s for c in out for s in [c.state] * round(c.end - c.start)] == states
    assert mark.at_s == len(states)
