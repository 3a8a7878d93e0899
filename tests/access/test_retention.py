from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from monitor.access import checkpoint
from monitor.access.audit import AuditLog
from monitor.access.erasure import Erased, RecordEraser
from monitor.access.policies import DAY_S
from monitor.access.retention import Keeper
from monitor.alerts import action_log
from monitor.alerts.actions import Deed, Limits
from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.clock import VirtualClock
from monitor.events import CallEnded, CallStarted
from monitor.settings import Audit, Retention
from monitor.store import calls, keeping, proposals
from monitor.store.proposals import Proposal
from monitor.store.store import Store
from monitor.store.tables_actions import feedback
from tests.evidence.taking import keyring
from tests.web.scripted import alert


class Crash(Exception):
    pass


@dataclass
class Sound:
    """An eraser of one file for each call, which crashes where it is told to."""

    name: str = "recording"
    crashes: list[str] = field(default_factory=list)
    files: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)

    def _at(self, place: str) -> None:
        if self.crashes and self.crashes[0] == place:
            self.crashes.pop(0)
            raise Crash(place)

    async def begin(self, numbers: Sequence[int]) -> None:
        self._at("before begin")
        self.hidden |= set(numbers)
        self._at("after begin")

    async def finish(self, numbers: Sequence[int]) -> list[Erased]:
        self._at("before finish")
        gone = self.files & set(numbers)
        self.files -= gone
        self._at("after finish")
        return [Erased(what="recording", id=str(n), sha256_before="0" * 64) for n in gone]


@dataclass
class World:
    store: Store
    audit: AuditLog
    clock: VirtualClock
    sound: Sound

    def keeper(self) -> Keeper:
        erasers = {"recording": self.sound, "record": RecordEraser(self.store)}
        return Keeper(self.store, self.audit, self.clock, Retention(), erasers)  # type: ignore[arg-type]

    async def call(self, id_: str, industry: str = "retail") -> int:
        desk = Desk(self.store, Feed(self.store), self.clock)
        call = CallStarted(call=id_, team="south", agent="8012", industry=industry)
        ended = CallEnded(call=id_, at=60.0)
        await desk.publish(call, [call, alert(id_, 1, quote="百分百保本"), ended])
        (row,) = self.store.read_now(lambda on: calls.find(on, id_, teams=["south"]))
        self.sound.files.add(row.number)
        return row.number

    def left(self) -> list[str]:
        rows = self.store.read_now(lambda on: calls.listed(on, teams=None, limit=99))
        return sorted(row.call for row in rows)

    async def pass_days(self, days: float) -> int:
        """Time goes by in steps that a clock may make, with a run after each."""
        done = 0
        for _ in range(int(days // 5)):
            self.clock.advance(5 * DAY_S)
            done += await self.keeper().once()
        return done


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = VirtualClock()
    with (
        Store(tmp_path) as store,
        closing(AuditLog(tmp_path, Audit(), clock, keyring(tmp_path))) as audit,
    ):
        world = World(store, audit, clock, Sound())
        await world.keeper().begin()
        await world.keeper().once()
        yield world


async def test_sound_goes_after_half_a_year_and_the_record_after_two(world: World) -> None:
    number = await world.call("c1")
    assert await world.pass_days(180) == 0
    assert await world.pass_days(10) == 1
    assert (world.sound.files, world.sound.hidden) == (set(), {number})
    assert world.left() == ["c1"]
    assert await world.pass_days(560) == 1
    assert world.left() == []


async def test_an_industry_with_a_longer_minimum_is_kept(world: World) -> None:
    await world.call("c1", industry="insurance")
    assert await world.pass_days(800) == 0
    assert world.left() == ["c1"]


async def test_a_hold_keeps_everything_until_it_is_released(world: World) -> None:
    await world.call("c1")
    await world.call("c2")
    wall = world.clock.wall()
    hold = await world.store.write(
        lambda on: keeping.add_hold(
            on,
            team="south",
            call="c1",
            reason="投诉",
            review_wall=wall + 1,
            made_by="user:a",
            made_wall=wall,
        )
    )
    await world.pass_days(800)
    assert world.left() == ["c1"]
    await world.store.write(lambda on: keeping.release_hold(on, hold, "user:b", wall))
    await world.pass_days(5)
    assert world.left() == []


async def test_a_hold_that_comes_between_choosing_and_marking_counts(world: World) -> None:
    await world.call("c1")
    world.clock.advance(190 * DAY_S)
    now = world.clock.wall()
    (ended,) = world.store.read_now(
        lambda on: keeping.candidates(on, "recording", before=now, after=0, limit=9)
    )
    values = {"team": "south", "call": "", "reason": "投诉", "made_by": "user:a"}
    await world.store.write(
        lambda on: keeping.add_hold(on, **values, review_wall=now + 1, made_wall=now)
    )
    begun = await world.store.write(lambda on: keeping.begin(on, ended, "recording", "", now))
    assert begun is None


@pytest.mark.parametrize("place", ["before begin", "after begin", "before finish", "after finish"])
async def test_a_crash_anywhere_is_made_good(world: World, place: str) -> None:
    await world.call("c1")
    await world.call("c2", industry="insurance")
    await world.pass_days(180)
    world.sound.crashes = [place]
    world.clock.advance(5 * DAY_S)
    with pytest.raises(Crash):
        await world.keeper().once()
    assert world.store.read_now(keeping.unfinished)
    assert await world.keeper().once() == 1
    assert world.store.read_now(keeping.unfinished) == []
    assert len(world.sound.files) == 1
    assert len(world.store.read_now(lambda on: keeping.deleted(on, limit=9))) == 1


async def test_a_deletion_has_a_signed_certificate(world: World) -> None:
    await world.call("c1")
    await world.pass_days(735)
    rows = world.store.read_now(lambda on: keeping.deleted(on, limit=9))
    assert {row.artefact for row in rows} == {"recording", "record"}
    for row in rows:
        signed = json.loads(row.certificate or "")
        said = signed["certificate"]
        assert (said["call"], said["team"]) == ("c1", "south")
        assert said["gone"][0]["sha256_before"]
        assert checkpoint.sealed_by(signed, world.audit.signer.public)
        said["call"] = "c2"
        assert not checkpoint.sealed_by(signed, world.audit.signer.public)
    bodies = [each.body for each in world.audit.shelf.links()]
    assert sum("retention.erase" in body for body in bodies) == 2


@pytest.mark.parametrize("days", [-1, 8])
async def test_a_clock_that_moved_deletes_nothing(world: World, days: float) -> None:
    await world.call("c1")
    await world.pass_days(180)
    moved = VirtualClock(wall_s=world.clock.wall() + days * DAY_S)
    erasers = {"recording": world.sound}
    keeper = Keeper(world.store, world.audit, moved, Retention(), erasers)  # type: ignore[arg-type]
    assert await keeper.once() == 0
    assert world.sound.files
    await world.audit.drain()
    assert "retention.refused" in world.audit.shelf.newest(1)[0].body
    assert await keeper.once(clock_confirmed=True) == (1 if days > 0 else 0)


@pytest.mark.sqlite
async def test_nothing_of_what_was_said_is_left_in_the_file(world: World, tmp_path: Path) -> None:
    number = await world.call("c1")
    await world.store.write(lambda on: quote(on, number))
    await world.pass_days(735)
    (left,) = world.store.read_now(lambda on: action_log.read(on, "south", after=0, limit=9))
    assert "acknowledge" in left[1]
    world.store.close()
    content = await asyncio.to_thread((tmp_path / "record.db").read_bytes)
    for written in ("百分百保本", "客户追问", "没有帮助"):
        assert written.encode() not in content


def quote(on: Connection, number: int) -> None:
    """What people and dry runs wrote of the call."""
    deed = Deed(action="acknowledge", key="k" * 8, reason="客户追问")
    limits = Limits(critical=60, high=60, medium=0, low=0)
    action_log.act(on, "south", "c1-1", deed, actor="user:li", name="li", wall=2.0, limits=limits)
    word = {"call": "c1", "at_wall": 3.0, "reason": "missing_purpose", "text": "没有帮助"}
    on.execute(insert(feedback).values(team="south", agent="8012", key="k" * 8, **word))
    row = Proposal(
        pack="p", base_sha256="", text="x", note="", state="open", by="user:li", at_wall=1.0
    )
    found = {"calls": 1, "examples": [{"call": number, "after": {"quote": "百分百保本"}}]}
    made = proposals.add(on, row)
    proposals.tried(on, made, json.dumps(found, ensure_ascii=False))
