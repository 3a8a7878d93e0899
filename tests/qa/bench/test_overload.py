from __future__ import annotations

from pathlib import Path

import pytest

from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.clock import SystemClock
from monitor.events import AnyEvent, CallEnded, CallStarted, Coverage
from monitor.qa.bench.overload import record
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
