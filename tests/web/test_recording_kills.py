"""The server is killed (SIGKILL) at random moments under live calls; what the recordings then hold
is what was said, up to the last moments.

Three kills of three calls in the normal suite; CALL_MONITOR_KILLS=500 with
CALL_MONITOR_KILL_CALLS=20 for the long run, which prints how much the worst kill cost.
"""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.client import connect

from monitor.evidence.keyring import Keyring
from monitor.evidence.library import Library
from monitor.evidence.root import FileRoot
from monitor.evidence.timeline import Timeline
from monitor.store import recordings
from monitor.store.recordings import RecordingRow
from monitor.store.store import Store
from monitor.types import Role
from tests.web.conftest import hear, new_token, registration, say
from tests.web.process import Forge, ServerProcess
from tests.web.test_crash import LOST

KILLS = int(os.environ.get("CALL_MONITOR_KILLS", "3"))
CALLS = int(os.environ.get("CALL_MONITOR_KILL_CALLS", "3"))
SEED = 20261123
RATE = 8000
PIECE = 400


def spoken(start: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Sound that tells its own place, and nothing to the scripted host."""
    made = (np.arange(start, start + count) * 7919 % 30_011).astype("<i2")
    made[::PIECE] = 0
    return made


async def play(url: str, token: str, call: str) -> int:
    """In real time until the connection breaks; returns the samples sent."""
    sent = 0
    with suppress(*LOST):
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(
            url + "/ingest/l16", compression=None, additional_headers=headers
        ) as socket:
            await say(socket, **registration(call))
            await hear(socket)
            while True:
                await socket.send(spoken(sent, PIECE).tobytes())
                sent += PIECE
                await asyncio.sleep(PIECE / RATE)
    return sent


async def one_life(server: ServerProcess, token: str, life: int, alive_s: float) -> dict[str, int]:
    await asyncio.to_thread(server.start)
    names = [f"{life}-{number}" for number in range(CALLS)]
    playing = [asyncio.create_task(play(server.ws, token, name)) for name in names]
    await asyncio.sleep(alive_s)
    await asyncio.to_thread(server.kill)
    return dict(zip(names, await asyncio.gather(*playing), strict=True))


def by_call(rows: list[RecordingRow]) -> dict[str, list[RecordingRow]]:
    found: dict[str, list[RecordingRow]] = {}
    for row in rows:
        found.setdefault(row.call, []).append(row)
    return found


def check(timeline: Timeline, sent: int) -> int:
    """Everything that can be played is what was said; returns the samples that are missing."""
    assert timeline.roles == (Role.AGENT,)
    assert timeline.holes == []
    played = timeline.sound(Role.AGENT, 0, timeline.samples)
    # the source may have sent more than it could count before the line broke
    assert len(played) <= sent + PIECE
    assert (played == spoken(0, len(played))).all()
    return sent - len(played)


@pytest.mark.process
async def test_a_killed_server_keeps_what_was_said(forged: Forge, tmp_path: Path) -> None:
    dice, sent = random.Random(SEED), {}
    root = tmp_path / "root.key"
    server = forged.server(tmp_path, MONITOR_KEYS_ROOT=str(root))
    token = new_token(server.data, "ingest", team="south")
    for life in range(KILLS):
        sent |= await one_life(server, token, life, dice.uniform(0.2, 4.0))
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.stop)
    with Store(server.data) as store:
        rows = store.read_now(recordings.every)
    assert {row.state for row in rows} <= {"interrupted", "complete"}
    library = Library(server.data / "recordings", Keyring(server.data, FileRoot(root)))
    worst = 0
    for call, segments in by_call(rows).items():
        with library.take(segments) as timeline:
            worst = max(worst, check(timeline, sent[call]))
    unseen = [count for call, count in sent.items() if call not in by_call(rows)]
    worst = max([worst, *unseen])
    print(f"{KILLS} kills under {CALLS} calls; the worst cost {worst / RATE:.2f} s")
    assert rows
