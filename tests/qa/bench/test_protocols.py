"""Each peer's protocol against a small server that speaks it: what is sent, and what is read."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from monitor.qa.bench.peers import protocols
from monitor.qa.bench.peers.plain import END, Cutter
from monitor.qa.bench.peers.protocols import Sound, Stream
from monitor.types import SAMPLE_RATE, Samples
from tests.asr.spoken import samples

PIECES = [np.full(1600, number, np.int16) for number in range(3)]
SENT = np.concatenate(PIECES).tobytes()


async def spoken() -> Sound:
    for piece in PIECES:
        yield piece


@asynccontextmanager
async def server(handle: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[int]:
    async with serve(handle, "127.0.0.1", 0) as made:
        yield next(iter(made.sockets)).getsockname()[1]


async def said_by(stream: Stream, port: int, sound: Sound | None = None) -> list[tuple[str, bool]]:
    said: list[tuple[str, bool]] = []
    async with asyncio.timeout(5):
        await stream(port, sound or spoken(), lambda text, final: said.append((text, final)))
    return said


async def until(socket: ServerConnection, end: str | bytes) -> list[str | bytes]:
    taken = []
    while (message := await socket.recv()) != end:
        taken.append(message)
    return taken


async def test_plain() -> None:
    async def handle(socket: ServerConnection) -> None:
        taken = await until(socket, END)
        assert b"".join(one for one in taken if isinstance(one, bytes)) == SENT
        await socket.send(json.dumps({"text": "保本", "final": True}))
        await socket.send(json.dumps({"end": True}))

    async with server(handle) as port:
        assert await said_by(protocols.plain, port) == [("保本", True)]


async def test_whisper_live() -> None:
    async def handle(socket: ServerConnection) -> None:
        hello = json.loads(await socket.recv())
        assert (hello["language"], hello["audio_format"]) == ("zh", "int16")
        await socket.send(json.dumps({"uid": hello["uid"], "message": "SERVER_READY"}))
        taken = await until(socket, b"END_OF_AUDIO")
        assert b"".join(one for one in taken if isinstance(one, bytes)) == SENT
        segments = [{"text": "您好", "completed": True}, {"text": "保本", "completed": False}]
        await socket.send(json.dumps({"uid": hello["uid"], "segments": segments}))

    async with server(handle) as port:
        assert await said_by(protocols.whisper_live, port) == [("您好保本", False), ("您好", True)]


async def test_whisper_live_kit() -> None:
    async def handle(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "config"}))
        assert b"".join(one for one in await until(socket, b"") if isinstance(one, bytes)) == SENT
        lines = [{"text": "您好", "speaker": 1}]
        await socket.send(json.dumps({"lines": lines, "buffer_transcription": "保本"}))
        await socket.send(json.dumps({"type": "ready_to_stop"}))

    async with server(handle) as port:
        said = await said_by(protocols.whisper_live_kit, port)
    assert said[-2:] == [("您好", True), ("您好保本", False)]


async def test_realtime_stt() -> None:
    async def handle(socket: ServerConnection) -> None:
        assert json.loads(await socket.recv()) == {"type": "start"}
        sound = b""
        for message in await until(socket, json.dumps({"type": "stop"})):
            assert isinstance(message, bytes)
            (length,) = struct.unpack("<I", message[:4])
            head, body = json.loads(message[4 : 4 + length]), message[4 + length :]
            assert head["frames"] * 2 == len(body)
            sound += body
        assert sound == SENT
        await socket.send(json.dumps({"type": "realtime", "text": "您"}))
        await socket.send(json.dumps({"type": "final", "text": "您好"}))

    async with server(handle) as port:
        said = await said_by(protocols.realtime_stt, port)
    assert said == [("您", False), ("您好", True)]


async def test_wyoming() -> None:
    heard: list[float] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sound = b""
        while True:
            event = json.loads(await reader.readline())
            sound += await reader.readexactly(event.get("payload_length", 0))
            if event["type"] == "audio-stop":
                break
        heard.append(len(sound) / 2 / SAMPLE_RATE)
        data = json.dumps({"text": "保本"}).encode()
        writer.write(
            json.dumps({"type": "transcript", "data_length": len(data)}).encode() + b"\n" + data
        )
        await writer.drain()
        writer.close()

    speech = samples("spoken-1.wav")

    async def sentences() -> Sound:
        for _ in range(2):
            yield np.concatenate([speech, np.zeros(SAMPLE_RATE, np.int16)])

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as made:
        port = made.sockets[0].getsockname()[1]
        said = await said_by(protocols.wyoming, port, sentences())
    assert said == [("保本", True)] * len(heard)
    assert len(heard) >= 2


@pytest.mark.parametrize("piece", [160, 1600, 50_000])
def test_utterances_are_cut_at_pauses_however_the_sound_comes(piece: int) -> None:
    speech = samples("spoken-1.wav")
    sound: Samples = np.concatenate([speech, np.zeros(SAMPLE_RATE, np.int16)] * 2)
    cutter, found = Cutter(), []
    for at in range(0, len(sound), piece):
        found += cutter.feed(sound[at : at + piece])
    found += cutter.feed(np.zeros(0, np.int16), last=True)
    whole = Cutter()
    once = [*whole.feed(sound), *whole.feed(np.zeros(0, np.int16), last=True)]
    assert [len(one) for one in found] == [len(one) for one in once]
    assert len(found) >= 2
