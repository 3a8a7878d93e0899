"""Far more calls than a machine hears, for a while: nothing may be lost, and it recovers."""

from __future__ import annotations

import asyncio
import re
import time
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from sqlalchemy import select

from monitor.calls import LATE_AFTER_S
from monitor.demo.scenario import Scene, token
from monitor.events import Alert, CallEnded, Coverage, decode
from monitor.ingest.client import END_S
from monitor.qa.bench.capacity import drive
from monitor.qa.bench.load import Arrival, Diary, Lane, Score, lanes, score
from monitor.qa.bench.ours import WARM, Ours
from monitor.store.store import Store
from monitor.store.tables import events
from monitor.types import FRAME_S

RECOVERY_S = 150.0
AGE_S = 2.0
FEED_S = 1.0
"""For an alert on its way; one that is late by less than this more may not know."""
_METRIC = re.compile(r"^(monitor_\w+) ([0-9.e+-]+)$", re.MULTILINE)


class Overload(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the calls."""

    calls: int
    hold_s: float
    worst_s: float
    """Age of the oldest speech, at worst."""
    recovered_s: float | None
    """Seconds from the end of the load until that was under two seconds for good."""
    highest: int
    """Level of the shedding ladder."""
    stall_s: float
    roles: int
    inexact: int
    """Roles whose spans of coverage do not add up to the call."""
    states: dict[str, float]
    """Seconds by state of coverage, all roles."""
    late: int
    """Alerts that say that they are late."""
    unmarked: int = 0
    """Alerts that were late and do not say so."""
    failed: tuple[str, ...] = ()
    """Calls that could not be played to their end, and why."""
    score: Score
    series: tuple[tuple[float, float, float], ...]
    """Seconds since the beginning, age of the oldest speech, level."""


def run(scenes: Sequence[Scene], calls: int, *, hold_s: float) -> Overload:
    """Play the load, wait for recovery, check the record."""
    with TemporaryDirectory(prefix="monitor-bench-") as name:
        folder = Path(name)
        diary, played = Diary(), lanes(scenes, calls, hold_s=hold_s, spread_s=10.0)
        series, ended, stall_s = asyncio.run(_play(folder, scenes, played, diary))
        kept = record(folder)
    late = [at for at, age, _ in series if at > ended and age > AGE_S]
    settled = series[-1][1] <= AGE_S
    return Overload(
        calls=calls,
        hold_s=hold_s,
        worst_s=round(max(age for _, age, _ in series), 2),
        recovered_s=round(max(late, default=ended) - ended, 1) if settled else None,
        highest=int(max(level for _, _, level in series)),
        stall_s=stall_s,
        roles=kept.roles,
        inexact=kept.inexact,
        states=kept.states,
        late=kept.late,
        unmarked=unmarked(diary),
        failed=tuple(diary.failed[:50]),
        score=score(played, diary),
        series=tuple(series),
    )


async def _play(
    folder: Path, scenes: Sequence[Scene], played: Sequence[Lane], diary: Diary
) -> tuple[list[tuple[float, float, float]], float, float]:
    series: list[tuple[float, float, float]] = []
    async with Ours().open(folder, scenes, diary) as hearing:
        secret, url = token(folder, "admin", ""), hearing.url
        began = time.monotonic()
        stall_s = 0.0

        async def follow() -> None:
            nonlocal stall_s
            while True:
                seen = await asyncio.to_thread(metrics, url, secret)
                age, level = seen["monitor_oldest_speech_seconds"], seen["monitor_shedding_level"]
                stall_s = max(stall_s, seen["monitor_loop_stall_seconds"])
                series.append((round(time.monotonic() - began, 1), age, level))
                await asyncio.sleep(1.0)

        following = asyncio.create_task(follow())
        async with asyncio.TaskGroup() as group:
            for lane in played:
                group.create_task(drive(hearing, lane, diary, END_S))
            longest = max(lane.delay_s + lane.seconds for lane in played)
            await asyncio.sleep(longest)
            ended = time.monotonic() - began
        until = began + ended + RECOVERY_S
        while time.monotonic() < until and not (series and series[-1][1] <= AGE_S):  # noqa: ASYNC110
            await asyncio.sleep(1.0)
        await asyncio.sleep(3.0)
        following.cancel()
    return series, ended, stall_s


def unmarked(diary: Diary) -> int:
    """Alerts that were late when they were first there, and do not say so."""
    first: dict[tuple[str, str], Arrival] = {}
    for one in diary.arrivals:
        first.setdefault((one.call, one.id), one)
    return sum(
        one.at - diary.began[one.call] - one.end > LATE_AFTER_S + FEED_S
        for one in first.values()
        if not one.late and one.end is not None and one.call in diary.began
    )


def metrics(url: str, secret: str) -> dict[str, float]:
    """The server's numbers that have no labels."""
    request = urllib.request.Request(
        f"{url}/metrics", headers={"Authorization": f"Bearer {secret}"}
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        return {name: float(value) for name, value in _METRIC.findall(reply.read().decode())}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What the database says of all calls."""

    roles: int
    inexact: int
    states: dict[str, float]
    late: int


def record(folder: Path) -> Record:
    """Read a server's record; its coverage is exact where every second of a role has one state."""
    query = select(events.c.call_number, events.c.body).order_by(events.c.number)
    spans: dict[tuple[int, str], list[Coverage]] = defaultdict(list)
    lasted: dict[int, float] = {}
    late: set[str] = set()
    with Store(folder) as store:
        for number, body in store.read_now(lambda on: list(on.execute(query))):
            event = decode(body)
            if isinstance(event, Coverage):
                spans[number, event.channel].append(event)
            elif isinstance(event, CallEnded):
                lasted[number] = event.at
            elif isinstance(event, Alert) and event.late and not event.call.startswith(WARM):
                late.add(event.id)
    states: dict[str, float] = defaultdict(float)
    inexact = 0
    for (number, _), found in spans.items():
        at_s = 0.0
        exact = True
        for span in found:
            exact &= abs(span.start - at_s) < 1e-6
            at_s = span.end
            states[span.state] += span.end - span.start
        inexact += not (exact and abs(at_s - lasted.get(number, at_s)) <= FRAME_S)
    return Record(
        roles=len(spans),
        inexact=inexact,
        states={state: round(total, 1) for state, total in sorted(states.items())},
        late=len(late),
    )
