"""What happens to sound that finds no room on the tape."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from monitor.clock import VirtualClock
from monitor.evidence.recorder import Recorder
from monitor.ingest.facts import AudioChunk
from monitor.types import Role
from monitor.web import keeping
from monitor.web.keeping import Keeping
from tests.evidence.taking import RATE, Studio

PIECE = np.ones(800, np.int16)


def piece(number: int) -> AudioChunk:
    return AudioChunk(role=Role.AGENT, samples=PIECE, position=number * len(PIECE))


class Dead(Recorder):
    """A recorder whose disk does not come back from a call."""

    def __init__(self) -> None:
        self.hurried = 0

    def hurry(self) -> None:
        self.hurried += 1


def full(folder: Path, clock: VirtualClock) -> tuple[Studio, Dead, Keeping]:
    studio, recorder = Studio(folder, hold_s=0.5), Dead()
    return studio, recorder, Keeping(studio.tape, recorder, clock)


async def test_a_source_ahead_of_its_time_waits_for_room(tmp_path: Path) -> None:
    studio, recorder, kept = full(tmp_path, VirtualClock())
    for number in range(10):
        await kept.keep(piece(number))
    waits = asyncio.create_task(kept.keep(piece(10)))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waits.done()
    assert recorder.hurried == 1
    studio.round()
    await waits
    studio.end()
    assert studio.tape.done.result().whole


async def test_a_live_source_does_not_wait_for_a_dead_disk(tmp_path: Path) -> None:
    clock = VirtualClock()
    studio, recorder, kept = full(tmp_path, clock)
    for number in range(20):
        clock.advance(len(PIECE) / RATE)
        if number == 10:
            clock.advance(keeping.PATIENCE_S + 0.1)
        await kept.keep(piece(number))
    assert recorder.hurried == 0
    assert studio.tape.lost == [8000, 0]


async def test_a_fast_source_waits_until_its_time_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PATIENCE_S", -1.09)
    clock = VirtualClock()
    studio, recorder, kept = full(tmp_path, clock)
    for number in range(10):
        await kept.keep(piece(number))
    waits = asyncio.create_task(kept.keep(piece(10)))
    await asyncio.sleep(0)
    # its place in the call has come: it is late, and goes on without the disk
    clock.advance(1.0)
    await waits
    assert recorder.hurried == 1
    assert studio.tape.lost == [800, 0]
