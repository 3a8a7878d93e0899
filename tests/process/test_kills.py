"""The real server is killed (SIGKILL) while recorded calls are heard, and no alert is lost.

Three kills in the normal suite; CALL_MONITOR_REAL_KILLS=50 for the long run.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts import log
from monitor.alerts.log import Logged
from monitor.events import Alert
from monitor.ingest.client import Pacing, send_call
from monitor.ingest.outgoing import Outgoing, from_file
from monitor.ingest.target import Target
from monitor.qa.expect import load_expectation, pairs
from monitor.store.store import Store
from monitor.store.tables import calls
from monitor.web.messages import Last
from monitor.web.watcher import Remark, Watcher
from tests.process.server import RealServer

KILLS = int(os.environ.get("CALL_MONITOR_REAL_KILLS", "3"))
SEED = int(os.environ.get("CALL_MONITOR_SEED", "20261122"))
SPEED = 4.0
TOGETHER = 2
TEAM = "south"
FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


@dataclass
class Subscriber:
    """Keeps everything it was ever shown; comes back where it was."""

    token: str
    last: Last | None = None
    seen: list[Alert] = field(default_factory=list)
    resyncs: int = 0

    async def watch(self, url: str, *, up_to: int | None = None) -> None:
        """Until the server is gone, or the alert `up_to` was seen."""
        watcher = Watcher(url, self.token, last=self.last or Last(seq=0))
        async for each in watcher.seen():
            if isinstance(each, Alert):
                assert each.seq is not None
                assert each.epoch is not None
                self.seen.append(each)
                # shown, but perhaps never acknowledged: the next connection begins after it
                self.last = Last(epoch=each.epoch, seq=each.seq)
                if each.seq == up_to:
                    return
            elif isinstance(each, Remark):
                self.resyncs += each.kind == "resync"
                if each.kind == "lost":
                    return


def violating() -> list[Path]:
    """The recordings of which an alert must come."""
    return [
        recording
        for recording, expected in pairs(FIXTURES)
        if any(one.kind == "alert" for one in load_expectation(expected).wanted)
    ]


@dataclass
class Play:
    """Two calls on their way into a server."""

    sent_s: float = 0.0

    async def run(self, server: RealServer, token: str, cast: Sequence[Path], life: int) -> None:
        """Send until the server is gone. Each call comes again, under its id, in the next life."""
        target = Target(url=server.ws + "/ingest/l16", token=token)

        def sent(_: Outgoing, sent_s: float) -> None:
            self.sent_s = max(self.sent_s, sent_s)

        async def one(recording: Path) -> None:
            call = f"{recording.stem}-{life // 2}"
            outgoing = from_file(recording, fields={"agent": "8012"}, call=call)
            await send_call(outgoing, target, pacing=Pacing(speed=SPEED), progress=sent)

        async with asyncio.TaskGroup() as group:
            for recording in cast:
                group.create_task(one(recording))


async def moment(dice: random.Random, life: int, play: Play, subscriber: Subscriber) -> None:
    """Wait for the moment of a kill: right after an alert was shown, or any.

    Counted in sound sent, so that a slow machine is killed at the same places as a fast one.
    """
    seen, sent_s, after_s = len(subscriber.seen), dice.uniform(0, 45), dice.uniform(0, 0.1)

    def due() -> bool:
        return len(subscriber.seen) > seen if life % 3 == 0 else play.sent_s >= sent_s

    while not due():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    await asyncio.sleep(after_s if life % 3 == 0 else 20 * after_s)


def logged(folder: Path) -> list[Logged]:
    with Store(folder) as store:
        return store.read_now(lambda on: log.read(on, TEAM, after=0, limit=1_000_000))


def never_ended(folder: Path) -> list[str]:
    query = select(calls.c.call).where(calls.c.ended_wall.is_(None))
    with Store(folder) as store:
        return list(store.read_now(lambda on: on.execute(query).scalars().all()))


def numbers(server: RealServer, token: str) -> dict[str, float]:
    """What /metrics says of the way from the mouth to the supervisor."""
    request = urllib.request.Request(
        server.url + "/metrics", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    shown = ("monitor_owed{", "monitor_sound_seconds_total{", "monitor_passed_total{")
    found = (
        line.replace('"', "").split("{")[1].split("} ") for line in lines if line.startswith(shown)
    )
    return {name: float(value) for name, value in found}


async def balanced(
    server: RealServer, subscriber: Subscriber, ingest: str, recording: Path
) -> None:
    """A call whose line is cut in the middle, watched on a line that is cut too: nothing that
    entered a stage is unaccounted for when all is quiet."""
    admin, target = server.token("admin"), Target(url=server.ws + "/ingest/l16", token=ingest)
    watching = asyncio.create_task(subscriber.watch(server.ws))
    outgoing = from_file(recording, fields={"agent": "8012"}, call="balanced")
    sending = asyncio.create_task(send_call(outgoing, target, pacing=Pacing(speed=2 * SPEED)))
    await asyncio.sleep(1.0)
    for task in (sending, watching):
        task.cancel()
    await asyncio.gather(sending, watching, return_exceptions=True)
    watching = asyncio.create_task(subscriber.watch(server.ws))
    state = "refused"
    while state == "refused":
        # what came before the cut is heard out first
        await asyncio.sleep(0.2)
        outgoing = from_file(recording, fields={"agent": "8012"}, call="balanced")
        state = (await send_call(outgoing, target, pacing=Pacing(speed=2 * SPEED))).state
    assert state == "delivered"
    async with asyncio.timeout(60):
        said = {"law=": 1.0}
        while any(value for name, value in said.items() if name.startswith("law=")):
            await asyncio.sleep(0.1)
            said = await asyncio.to_thread(numbers, server, admin)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert outgoing.duration_s is not None
    # both sides of it, and what was sent before the line was cut
    assert said["stage=spoken"] > 2 * outgoing.duration_s
    for stage in ("accepted", "taped", "recorded", "covered"):
        assert said[f"stage={stage}"] == pytest.approx(said["stage=spoken"], abs=0.06)
    assert said.get("stage=unrecorded", 0.0) == 0.0
    assert said["stage=texts"] + said.get("stage=unread", 0.0) == said["stage=segments"] > 0
    assert said["stage=rows"] + said.get("stage=repeated", 0.0) == said["stage=findings"] > 0
    assert said["stage=acknowledged"] + said.get("stage=forgone", 0.0) == said["stage=sent"] > 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    made = RealServer(tmp_path)
    yield made
    # a test that failed may have left it running
    made.kill()


@pytest.mark.audio
@pytest.mark.process
async def test_no_alert_is_lost_or_told_twice(server: RealServer) -> None:
    dice, recordings = random.Random(SEED), violating()
    subscriber, ingest = Subscriber(server.token("supervisor", TEAM)), server.token("ingest", TEAM)
    before = 0
    for life in range(KILLS):
        if life % 2 == 0:
            cast = dice.sample(recordings, TOGETHER)
        await asyncio.to_thread(server.start)
        watching = asyncio.create_task(subscriber.watch(server.ws))
        play = Play()
        playing = asyncio.create_task(play.run(server, ingest, cast, life))
        due = asyncio.create_task(moment(dice, life, play, subscriber))
        await asyncio.wait([due, playing], return_when=asyncio.FIRST_COMPLETED)
        due.cancel()
        await asyncio.to_thread(server.kill)
        await asyncio.gather(watching, playing)
        committed = logged(server.data)
        # nothing that was shown was taken back by the crash, and nothing shown before its commit
        assert {alert.seq for alert in subscriber.seen} <= {each.seq for each in committed}
        assert len(committed) >= before
        before = len(committed)
    await asyncio.to_thread(server.start)
    try:
        held = subscriber.last.seq if subscriber.last else 0
        if held < before:
            async with asyncio.timeout(30):
                await subscriber.watch(server.ws, up_to=before)
        await balanced(server, subscriber, ingest, recordings[0])
    finally:
        await asyncio.to_thread(server.stop)
    committed = logged(server.data)
    print(f"{KILLS} kills, {len(committed)} alerts committed, {len(subscriber.seen)} seen")
    assert committed
    assert subscriber.resyncs == 0
    assert [(one.seq, one.id) for one in subscriber.seen] == [
        (each.seq, each.alert) for each in committed
    ]
    assert [each.seq for each in committed] == list(range(1, len(committed) + 1))
    told = [json.loads(each.body) for each in committed]
    keys = [(one["id"], one.get("state"), one.get("count")) for one in told]
    assert len(set(keys)) == len(keys)
    assert never_ended(server.data) == []
