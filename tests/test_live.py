"""The real server as a process: sound in over its socket, alerts out, at four times the speed."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import psutil
import pytest

from monitor.demo import scenario
from monitor.events import Alert
from monitor.ingest.client import Pacing, send_call
from monitor.ingest.outgoing import from_file
from monitor.ingest.target import Target
from monitor.qa.bench.overload import metrics
from monitor.qa.compare import compare
from monitor.web.messages import Last
from monitor.web.watcher import Watcher

FOLDER = Path(__file__).parent.parent / "audio_fixtures"
CAST = ("guaranteed-return", "refusal-respected", "customer-names-company")

pytestmark = [pytest.mark.audio, pytest.mark.process]


async def hear(running: scenario.Running, scenes: list[scenario.Scene], data: Path) -> list[Alert]:
    """Send every scene at once and return what a supervisor of the team saw."""
    seen: list[Alert] = []
    teams = {scene.expectation.call.team for scene in scenes}

    async def watch(team: str) -> None:
        secret = scenario.token(data, "supervisor", team)
        async for news in Watcher(running.url, secret, last=Last(seq=0)).seen():
            if isinstance(news, Alert):
                seen.append(news)  # noqa: PERF401

    watchers = [asyncio.create_task(watch(team)) for team in teams]

    async def send(scene: scenario.Scene) -> None:
        call = scene.expectation.call
        outgoing = from_file(scene.recording, fields=scenario.registration(call), call=call.call)
        url = running.url.replace("http", "ws", 1) + "/ingest/l16"
        target = Target(url=url, token=scenario.token(data, "ingest", call.team))
        delivery = await send_call(outgoing, target, pacing=Pacing(speed=4.0))
        assert delivery.state == "delivered", delivery

    await asyncio.gather(*map(send, scenes))
    await asyncio.sleep(0.5)
    for watcher in watchers:
        watcher.cancel()
    return seen


def test_calls_sent_at_once_raise_what_they_must_and_nothing_else(tmp_path: Path) -> None:
    scenes = scenario.scenes(FOLDER, CAST)
    with scenario.server(tmp_path) as running:
        quiet = metrics(running.url, scenario.token(tmp_path, "admin", ""))
        seen = asyncio.run(hear(running, scenes, tmp_path))
    # nothing happened yet, and the loop was free all the time
    assert 0 <= quiet["monitor_loop_stall_seconds"] < 0.25
    for scene in scenes:
        own = [alert for alert in seen if alert.call == scene.expectation.call.call]
        # every alert is settled, and told at most twice: while it was spoken and when it was sure
        told = [(alert.id, alert.state) for alert in own]
        assert len(set(told)) == len(told)
        assert {alert for alert, _ in told} == {
            alert for alert, state in told if state != "provisional"
        }
        assert compare(scene.expectation, own).ok, own


def test_a_recogniser_that_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    scenes = scenario.scenes(FOLDER, ("two-in-one-breath",))

    async def hear_and_kill(running: scenario.Running) -> tuple[list[Alert], int]:
        hearing = asyncio.create_task(hear(running, scenes, tmp_path))
        killed = 0
        for _ in range(3):
            await asyncio.sleep(3.0)
            for one in scenario.recognisers(running.pid):
                with contextlib.suppress(psutil.Error):
                    one.kill()
                    killed += 1
        return await hearing, killed

    with scenario.server(tmp_path) as running:
        seen, killed = asyncio.run(hear_and_kill(running))
    assert killed
    assert compare(scenes[0].expectation, seen).ok, seen
