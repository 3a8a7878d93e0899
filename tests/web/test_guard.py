from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from websockets.protocol import State

from monitor.settings import Server
from monitor.types import Role, Samples
from tests.web.conftest import HASTY, Opener, chunk, hear, say, until
from tests.web.scripted import ScriptedCall


async def test_a_request_that_never_ends_is_cut(open_house: Opener) -> None:
    house = await open_house(server=HASTY)
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /ws/alerts HTTP/1.1\r\nHost: x\r\n")
    async with asyncio.timeout(10):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()


async def test_a_peer_that_answers_no_ping_is_cut(open_house: Opener) -> None:
    house = await open_house(server=Server(port=0, ping_s=0.2, close_s=0.2))
    async with house.feed(house.token("supervisor", "south")) as feed:
        await hear(feed)
        await hear(feed)
        assert house.state.feed.subscribers == 1
        # the client library answers pings as it reads; so it stops reading
        feed.transport.pause_reading()
        await until(lambda: house.state.feed.subscribers == 0)
        feed.transport.abort()


async def test_a_flood_of_pings_without_reading_is_cut(open_house: Opener) -> None:
    house = await open_house(server=Server(port=0, buffer_bytes=4096, ping_s=60))
    async with house.socket("/ws/alerts") as socket:
        await say(socket, type="hello", token=house.token("supervisor", "south"))
        await hear(socket)
        socket.transport.pause_reading()
        async with asyncio.timeout(20):
            while socket.state is State.OPEN:
                # straight to the transport: the library would wait for us to read
                for _ in range(500):
                    socket.protocol.send_ping(b"x" * 120)
                socket.transport.write(b"".join(socket.protocol.data_to_send()))
                await asyncio.sleep(0)
        await until(lambda: house.state.feed.subscribers == 0)


async def test_a_source_that_is_held_back_is_not_cut(
    open_house: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answers to pings lie behind sound that the server does not read yet."""
    house = await open_house(server=Server(port=0, ping_s=0.1, close_s=0.2))
    busy, real = asyncio.Event(), ScriptedCall.audio

    async def audio(self: ScriptedCall, role: Role, samples: Samples, position: int) -> None:
        await busy.wait()
        await real(self, role, samples, position)

    monkeypatch.setattr(ScriptedCall, "audio", audio)
    async with house.source(house.token("ingest", "south"), "c1") as source:
        for number in range(20):
            await source.send(chunk(number + 1))
        await say(source, type="end", reason="hangup")
        # thrice as long as a peer has for an answer
        await asyncio.sleep(1.2)
        busy.set()
        assert (await hear(source))["type"] == "ended"
