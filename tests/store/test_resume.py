from __future__ import annotations

from pathlib import Path

from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.clock import VirtualClock
from monitor.events import CallEnded, CallStarted, Coverage
from monitor.rules.incidents import alert_id
from monitor.store.resume import LONGEST_HOLE_S, Resumption, resumption
from monitor.store.store import Store
from monitor.types import Role

CALL = CallStarted(call="c1", team="south")
ROLES = (Role.AGENT, Role.CUSTOMER)


def heard(until: dict[Role, float], end: float) -> list[Coverage | CallEnded]:
    spans = [
        Coverage(call="c1", channel=role, state="silence", start=0.0, end=at)
        for role, at in until.items()
    ]
    return [*spans, CallEnded(call="c1", at=end, reason="source_lost")]


async def back(folder: Path, until: dict[Role, float], end: float, away_s: float) -> Resumption:
    """Where a call goes on that ran for `end` seconds and comes back `away_s` later."""
    clock = VirtualClock()
    with Store(folder) as store:
        desk = Desk(store, Feed(store), clock)
        assert store.read_now(lambda on: resumption(on, CALL, ROLES, clock.wall())) is None
        await desk.publish(CALL, [CALL])
        clock.advance(end)
        await desk.publish(CALL, heard(until, end))
        clock.advance(away_s)
        found = store.read_now(lambda on: resumption(on, CALL, ROLES, clock.wall()))
    assert found is not None
    return found


async def test_time_goes_on_with_the_time_away(tmp_path: Path) -> None:
    found = await back(tmp_path, {Role.AGENT: 20.4, Role.CUSTOMER: 20.2}, 20.4, 5.0)
    assert found.at == 26.0
    assert [(gap.channel, gap.start, gap.end) for gap in found.gaps] == [
        (Role.AGENT, 20.4, 26.0),
        (Role.CUSTOMER, 20.2, 26.0),
    ]


async def test_who_stays_away_for_long_is_on_another_call(tmp_path: Path) -> None:
    found = await back(tmp_path, {Role.AGENT: 20.4}, 20.4, LONGEST_HOLE_S + 1)
    assert found.at == 21.0
    # of a role that was never heard everything is missing
    assert [(gap.channel, gap.start) for gap in found.gaps] == [
        (Role.AGENT, 20.4),
        (Role.CUSTOMER, 0.0),
    ]


async def test_no_second_comes_twice(tmp_path: Path) -> None:
    found = await back(tmp_path, {Role.AGENT: 20.0}, 20.0, 0.0)
    last = alert_id("c1", Role.AGENT, "base/x", 20.0)
    assert alert_id("c1", Role.AGENT, "base/x", found.at) != last
