"""The system refuses a running server what it needs, for real, and gives it back: no space to
write (a limit on the size of files), no more open files. Nothing that was said is missing after.
"""

from __future__ import annotations

import asyncio
import json
import resource
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from monitor.alerts import log
from monitor.evidence.keyring import Keyring
from monitor.evidence.library import Library
from monitor.evidence.root import FileRoot
from monitor.store import recordings
from monitor.store.store import Store
from monitor.types import Role
from tests.store.postgres import IN_POSTGRES
from tests.web.conftest import hear, new_token, registration, say
from tests.web.process import Forge, ServerProcess
from tests.web.test_recording_kills import RATE, spoken

PIECE = RATE // 10


def ready(server: ServerProcess) -> dict[str, str]:
    try:
        with urllib.request.urlopen(server.url + "/readyz", timeout=10) as answer:
            said: dict[str, str] = json.loads(answer.read())
    except urllib.error.HTTPError as fault:
        with fault:
            said = json.loads(fault.read())
    return said


def gauge(server: ServerProcess, token: str, name: str) -> float:
    request = urllib.request.Request(
        server.url + "/metrics", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        (line,) = [one for one in answer.read().decode().splitlines() if one.startswith(name + " ")]
    return float(line.split()[1])


async def until_it_says(server: ServerProcess, **wanted: str) -> None:
    async with asyncio.timeout(20):
        while True:
            with suppress(OSError, ValueError):
                if wanted.items() <= (await asyncio.to_thread(ready, server)).items():
                    return
            await asyncio.sleep(0.05)


async def speak(socket: ClientConnection, first: int, pieces: int) -> None:
    """Every piece raises an alert."""
    for number in range(first, first + pieces):
        sound = spoken(number * PIECE, PIECE)
        sound[0] = number + 1
        await socket.send(sound.tobytes())


def whole(server: ServerProcess, root: Path, pieces: int) -> None:
    """Every alert is there once and in order, and all of the sound."""
    with Store(server.data) as store:
        alerts = store.read_now(lambda on: log.read(on, "south", after=0, limit=10_000))
        rows = store.read_now(lambda on: recordings.of_call(on, "south", "c1"))
    assert [one.alert for one in alerts] == [f"c1-{number + 1}" for number in range(pieces)]
    library = Library(server.data / "recordings", Keyring(server.data, FileRoot(root)))
    with library.take(rows) as timeline:
        assert timeline.holes == []
        played = timeline.sound(Role.AGENT, 0, timeline.samples).copy()
    wanted = spoken(0, pieces * PIECE)
    played[::PIECE], wanted[::PIECE] = 0, 0
    assert len(played) == len(wanted)
    assert (played == wanted).all()


@pytest.mark.process
@pytest.mark.parametrize(
    ("kind", "from_the_start"),
    [
        (resource.RLIMIT_FSIZE, False),
        (resource.RLIMIT_NOFILE, True),
    ],
)
async def test_what_is_refused_for_a_while_is_made_good(
    forged: Forge, tmp_path: Path, kind: int, from_the_start: bool
) -> None:
    root = tmp_path / "root.key"
    server = forged.server(tmp_path, log=tmp_path / "log", MONITOR_KEYS_ROOT=str(root))
    token, admin = new_token(server.data, "ingest", team="south"), new_token(server.data, "admin")
    await asyncio.to_thread(server.start)
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(server.ws + "/ingest/l16", additional_headers=headers) as socket:
        await say(socket, **registration("c1"))
        await hear(socket)
        first = 0 if from_the_start else 10
        await speak(socket, 0, first)
        if first:
            await asyncio.sleep(1.2)
        given = resource.prlimit(server.pid, kind)
        # two more than none: the question whether it is ready needs a connection
        least = 0 if kind == resource.RLIMIT_FSIZE else open_files(server.pid)
        resource.prlimit(server.pid, kind, (least, given[1]))
        await speak(socket, first, 20)
        if kind == resource.RLIMIT_FSIZE:
            await until_it_says(server, recording="failing")
            failing = await asyncio.to_thread(gauge, server, admin, "monitor_store_failing")
            assert failing == (not IN_POSTGRES)
        else:
            await asyncio.sleep(1.5)
        resource.prlimit(server.pid, kind, given)
        await until_it_says(server, recording="ok", status="ready")
        await speak(socket, first + 20, 10)
        assert await asyncio.to_thread(gauge, server, admin, "monitor_recording_ok") == 1
        await say(socket, type="end", reason="hangup")
        async with asyncio.timeout(30):
            while (said := await hear(socket))["type"] != "ended":
                pass
    assert said["unrecorded_s"] == 0.0
    await asyncio.to_thread(server.stop)
    whole(server, root, first + 30)


def open_files(pid: int) -> int:
    return max(int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir()) + 1
