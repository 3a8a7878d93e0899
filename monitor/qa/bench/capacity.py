"""How many calls at once: a ladder of loads in real time against any system that hears calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import msgspec
import psutil

from monitor.demo.scenario import Scene
from monitor.qa.bench.load import Diary, Lane, Score, lanes, score

SPREAD_S = 15.0
HOLD_S = 45.0
SETTLE_S = 5.0
LATE_S = 60.0
"""For calls whose end the system confirms late; longer is a failure."""


class Hearing(Protocol):
    """A system that is up."""

    @property
    def pid(self) -> int:
        """The process whose family is charged."""

    async def play(self, lane: Lane, diary: Diary) -> None:
        """Play the calls of a lane in real time, note what arrives."""


class System(Protocol):
    """A system under test."""

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> str:
        """What it was started with, for the reader."""

    def open(
        self, folder: Path, scenes: Sequence[Scene], diary: Diary
    ) -> AbstractAsyncContextManager[Hearing]:
        """Start it; `folder` is empty and thrown away afterwards."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One load on one system."""

    system: str
    settings: str
    calls: int
    """Two-role calls under way at once."""
    audio_s: float
    """Seconds of calls played, all together."""
    wall_s: float
    cpu_s: float
    """Processor seconds of the system's processes while the calls played."""
    generator_cpu_s: float
    """The same of this process, which plays the calls (and judges the text of peers)."""
    peak_mb: float
    idle_mb: float
    failed: tuple[str, ...]
    score: Score
    load: float
    """The machine's load average of the minute before, by others' work if it is not quiet."""
    ladder: str = ""
    """When the ladder began of which this is a step; steps of one are compared."""
    stolen: float = 0.0
    """Processors that the host of a virtual machine took away meanwhile, on average."""

    @property
    def call_mb(self) -> float:
        """Memory of each call, above what the system had when it was up."""
        return (self.peak_mb - self.idle_mb) / self.calls

    @property
    def cores(self) -> float:
        """Processors used, on average."""
        return self.cpu_s / self.wall_s if self.wall_s else 0.0


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """A system that could not be measured, and why."""

    system: str
    why: str


def measure(
    system: System,
    scenes: Sequence[Scene],
    calls: int,
    *,
    hold_s: float = HOLD_S,
    spread_s: float = SPREAD_S,
    settle_s: float = SETTLE_S,
    ladder: str = "",
) -> Step:
    """One step of the ladder."""
    with TemporaryDirectory(prefix="monitor-bench-") as folder:
        step = asyncio.run(
            _measure(
                system, Path(folder), scenes, calls, lasting=Lasting(hold_s, spread_s, settle_s)
            )
        )
        return msgspec.structs.replace(step, ladder=ladder)


@dataclass(frozen=True, slots=True)
class Lasting:
    """Seconds of each lane, over which lanes begin, and waited for what comes late."""

    hold_s: float
    spread_s: float
    settle_s: float


async def _measure(
    system: System, folder: Path, scenes: Sequence[Scene], calls: int, *, lasting: Lasting
) -> Step:
    diary, load = Diary(), psutil.getloadavg()[0]
    spread_s = lasting.spread_s if calls > 1 else 0.0
    played = lanes(scenes, calls, hold_s=lasting.hold_s, spread_s=spread_s)
    async with system.open(folder, scenes, diary) as hearing:
        usage = Usage(psutil.Process(hearing.pid))
        following = asyncio.create_task(usage.follow())
        began, mine, stolen = time.monotonic(), time.process_time(), _stolen_s()
        await asyncio.gather(*(drive(hearing, lane, diary) for lane in played))
        wall_s, generator_s = time.monotonic() - began, time.process_time() - mine
        cpu_s, stolen_s = usage.cpu_s, _stolen_s() - stolen
        await asyncio.sleep(lasting.settle_s)
        following.cancel()
    return Step(
        system=system.name,
        settings=system.settings,
        calls=calls,
        audio_s=round(sum(lane.seconds for lane in played), 1),
        wall_s=round(wall_s, 2),
        cpu_s=round(cpu_s, 2),
        generator_cpu_s=round(generator_s, 2),
        peak_mb=round(usage.peak / 2**20, 1),
        idle_mb=round(usage.first / 2**20, 1),
        failed=tuple(diary.failed[:50]),
        score=score(played, diary),
        load=round(load, 2),
        stolen=round(stolen_s / wall_s, 2) if wall_s else 0.0,
    )


async def drive(hearing: Hearing, lane: Lane, diary: Diary, late_s: float = LATE_S) -> None:
    """Play a lane from its beginning on; what goes wrong goes into the diary."""
    await asyncio.sleep(lane.delay_s)
    try:
        async with asyncio.timeout(lane.seconds + late_s):
            await hearing.play(lane, diary)
    except TimeoutError:
        diary.failed.append(f"{lane.plays[0].name}: not done {late_s:.0f} s after its end")
    except Exception as fault:
        # a session that a system refuses or breaks is a result, not the end of the run
        diary.failed.append(f"{lane.plays[0].name}: {type(fault).__name__}: {fault}"[:200])


class Usage:
    """Memory and processor of a process and its children."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._before = family_cpu_s(process)
        self.first = self.peak = _bytes(process)

    @property
    def cpu_s(self) -> float:
        """Processor seconds since the beginning."""
        return family_cpu_s(self._process) - self._before

    async def follow(self) -> None:
        """Keep the peak; cancel it to stop."""
        while True:
            await asyncio.sleep(1.0)
            self.peak = max(self.peak, await asyncio.to_thread(_bytes, self._process))


def _stolen_s() -> float:
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _bytes(process: psutil.Process) -> int:
    total = 0
    for one in _family(process):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def family_cpu_s(process: psutil.Process) -> float:
    """Processor seconds of a process and its children."""
    total = 0.0
    for one in _family(process):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
