"""How many seconds of call a second of this machine hears when nothing has to wait."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from monitor.audio.formats import open_audio
from monitor.demo.scenario import Scene
from monitor.qa.bench.capacity import family_cpu_s
from monitor.qa.bench.sound import by_role
from monitor.qa.compare import compare
from monitor.qa.session import Session


class ReplayRun(msgspec.Struct, frozen=True, kw_only=True):
    """One pass over all recordings."""

    system: str
    recordings: int
    audio_s: float
    """Seconds of call; each has two channels."""
    wall_s: float
    cpu_s: float
    """Of this process and its recognisers."""
    wrong: int
    """Recordings that did not give what they must; -1 where nobody judges."""

    @property
    def times_real_time(self) -> float:
        """Seconds of call per second of wall time."""
        return self.audio_s / self.wall_s


def ours(session: Session, scenes: Sequence[Scene]) -> ReplayRun:
    """Hear every recording once, from the file to its alerts."""
    wall, cpu = time.monotonic(), family_cpu_s(psutil.Process())
    given = [(scene.recording, scene.expectation.call) for scene in scenes]
    wrong = 0
    for scene, (_, events) in zip(scenes, session.hear_each(given), strict=True):
        wrong += not compare(scene.expectation, events).ok
    return _run("monitor replay", scenes, wall, cpu, wrong)


def batched(model: Path, scenes: Sequence[Scene], runs: int) -> list[ReplayRun]:
    """The same recordings through faster-whisper's own batched pipeline: text only."""
    from monitor.qa.bench.peers.batched import SETTINGS, Batched

    pipeline = Batched(model)
    done = []
    for _ in range(runs):
        wall, cpu = time.monotonic(), family_cpu_s(psutil.Process())
        for scene in scenes:
            with open_audio(scene.recording) as source:
                pipeline.read(list(by_role(source).values()))
        done.append(_run(SETTINGS, scenes, wall, cpu, -1))
    return done


def _run(system: str, scenes: Sequence[Scene], wall: float, cpu: float, wrong: int) -> ReplayRun:
    return ReplayRun(
        system=system,
        recordings=len(scenes),
        audio_s=round(sum(scene.seconds for scene in scenes), 2),
        wall_s=round(time.monotonic() - wall, 3),
        cpu_s=round(family_cpu_s(psutil.Process()) - cpu, 2),
        wrong=wrong,
    )
