from __future__ import annotations

from pathlib import Path

import pytest

from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.clock import SystemClock
from monitor.events import AnyEvent, CallEnded, CallStarted, Coverage
from monitor.qa.bench.load import Arrival, Diary
from monitor.qa.bench.overload import record, unmarked
from monitor.store.store import Store
from monitor.types import Role
from tests.web.scripted import alert


def span(call: str, start: float, end: float, state: str = "silence") -> Coverage:
    return Coverage(call=call, channel=Role.AGENT, state=state, start=start, end=end)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spans", "inexact"),
    [
        ([(0, 4), (4, 9)], 0),
        ([(0, 4), (5, 9)], 1),
        ([(0, 4), (3, 9)], 1),
        ([(0, 4), (4, 8)], 1),
    ],
)
async def test_coverage_is_exact_or_not(
    tmp_path: Path, spans: list[tuple[float, float]], inexact: int
) -> None:
    call = CallStarted(call="c1", team="south")
    with Store(tmp_path) as store:
        events: list[AnyEvent] = [call, *(span("c1", *each) for each in spans)]
        events += [alert("c1", 1), alert("c1", 2, late=True), alert("c1", 2, late=True, count=2)]
        await Desk(store, Feed(store), SystemClock()).publish(
            call, [*events, CallEnded(call="c1", at=9.0)]
        )
    found = record(tmp_path)
    assert (found.roles, found.inexact, found.late) == (1, inexact, 1)
    assert sum(found.states.values()) == sum(end - start for start, end in spans)


def test_an_alert_that_is_late_has_to_say_so() -> None:
    def told(id: str, at: float, *, late: bool = False) -> Arrival:
        return Arrival(
            call="c1",
            category="threat_abuse",
            state="confirmed",
            start=4.0,
            end=5.0,
            at=at,
            id=id,
            late=late,
        )

    diary = Diary(began={"c1": 100.0})
    diary.arrivals += [told("in time", 106.0), told("in time", 190.0)]
    diary.arrivals += [told("marked", 130.0, late=True), told("silent", 130.0)]
    assert unmarked(diary) == 1
