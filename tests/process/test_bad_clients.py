"""Clients that do everything wrong, against the real server with the real recogniser.

Each is told why and sent away; the server goes on, and what was accepted before is on record.
"""

from __future__ import annotations

import asyncio
import json
import struct
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.process.server import RealServer, running
from tests.web.conftest import closed_with, hear, say

pytestmark = [pytest.mark.audio, pytest.mark.process]

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"
RATE = 8000
PIECE = 6400
"""Bytes of a message: 200 ms of stereo sound."""

HEADER = b"RIFF\xff\xff\xff\xffWAVE" + (
    b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, RATE, RATE * 4, 4, 16) + b"data\xff\xff\xff\xff"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with running(tmp_path_factory.mktemp("server")) as made:
        yield made
        assert "Traceback" not in made.said()


@pytest.fixture(scope="module")
def token(server: RealServer) -> str:
    return server.token("ingest", "south")


@pytest.fixture(scope="module")
def promise() -> bytes:
    """The agent, on the left, promises; interleaved little-endian samples."""
    sound, rate = soundfile.read(FIXTURES / "guaranteed-return.flac", dtype="<i2")
    assert rate == RATE
    silence = np.zeros((RATE, 2), "<i2")
    return np.concatenate((silence, sound[20 * RATE : 28 * RATE], silence)).tobytes()


def knock(
    server: RealServer, token: str, path: str = "/ingest/l16"
) -> AbstractAsyncContextManager[ClientConnection]:
    headers = {"Authorization": f"Bearer {token}"}
    return connect(server.ws + path, compression=None, additional_headers=headers)


@asynccontextmanager
async def source(server: RealServer, token: str, call: str) -> Any:
    async with knock(server, token) as socket:
        await say(socket, type="start", call=call, rate=RATE, channels=2, agent="8012")
        assert (await hear(socket))["type"] == "accepted"
        yield socket


async def send(socket: ClientConnection, sound: bytes, piece: int = PIECE) -> None:
    for at in range(0, len(sound), piece):
        await socket.send(sound[at : at + piece])


async def ended(socket: ClientConnection) -> float:
    await socket.send("END")
    async with asyncio.timeout(60):
        while (message := json.loads(await socket.recv()))["type"] != "ended":
            assert message["type"] == "notice"
    return float(message["received_s"])


async def record(server: RealServer, call: str) -> list[dict[str, Any]]:
    """The call's events, once it has ended."""
    reader = server.token("supervisor", "south")
    request = urllib.request.Request(
        f"{server.url}/api/calls/{call}/events", headers={"Authorization": f"Bearer {reader}"}
    )

    def read() -> dict[str, Any]:
        with urllib.request.urlopen(request, timeout=20) as reply:
            built: dict[str, Any] = json.load(reply)
            return built

    async with asyncio.timeout(60):
        while (page := await asyncio.to_thread(read))["call"]["live"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    events: list[dict[str, Any]] = page["events"]
    return events


def promises(events: list[dict[str, Any]]) -> list[str]:
    """The channels of the alerts about the promise; there is no other alert in the sound."""
    return [
        event["channel"]
        for event in events
        if event.get("category") == "guaranteed_return" and event["state"] == "confirmed"
    ]


async def test_any_cut_of_the_bytes_is_the_same_call(
    server: RealServer, token: str, promise: bytes
) -> None:
    async with source(server, token, "odd") as socket:
        await send(socket, promise + b"\x01", piece=3201)
        assert await ended(socket) == len(promise) / 4 / RATE
    assert promises(await record(server, "odd")) == ["agent"]


async def test_a_wav_file_sent_as_sound_keeps_its_sides(
    server: RealServer, token: str, promise: bytes
) -> None:
    async with source(server, token, "riff") as socket:
        await send(socket, HEADER + promise, piece=3207)
        assert await ended(socket) == len(promise) / 4 / RATE
    assert promises(await record(server, "riff")) == ["agent"]


BOMB = "[" * 60_000
WIDE = json.dumps({"type": "start", "call": "x", "meta": {str(n): "y" for n in range(9000)}})


@pytest.mark.parametrize(
    ("name", "message", "code", "says"),
    [
        ("text", "你好，这不是 JSON", 4400, "bad_json"),
        ("bomb", BOMB, 4400, None),
        ("wide", WIDE, 4400, None),
        ("field", '{"type":"end","raeson":"x"}', 4400, "unknown_field"),
        ("again", '{"type":"start","call":"again","rate":8000}', 4400, "second_metadata"),
        ("huge", b"\0" * 200_000, 1009, None),
        ("wrong-header", HEADER.replace(struct.pack("<I", RATE), struct.pack("<I", 16_000)), 0, ""),
    ],
)
async def test_nonsense_in_the_middle_ends_the_call_and_keeps_the_rest(
    server: RealServer,
    token: str,
    promise: bytes,
    name: str,
    message: str | bytes,
    code: int,
    says: str | None,
) -> None:
    first = name == "wrong-header"
    async with source(server, token, name) as socket:
        if not first:
            await send(socket, promise)
        await socket.send(message)
        closed, error = await closed_with(socket)
    if first:
        assert (closed, error) == (4400, "wav_header_mismatch")
    else:
        assert closed == code
        assert says in (None, error)
    events = await record(server, name)
    assert events[-1]["type"] == "call.ended"
    assert events[-1]["reason"] in ("protocol_error", "source_lost")
    assert promises(events) == ([] if first else ["agent"])


async def test_a_client_that_vanishes_leaves_what_it_sent(
    server: RealServer, token: str, promise: bytes
) -> None:
    async with source(server, token, "gone") as socket:
        await send(socket, promise)
        # the bytes are on their way before the connection is torn
        await socket.ping()
        await (await socket.ping())
        socket.transport.abort()
    events = await record(server, "gone")
    assert promises(events) == ["agent"]
    assert events[-1]["reason"] == "source_lost"


async def test_a_second_client_does_not_disturb_the_first(
    server: RealServer, token: str, promise: bytes
) -> None:
    async with source(server, token, "twice") as socket:
        await send(socket, promise[: len(promise) // 2])
        async with knock(server, token) as second:
            await say(second, type="start", call="twice", rate=RATE, channels=2)
            assert await closed_with(second) == (4409, "call_taken")
        await send(socket, promise[len(promise) // 2 :])
        await ended(socket)
    assert promises(await record(server, "twice")) == ["agent"]


async def test_who_may_not_is_told_so_and_gets_nothing(server: RealServer, token: str) -> None:
    watcher, other = server.token("supervisor", "south"), server.token("agent", "south", "8013")
    start = {"type": "start", "call": "no", "rate": RATE}
    cases: list[tuple[str, str, dict[str, Any], tuple[int, str]]] = [
        ("/ingest/l16", "nonsense", start, (4401, "unknown_token")),
        ("/ingest/l16", watcher, start, (4403, "wrong_role")),
        ("/ingest/l16", token, start | {"team": "north"}, (4403, "wrong_team")),
        ("/ingest/l16?token=" + token, token, start, (4401, "token_in_url")),
        ("/ws/alerts", token, {"type": "hello"}, (4403, "wrong_role")),
        ("/ws/alerts?token=" + watcher, watcher, {"type": "hello"}, (4401, "token_in_url")),
        ("/ws/alerts", watcher, {"type": "hello", "tocken": "x"}, (4400, "unknown_field")),
        ("/ws/agents/8012", token, {"type": "hello"}, (4403, "wrong_role")),
        ("/ws/agents/8012", other, {"type": "hello"}, (4403, "wrong_role")),
    ]
    for path, secret, first, expected in cases:
        async with knock(server, secret, path) as socket:
            # a token in the address is refused before anything is said
            with suppress(ConnectionClosed):
                await say(socket, **first)
            assert await closed_with(socket) == expected, (path, first)
    said = server.said()
    assert token not in said
    assert watcher not in said


async def test_sound_before_the_registration(server: RealServer, token: str) -> None:
    async with knock(server, token) as socket:
        await socket.send(bytes(3200))
        assert await closed_with(socket) == (4400, "audio_before_metadata")
