"""How long after the end of its phrase an alert reaches a supervisor, and where that time goes.

The real server, real sound at the speed of speech, a real subscriber. The ends of phrases come
from the synthesis of the recordings, never from the system under test.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psutil

from monitor.demo.scenario import Scene, registration, server, token
from monitor.errors import Unavailable
from monitor.events import Alert, AlertState
from monitor.ingest.client import Pacing, send_call
from monitor.ingest.outgoing import Outgoing, from_file
from monitor.ingest.target import Target
from monitor.ops.trace import Reached
from monitor.qa.expect import SAME_EVENT_S
from monitor.speech.endpoint import Rules
from monitor.web.messages import Last
from monitor.web.watcher import Watcher

SETTLE_S = 3.0
STAGES = ("rest", "hang-over", "queue", "decode", "match", "commit", "send")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One alert: seconds spent in each stage, from the end of the phrase to the subscriber."""

    call: str
    category: str
    first: float
    """Until the subscriber had it in whatever state; below 0: before the phrase was over."""
    total: float
    """Until the subscriber had it confirmed."""
    stages: dict[str, float]
    """By the names of STAGES."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of so many calls at once."""

    calls: int
    wall_s: float
    rows: tuple[Row, ...]
    missed: int
    """Alerts that had to come and did not."""
    supposed: int
    """Alerts that were provisional first."""
    withdrawn: int
    """Of those, how many the final words did not bear out."""
    cpu_s: float
    """Processor seconds of the server while the calls played."""
    audio_s: float
    """Seconds of calls played, all together."""
    peak_mb: float
    """Largest resident memory of the server."""


@dataclass(slots=True, kw_only=True)
class _Seen:
    began: dict[str, float] = field(default_factory=dict)
    """Call to the moment of its first sample, seconds of the monotonic clock."""
    arrived: list[tuple[Alert, float]] = field(default_factory=list)
    """Every revision of every alert and the moment its frame was read."""

    def ids(self, state: AlertState) -> set[str]:
        """Alerts that were ever in a state."""
        return {alert.id for alert, _ in self.arrived if alert.state == state}


def run(scenes: Sequence[Scene], calls: int, *, stagger_s: float = 1.7) -> Run:
    """Play `calls` calls, taken from `scenes` in turn, and time their alerts."""
    with TemporaryDirectory(prefix="monitor-bench-") as folder:
        trace = Path(folder) / "trace.jsonl"
        with server(Path(folder), MONITOR_LOGS_TRACE=str(trace)) as running:
            process = psutil.Process(running.pid)
            before = _cpu_s(process)
            began = time.monotonic()
            seen, peak = asyncio.run(
                _play(running.url, scenes, calls, Path(folder), process, stagger_s)
            )
            wall_s, after = time.monotonic() - began, _cpu_s(process)
        reached = _reached(trace)
    rows, missed = _rows(scenes, calls, seen, reached)
    return Run(
        calls=calls,
        wall_s=round(wall_s, 2),
        rows=tuple(rows),
        missed=missed,
        supposed=len(seen.ids("provisional")),
        withdrawn=len(seen.ids("withdrawn") - seen.ids("confirmed")),
        cpu_s=round(after - before, 2),
        audio_s=round(sum(_cast(scenes, n).seconds for n in range(calls)), 2),
        peak_mb=round(peak / 2**20, 1),
    )


async def _play(
    url: str,
    scenes: Sequence[Scene],
    calls: int,
    folder: Path,
    process: psutil.Process,
    stagger_s: float,
) -> tuple[_Seen, int]:
    seen = _Seen()
    teams = sorted({scene.expectation.call.team for scene in scenes})
    secrets = {team: token(folder, "ingest", team) for team in teams}
    helpers = [
        asyncio.create_task(_watch(url, token(folder, "supervisor", team), seen)) for team in teams
    ]
    peak = _Peak(process)
    helpers.append(asyncio.create_task(peak.follow()))
    async with asyncio.TaskGroup() as group:
        for number in range(calls):
            scene = _cast(scenes, number)
            target = Target(
                url=url.replace("http", "ws", 1) + "/ingest/l16",
                token=secrets[scene.expectation.call.team],
            )
            group.create_task(_send(target, scene, number, number * stagger_s, seen))
    await asyncio.sleep(SETTLE_S)
    for helper in helpers:
        helper.cancel()
    return seen, peak.bytes


async def _send(target: Target, scene: Scene, number: int, delay_s: float, seen: _Seen) -> None:
    await asyncio.sleep(delay_s)
    name = f"{scene.expectation.call.call}-{number}"
    outgoing = await asyncio.to_thread(
        from_file, scene.recording, fields=registration(scene.expectation.call), call=name
    )

    def sent(call: Outgoing, sent_s: float) -> None:
        # a piece is sent when it is over, so the call began that long before the first
        seen.began.setdefault(name, time.monotonic() - sent_s)

    delivery = await send_call(outgoing, target, pacing=Pacing(), progress=sent)
    if delivery.state != "delivered":
        raise Unavailable("not_delivered", f"{delivery.label}: {delivery}")


async def _watch(url: str, secret: str, seen: _Seen) -> None:
    async for news in Watcher(url, secret, last=Last(seq=0)).seen():
        if isinstance(news, Alert):
            seen.arrived.append((news, time.monotonic()))


class _Peak:
    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.bytes = 0

    async def follow(self) -> None:
        while True:
            used = sum(one.memory_info().rss for one in _family(self._process))
            self.bytes = max(self.bytes, used)
            await asyncio.sleep(0.5)


def _family(process: psutil.Process) -> list[psutil.Process]:
    """The server and its recognisers."""
    return [process, *process.children(recursive=True)]


def _cpu_s(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in _family(process)]
    return sum(each.user + each.system for each in times)


def _cast(scenes: Sequence[Scene], number: int) -> Scene:
    return scenes[number % len(scenes)]


def _reached(trace: Path) -> dict[str, Reached]:
    found: dict[str, Reached] = {}
    if trace.exists():
        for line in trace.read_bytes().splitlines():
            one = msgspec.json.decode(line, type=Reached)
            for alert in one.alerts:
                if one.final:
                    found.setdefault(alert, one)
    return found


def _rows(
    scenes: Sequence[Scene], calls: int, seen: _Seen, reached: dict[str, Reached]
) -> tuple[list[Row], int]:
    rows: list[Row] = []
    missed = 0
    for number in range(calls):
        expectation = _cast(scenes, number).expectation
        name = f"{expectation.call.call}-{number}"
        for want in expectation.wanted:
            if not want.quote or want.end is None or want.start is None:
                continue
            hit = next(
                (
                    (alert, at)
                    for alert, at in seen.arrived
                    if alert.call == name
                    and alert.state == "confirmed"
                    and alert.category == want.name
                    and abs(alert.start - want.start) < SAME_EVENT_S
                ),
                None,
            )
            if hit is None or hit[0].id not in reached:
                missed += 1
                continue
            first = min(at for alert, at in seen.arrived if alert.id == hit[0].id)
            rows.append(_row(name, want.end, seen.began[name], first, hit, reached[hit[0].id]))
    return rows, missed


def _row(
    call: str,
    phrase_end_s: float,
    began: float,
    first: float,
    hit: tuple[Alert, float],
    at: Reached,
) -> Row:
    alert, arrived = hit
    speech_end_s = at.end_s - Rules().pause_s
    # words read ahead in a short pause were there before the segment closed: they cost no time
    ahead = at.read - at.closed < at.waited_s + at.took_s
    queue, decode = (0.0, at.read - at.closed) if ahead else (at.waited_s, at.took_s)
    values = (
        speech_end_s - phrase_end_s,
        at.closed - began - speech_end_s,
        queue,
        decode,
        at.judged - at.closed - queue - decode,
        at.committed - at.judged,
        arrived - at.committed,
    )
    return Row(
        call=call,
        category=alert.category,
        first=round(first - began - phrase_end_s, 4),
        total=round(arrived - began - phrase_end_s, 4),
        stages={name: round(value, 4) for name, value in zip(STAGES, values, strict=True)},
    )
