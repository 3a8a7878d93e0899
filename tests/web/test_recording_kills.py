"""The server is killed (SIGKILL) at random moments under live calls; what the recordings then hold
is what was said, up to the last moments.

Three kills of three calls here; 500 kills under 20 calls in tests/soak.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.client import connect

from monitor.errors import Unavailable
from monitor.evidence.keyring import Keyring
from monitor.evidence.library import Library
from monitor.evidence.root import FileRoot
from monitor.evidence.timeline import Timeline
from monitor.store import recordings
from monitor.store.reading import reading
from monitor.store.recordings import RecordingRow
from monitor.store.store import Store
from monitor.types import Role
from tests.store.postgres import address
from tests.web.conftest import hear, new_token, registration, say, until
from tests.web.process import Forge, ServerProcess
from tests.web.test_crash import LOST

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


async def one_life(
    server: ServerProcess, token: str, life: int, calls: int, alive_s: float
) -> dict[str, int]:
    await asyncio.to_thread(server.start)
    names = [f"{life}-{number}" for number in range(calls)]
    playing = [asyncio.create_task(play(server.ws, token, name)) for name in names]
    await asyncio.sleep(alive_s)
    await asyncio.to_thread(server.kill)
    return dict(zip(names, await asyncio.gather(*playing), strict=True))


def by_call(rows: list[RecordingRow]) -> dict[str, list[RecordingRow]]:
    found: dict[str, list[RecordingRow]] = {}
    for row in rows:
        found.setdefault(row.call, []).append(row)
    return found


def missing(timeline: Timeline, sent: int) -> int:
    """Everything that can be played is what was said; returns the samples that are missing."""
    assert timeline.roles == (Role.AGENT,)
    assert timeline.holes == []
    played = timeline.sound(Role.AGENT, 0, timeline.samples)
    # the source may have sent more than it could count before the line broke
    assert len(played) <= sent + PIECE
    assert (played == spoken(0, len(played))).all()
    return sent - len(played)


def damaged_is_not_played(library: Library, row: RecordingRow, dice: random.Random) -> None:
    """One bit of the file flipped: what is played is what was said, or the silence of a hole."""
    path = library.folder / row.path
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)
    try:
        with library.take([row]) as timeline:
            played = timeline.sound(Role.AGENT, 0, timeline.samples)
            assert timeline.holes
    except Unavailable:
        return
    assert ((played == spoken(0, len(played))) | (played == 0)).all()


def looked_after(data: Path) -> bool:
    """Whether the server has looked at everything that the kills left open."""
    rows = reading(data, address(data), lambda on: recordings.every(on, state="open"))
    return not rows


@dataclass(frozen=True, kw_only=True)
class Outcome:
    recordings: int
    worst_s: float
    """The most that a kill cost a call."""


async def trial(
    forged: Forge, folder: Path, *, kills: int, calls: int, seed: int, longest_s: float
) -> Outcome:
    """Kill the server under calls, then read what is there."""
    dice, sent = random.Random(seed), {}
    root = folder / "root.key"
    server = forged.server(folder, MONITOR_KEYS_ROOT=str(root))
    token = new_token(server.data, "ingest", team="south")
    for life in range(kills):
        sent |= await one_life(server, token, life, calls, dice.uniform(0.2, longest_s))
    await asyncio.to_thread(server.start)
    await until(lambda: looked_after(server.data), within_s=300)
    await asyncio.to_thread(server.stop)
    with Store(server.data) as store:
        rows = store.read_now(recordings.every)
    # a kill is told from an end: no recording says that it is whole
    assert {row.state for row in rows} == {"interrupted"}
    library = Library(server.data / "recordings", Keyring(server.data, FileRoot(root)))
    unseen = [count for call, count in sent.items() if call not in by_call(rows)]
    worst = max([0, *unseen])
    for call, segments in by_call(rows).items():
        with library.take(segments) as timeline:
            worst = max(worst, missing(timeline, sent[call]))
    for row in dice.sample(rows, min(len(rows), 50)):
        damaged_is_not_played(library, row, dice)
    return Outcome(recordings=len(rows), worst_s=worst / RATE)


@pytest.mark.process
async def test_a_killed_server_keeps_what_was_said(forged: Forge, tmp_path: Path) -> None:
    found = await trial(forged, tmp_path, kills=3, calls=3, seed=20261123, longest_s=2.0)
    assert found.recordings > 0
