from __future__ import annotations

import asyncio
from contextlib import suppress

from websockets.protocol import State

from monitor.settings import Server
from tests.web.conftest import HASTY, Opener, hear, say, until


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
