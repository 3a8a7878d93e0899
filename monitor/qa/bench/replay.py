"""How many seconds of call a second of this machine hears when nothing has to wait."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from monitor.qa.session import Session


class ReplayRun(msgspec.Struct, frozen=True, kw_only=True):
    """One pass over all recordings."""

    recordings: int
    audio_s: float
    wall_s: float
    cpu_s: float

    @property
    def times_real_time(self) -> float:
        """Seconds of call per second of wall time."""
        return self.audio_s / self.wall_s


def run(session: Session, recordings: Sequence[tuple[Path, float]]) -> ReplayRun:
    """Hear every recording once, one after the other; (path, seconds) each."""
    wall, cpu = time.monotonic(), time.process_time()
    for path, _ in recordings:
        for _event in session.hear(path):
            pass
    return ReplayRun(
        recordings=len(recordings),
        audio_s=round(sum(seconds for _, seconds in recordings), 2),
        wall_s=round(time.monotonic() - wall, 2),
        cpu_s=round(time.process_time() - cpu, 2),
    )
