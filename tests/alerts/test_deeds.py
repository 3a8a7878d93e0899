from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.alerts import action_log
from monitor.alerts.action_log import Done
from monitor.alerts.actions import Deed, Limits, Verb
from monitor.alerts.deeds import Deeds
from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.clock import VirtualClock
from monitor.errors import Conflict
from monitor.store.store import Store
from tests.alerts.test_log import SOUTH, alert

LIMITS = Limits(critical=60, high=180, medium=0, low=0)


class Floor:
    """A desk with its deeds on a clock that stands still."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self.store = store
        self.clock = clock
        self.feed = Feed(store)
        self.desk = Desk(store, self.feed, clock, limits=LIMITS)
        self.deeds = Deeds(store, self.feed, clock, LIMITS)

    async def act(self, action: Verb, *, key: str, by: str = "li", **more: object) -> Done:
        deed = Deed(action=action, key=key * 8, **more)  # type: ignore[arg-type]
        return await self.deeds.act("south", "a", deed, actor=f"user:{by}", name=by)

    async def told(self, after: int = 0) -> list[tuple[int, str]]:
        return await self.feed.actions("south", after=after, limit=100)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    with Store(tmp_path) as store:
        floor = Floor(store, VirtualClock())
        await floor.desk.publish(SOUTH, [SOUTH, alert("a", severity="critical")])
        yield floor


async def test_a_deed_is_numbered_and_told(floor: Floor) -> None:
    wake = asyncio.Event()
    with floor.feed.subscribed("south", wake):
        done = await floor.act("acknowledge", key="1")
        assert wake.is_set()
    assert (done.action.seq, done.action.standing.status, done.again) == (1, "acknowledged", False)
    assert [seq for seq, _ in await floor.told()] == [1]
    assert await floor.told(after=1) == []


async def test_the_same_key_is_the_same_deed(floor: Floor) -> None:
    first = await floor.act("acknowledge", key="1")
    again = await floor.act("acknowledge", key="1")
    assert (again.action, again.again) == (first.action, True)
    with pytest.raises(Conflict, match="before by li"):
        await floor.act("acknowledge", key="1", by="wang")
    assert len(await floor.told()) == 1


async def test_undo_and_unknown_alerts(floor: Floor) -> None:
    await floor.act("false_alarm", key="1", reason="misheard")
    undone = await floor.act("undo", key="2", by="wang")
    assert (undone.action.undoes, undone.action.standing.status) == (1, "new")
    with pytest.raises(Conflict) as fault:
        await floor.deeds.act("north", "a", Deed(action="undo", key="k" * 8), actor="x", name="x")
    assert fault.value.code == "no_alert"


async def test_deeds_of_many_at_once_leave_no_hole(floor: Floor) -> None:
    both = (floor.act("escalate", key=str(n), by=f"s{n}") for n in range(9))
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sum(isinstance(each, Done) for each in outcomes) == 2
    assert [seq for seq, _ in await floor.told()] == [1, 2]


async def test_unanswered_alerts_go_up_and_answered_ones_do_not(floor: Floor) -> None:
    await floor.desk.publish(SOUTH, [alert("b", severity="critical")])
    floor.clock.advance(30)
    await floor.act("acknowledge", key="1")
    floor.clock.advance(29.9)
    assert await floor.deeds.escalate() == 0
    floor.clock.advance(0.2)
    assert await floor.deeds.escalate() == 1
    assert await floor.deeds.escalate() == 0
    floor.clock.advance(60)
    assert await floor.deeds.escalate() == 1
    floor.clock.advance(9999)
    assert await floor.deeds.escalate() == 0
    past = floor.store.read_now(lambda on: action_log.of_alert(on, "south", "b"))
    assert [(each.by, each.level, each.standing.level) for each in past] == [
        ("system", 1, 1),
        ("system", 2, 2),
    ]


async def test_a_withdrawn_alert_does_not_go_up(floor: Floor) -> None:
    await floor.desk.publish(SOUTH, [alert("b", state="provisional")])
    await floor.desk.publish(SOUTH, [alert("b", state="withdrawn")])
    await floor.act("acknowledge", key="1")
    floor.clock.advance(999)
    assert await floor.deeds.escalate() == 0


async def test_timers_survive_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock()
    with Store(tmp_path) as store:
        await Floor(store, clock).desk.publish(SOUTH, [SOUTH, alert("a", severity="critical")])
    clock.advance(61)
    with Store(tmp_path) as store:
        floor = Floor(store, clock)
        assert await floor.deeds.escalate() == 1
        assert [seq for seq, _ in await floor.told()] == [1]


async def test_a_record_of_before_gets_standings(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        floor = Floor(store, VirtualClock())
        await floor.desk.publish(
            SOUTH, [SOUTH, alert("a", state="provisional"), alert("a", severity="critical")]
        )
        for table in ("actions", "feedback", "standings"):
            store.writer.submit(lambda on, t=table: on.execute(text(f"DROP TABLE {t}"))).result(9)  # type: ignore[misc]
        store.writer.submit(
            lambda on: on.execute(text("UPDATE schema_version SET version = 1"))
        ).result(9)
    with Store(tmp_path) as store:
        floor = Floor(store, VirtualClock())
        assert (await floor.act("acknowledge", key="1")).action.seq == 1
        floor.clock.advance(9999)
        assert await floor.deeds.escalate() == 0
