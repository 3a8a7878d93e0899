"""Recognisers of a real server are killed (SIGKILL) at random moments while recorded calls play:
every alert that must come is confirmed exactly once, and nothing else is.

A part of the kills: `SOAK_WORKER_KILLS=200 SOAK_PART=2 make soak`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from monitor.demo import scenario
from monitor.events import Alert
from monitor.ingest.client import Pacing, send_call
from monitor.ingest.outgoing import from_file
from monitor.ingest.target import Target
from monitor.qa.bench.overload import metrics, record
from monitor.qa.compare import compare
from monitor.web.messages import Last
from monitor.web.watcher import Watcher
from tests.soak.size import PART, size

KILLS = size("WORKER_KILLS", 1_000)
TOGETHER = 3
SPEED = 2.0
FOLDER = Path(__file__).parents[2] / "audio_fixtures"


@dataclass
class Stage:
    """A server, who watches it, and the calls that were played."""

    running: scenario.Running
    data: Path
    seen: list[Alert] = field(default_factory=list)
    played: list[tuple[str, scenario.Scene]] = field(default_factory=list)
    kills: int = 0

    async def watch(self, team: str) -> None:
        secret = scenario.token(self.data, "supervisor", team)
        async for news in Watcher(self.running.url, secret, last=Last(seq=0)).seen():
            if isinstance(news, Alert):
                self.seen.append(news)

    async def play(self, scenes: Iterator[tuple[int, scenario.Scene]], until: int) -> None:
        """One call after the other until so many recognisers were killed."""
        while self.kills < until:
            number, scene = next(scenes)
            call = scene.expectation.call
            name = f"{call.call}-{number}"
            fields = scenario.registration(call)
            outgoing = await asyncio.to_thread(from_file, scene.recording, fields=fields, call=name)
            url = self.running.url.replace("http", "ws", 1) + "/ingest/l16"
            target = Target(url=url, token=scenario.token(self.data, "ingest", call.team))
            delivery = await send_call(outgoing, target, pacing=Pacing(speed=SPEED))
            # under so many kills the end of a call may be confirmed late
            assert delivery.state != "refused", delivery
            assert delivery.sent_s > scene.seconds - 1, delivery
            self.played.append((name, scene))

    async def kill(self, dice: random.Random) -> None:
        """One recogniser after the other, whatever it does just then."""
        while self.kills < KILLS:
            await asyncio.sleep(dice.uniform(0.1, 2.5))
            found = scenario.recognisers(self.running.pid)
            with contextlib.suppress(psutil.Error, IndexError):
                dice.choice(found).kill()
                self.kills += 1


async def killed(stage: Stage, scenes: list[scenario.Scene]) -> None:
    teams = {scene.expectation.call.team for scene in scenes}
    watchers = [asyncio.create_task(stage.watch(team)) for team in teams]
    cast = enumerate(itertools.cycle(scenes))
    killing = asyncio.create_task(stage.kill(random.Random(20261122 + PART)))
    await asyncio.gather(*(stage.play(cast, KILLS) for _ in range(TOGETHER)))
    await killing
    admin = scenario.token(stage.data, "admin", "")
    async with asyncio.timeout(180):
        while (await asyncio.to_thread(metrics, stage.running.url, admin))["monitor_live_calls"]:  # noqa: ASYNC110
            await asyncio.sleep(1.0)
    await asyncio.sleep(2.0)
    for watcher in watchers:
        watcher.cancel()


@pytest.mark.audio
@pytest.mark.process
def test_every_alert_comes_exactly_once(tmp_path: Path) -> None:
    scenes = [one for one in scenario.scenes(FOLDER, None) if one.expectation.wanted]
    random.Random(PART).shuffle(scenes)
    with scenario.server(tmp_path) as running:
        stage = Stage(running=running, data=tmp_path)
        asyncio.run(killed(stage, scenes))
    wrong: list[str] = []
    confirmed = 0
    for name, scene in stage.played:
        own = [alert for alert in stage.seen if alert.call == name]
        told = [(alert.id, alert.state, alert.severity, alert.count) for alert in own]
        verdict = compare(scene.expectation, own)
        confirmed += sum(alert.state == "confirmed" for alert in own)
        if len(set(told)) != len(told) or not verdict.ok:
            wrong.append(f"{name}: {[one for one in verdict.findings if one.failed]}")
    kept = record(tmp_path)
    print(
        f"{stage.kills} kills under {len(stage.played)} calls, {confirmed} alerts confirmed, "
        f"{len(wrong)} calls wrong, coverage {kept.states}, inexact {kept.inexact}"
    )
    assert wrong == []
    assert kept.inexact == 0
    assert "failed" not in kept.states
