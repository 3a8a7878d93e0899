"""Twenty calls at once for two hours of their sound: the memory of the server and of its
recognisers does not grow once it is warm. Prints a line of JSON for each sample.

Sound comes faster than speech, so that two hours pass sooner: `SOAK_MEMORY_SPEED=3`. A part:
`SOAK_MEMORY_S=600`, seconds of each lane of calls.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from statistics import median

import psutil
import pytest

from monitor.demo import scenario
from monitor.qa.bench.capacity import drive
from monitor.qa.bench.load import Diary, lanes, score
from monitor.qa.bench.ours import Ours, Server
from monitor.qa.bench.overload import metrics, record
from tests.soak.size import size

CALLS = size("MEMORY_CALLS", 20)
SOUND_S = size("MEMORY_S", 7_200)
SPEED = size("MEMORY_SPEED", 3)
EVERY_S = 10.0
GROWTH_MB = 20.0
"""From the first tenth of the second half to its last: a megabyte for each call under way, which is
less than two thousandths of what the calls' sound weighs."""
FOLDER = Path(__file__).parents[2] / "audio_fixtures"

Sample = dict[str, float]


def _mb(processes: list[psutil.Process]) -> float:
    return round(sum(one.memory_info().rss for one in processes) / 2**20, 1)


def _sample(server: Server, secret: str, began: float) -> Sample:
    seen = metrics(server.url, secret)
    return {
        "at_s": round(time.monotonic() - began, 1),
        "sound_s": round((time.monotonic() - began) * SPEED, 1),
        "server_mb": _mb([psutil.Process(server.pid)]),
        "recognisers_mb": _mb(scenario.recognisers(server.pid)),
        "calls": seen["monitor_live_calls"],
        "level": seen["monitor_shedding_level"],
        "oldest_s": round(seen["monitor_oldest_speech_seconds"], 2),
    }


async def _followed(server: Server, folder: Path, samples: list[Sample]) -> None:
    secret, began = scenario.token(folder, "admin", ""), time.monotonic()
    while True:
        samples.append(await asyncio.to_thread(_sample, server, secret, began))
        print(json.dumps({"memory": samples[-1]}), flush=True)
        await asyncio.sleep(EVERY_S)


async def _played(folder: Path, diary: Diary) -> tuple[list[Sample], int]:
    samples: list[Sample] = []
    scenes = scenario.scenes(FOLDER, None)
    played = lanes(scenes, CALLS, hold_s=SOUND_S, spread_s=30.0)
    async with Ours(speed=SPEED).open(folder, scenes, diary) as server:
        following = asyncio.create_task(_followed(server, folder, samples))
        await asyncio.gather(*(drive(server, lane, diary) for lane in played))
        following.cancel()
    found = score(played, diary)
    assert diary.failed == []
    print(f"alerts missed {found.missed} of {found.wanted}, false {found.false}")
    return samples, sum(len(lane.plays) for lane in played)


def growth(samples: list[Sample], name: str) -> float:
    """Megabytes from the first tenth of the second half to the last."""
    # the calls end one after the other: what is measured is the time in which all are there
    full = [one[name] for one in samples if one["calls"] >= 0.9 * CALLS]
    half = full[len(full) // 2 :]
    tenth = max(1, len(half) // 10)
    return round(median(half[-tenth:]) - median(half[:tenth]), 1)


@pytest.mark.audio
@pytest.mark.process
def test_memory_is_flat(tmp_path: Path) -> None:
    diary = Diary()
    samples, calls = asyncio.run(_played(tmp_path, diary))
    grown = {name: growth(samples, name) for name in ("server_mb", "recognisers_mb")}
    kept = record(tmp_path)
    print(
        f"{calls} calls, {CALLS} at once, {SOUND_S} s of sound each lane at {SPEED} times real "
        f"time; second half grew by {grown} MB; peak "
        f"{max(one['server_mb'] for one in samples)} and "
        f"{max(one['recognisers_mb'] for one in samples)} MB; highest level "
        f"{max(one['level'] for one in samples):.0f}; coverage {kept.states}, "
        f"inexact {kept.inexact}"
    )
    assert kept.inexact == 0
    assert "failed" not in kept.states
    assert all(value <= GROWTH_MB for value in grown.values()), grown
