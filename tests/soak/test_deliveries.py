"""50,000 deliveries to subscribers that are killed, paused and slow, on lines that are cut, from
a server that is killed.

A part of them, with random numbers of its own: `SOAK_DELIVERIES=12500 SOAK_PART=2 make soak`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from monitor.alerts import log
from monitor.alerts.log import Logged
from monitor.events import Alert
from monitor.store.store import Store
from monitor.web.messages import Last
from monitor.web.watcher import Remark, Watcher
from tests.soak.size import PART, size
from tests.web.conftest import chunk, hear, new_token, registration, say
from tests.web.process import Forge, ServerProcess
from tests.web.test_crash import LOST, REPEATED

DELIVERIES = size("DELIVERIES", 50_000)
TEAMS = ("south", "north")
CALLS = 2
"""Of each team."""
KINDS = ("steady", "slow", "paused", "killed", "cut", "cut")
CUT_S, KILL_S = 5.0, 30.0
PER_S = 10
MOST = 30_000
"""Alerts of a call: a 16-bit sample holds their number."""
LAST = 32_000
AHEAD = 20
"""Alerts that a source tells before the first of them was shown: a server that a slow machine holds
up is killed with little on its way."""


@dataclass
class Person:
    """A subscriber, and everything it was ever shown."""

    team: str
    kind: str
    dice: random.Random
    last: Last = field(default_factory=lambda: Last(seq=0))
    seen: list[tuple[int, str]] = field(default_factory=list)
    resyncs: int = 0
    done: bool = False

    async def live(self, house: House) -> None:
        """Watch, and come back however it ended, until the last alert was seen."""
        while not self.done:
            life = asyncio.create_task(self._watch(house))
            if self.kind == "killed":
                await asyncio.wait([life], timeout=self.dice.uniform(1, 10))
            elif self.kind == "cut":
                await asyncio.wait([life], timeout=CUT_S)
            else:
                await asyncio.wait([life], timeout=60)
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life

    async def _watch(self, house: House) -> None:
        watcher = Watcher(house.server.url, house.watching[self.team], last=self.last)
        async for each in watcher.seen():
            if isinstance(each, Remark):
                self.resyncs += each.kind == "resync"
                if each.kind == "lost":
                    return
                continue
            if not isinstance(each, Alert):
                continue
            assert each.seq is not None
            assert each.epoch is not None
            self.seen.append((each.seq, each.id))
            house.show(each)
            self.last = Last(epoch=each.epoch, seq=each.seq)
            if each.id.endswith(f"-{LAST}"):
                self.done = True
                return
            if self.kind == "slow":
                await asyncio.sleep(0.005)
            elif self.kind == "paused" and self.dice.random() < 0.002:
                await asyncio.sleep(4)


@dataclass
class House:
    """The server, its tokens, and how much is committed."""

    server: ServerProcess
    watching: dict[str, str]
    bringing: dict[str, str]
    shown: dict[str, int] = field(default_factory=dict)
    """The newest alert of each call that anybody was shown."""
    up: asyncio.Event = field(default_factory=asyncio.Event)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def die_often(self) -> int:
        """Kill the server every half minute; returns how often."""
        kills = 0
        while not self.enough.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(KILL_S):
                    await self.enough.wait()
                    return kills
            self.up.clear()
            await asyncio.to_thread(self.server.kill)
            await asyncio.to_thread(self.server.start)
            self.up.set()
            kills += 1
        return kills

    def show(self, alert: Alert) -> None:
        self.shown[alert.call] = max(self.shown.get(alert.call, 0), int(alert.id.split("-")[-1]))

    async def talk(self, team: str, call: str, numbers: Sequence[int]) -> None:
        """Tell the alerts of a call; after every break what nobody was shown, and a few more."""
        told = 0
        while told <= len(numbers):
            await self.up.wait()
            with suppress(*LOST):
                told = await self._talk(team, call, numbers, told)
            if told <= len(numbers):
                told = max(0, min(told, self.shown.get(call, 0)) - REPEATED)
                await asyncio.sleep(0.05)

    async def _talk(self, team: str, call: str, numbers: Sequence[int], told: int) -> int:
        """How many were told when the line broke; one more once the call has ended."""
        headers = {"Authorization": f"Bearer {self.bringing[team]}"}
        async with connect(
            self.server.ws + "/ingest/l16", compression=None, additional_headers=headers
        ) as socket:
            await say(socket, **registration(call))
            await hear(socket)
            with suppress(*LOST):
                for number in numbers[told:]:
                    while told - self.shown.get(call, 0) > AHEAD:
                        if socket.close_code is not None:
                            return told
                        await asyncio.sleep(0.05)
                    await socket.send(chunk(number))
                    told += 1
                    await asyncio.sleep(1 / PER_S)
                await socket.send("END")
                while (await hear(socket))["type"] != "ended":
                    pass
                told += 1
        return told


def judge(people: list[Person], logged: dict[str, list[Logged]]) -> tuple[int, int, int]:
    """Lost, leaked and out of order."""
    lost = leaked = disordered = 0
    for person in people:
        known = {(each.seq, each.alert) for each in logged[person.team]}
        seen = set(person.seen)
        lost += len(known - seen)
        leaked += sum(not id_.startswith(person.team) for _, id_ in person.seen)
        leaked += len(seen - known)
        places = [seq for seq, _ in person.seen]
        disordered += sum(
            after <= before for before, after in zip(places, places[1:], strict=False)
        )
    return lost, leaked, disordered


@pytest.mark.process
async def test_everything_arrives_once_and_in_order(forged: Forge, tmp_path: Path) -> None:
    dice = random.Random(20261124 + PART)
    server = forged.server(tmp_path, MONITOR_ALERTS_ACK_S="20", MONITOR_SERVER_SEND_S="5")
    house = House(
        server,
        {team: new_token(server.data, "supervisor", team=team) for team in TEAMS},
        {team: new_token(server.data, "ingest", team=team) for team in TEAMS},
    )
    people = [Person(team, kind, random.Random(dice.random())) for team in TEAMS for kind in KINDS]
    each = DELIVERIES // (len(people) * CALLS) + 1
    assert each < MOST
    begun = time.monotonic()
    await asyncio.to_thread(server.start)
    house.up.set()
    living = [asyncio.create_task(person.live(house)) for person in people]
    dying = asyncio.create_task(house.die_often())
    names = [(team, f"{team}-{n}") for team in TEAMS for n in range(CALLS)]
    await asyncio.gather(*(house.talk(team, name, range(1, each + 1)) for team, name in names))
    house.enough.set()
    kills = await dying
    for team in TEAMS:
        await house.talk(team, f"{team}-end", [LAST])
    async with asyncio.timeout(300):
        await asyncio.gather(*living)
    await asyncio.to_thread(server.stop)
    with Store(server.data) as store:
        logged = {
            team: store.read_now(lambda on, team=team: log.read(on, team, after=0, limit=10**6))
            for team in TEAMS
        }
    lost, leaked, disordered = judge(people, logged)
    delivered = sum(len(person.seen) for person in people)
    print(
        f"\ndeliveries: {delivered} to {len(people)} subscribers of {len(TEAMS)} teams in "
        f"{time.monotonic() - begun:.0f} s, {kills} kills of the server; "
        f"lost {lost}, leaked {leaked}, out of order {disordered}"
    )
    assert (lost, leaked, disordered) == (0, 0, 0)
    assert all(person.resyncs == 0 for person in people)
    for team in TEAMS:
        ids = [row.alert for row in logged[team]]
        assert len(set(ids)) == len(ids)
        # a source that lost its line tells again what nobody was shown: all are there, none twice
        assert len(ids) == CALLS * each + 1
    assert delivered >= DELIVERIES
