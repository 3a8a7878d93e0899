from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.events import Alert, CallStarted, Utterance
from monitor.qa.expect import Expectation, Wanted
from monitor.qa.timing import Stamped, percentile, spread, stages
from monitor.types import Role


def utterance(end: float, *, final: bool) -> Utterance:
    return Utterance(
        call="c", channel=Role.AGENT, start=8.0, end=end, text="百分百保本", final=final
    )


def alert(state: Any, start: float = 10.0) -> Alert:
    return Alert(
        call="c",
        id="a",
        category="guaranteed_return",
        rule="base/x",
        pack="base@1",
        severity="critical",
        state=state,
        start=start,
        end=11.0,
        quote="百分百保本",
        raised_at=11.5,
    )


WANT = Wanted(
    kind="alert",
    name="guaranteed_return",
    start=10.0,
    end=11.0,
    quote="百分百保本",
    tolerance_s=0.5,
    line=1,
)
EXPECTATION = Expectation(
    path=Path("x"), call=CallStarted(call="c"), only=True, within_s=None, wanted=(WANT,)
)


def test_each_stage_counts_from_the_end_of_the_phrase() -> None:
    arrived = [
        Stamped(at=10.4, event=utterance(10.2, final=False)),
        Stamped(at=11.6, event=utterance(11.2, final=False)),
        Stamped(at=11.7, event=alert("provisional")),
        Stamped(at=12.9, event=utterance(12.0, final=True)),
        Stamped(at=13.0, event=alert("confirmed")),
    ]
    (row,) = stages(EXPECTATION, arrived)
    found = (row.partial, row.provisional, row.final, row.confirmed)
    assert found == pytest.approx((0.6, 0.7, 1.9, 2.0))


def test_what_never_came_is_counted_as_missed() -> None:
    rows = stages(EXPECTATION, [Stamped(at=40.0, event=alert("confirmed", start=38.0))])
    assert rows[0].confirmed is None
    assert spread(rows)["confirmed"] == {
        "count": 0,
        "missed": 1,
        "p50": None,
        "p95": None,
        "p99": None,
    }


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 5), (0.95, 10), (0.9, 9), (1.0, 10)])
def test_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile(list(range(1, 11)), share) == value
