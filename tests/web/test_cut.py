"""A subscriber that stops reading is cut within seconds, and nobody else notices."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.web.conftest import chunk, hear, new_token, registration, say
from tests.web.process import Forge, ServerProcess
from tests.web.scripted import VERBOSE

CUT_S = 3.0
"""The time-out under test."""
BATCH = 10
"""Alerts sent at once; each waits for its commit, a tenth of a second on a slow disk."""


LAST = 32_000
"""The alert after which the healthy subscriber stops."""


class HungSubscriber:
    """A raw socket that greets like a browser, reads `welcome`, and then never reads again."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(10)
        self._socket.connect((parts.hostname, parts.port))
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /ws/alerts HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert b"101" in self._socket.recv(1024)
        self._send(json.dumps({"type": "hello", "token": token}).encode())
        assert b"welcome" in self._socket.recv(1024)

    def _send(self, text: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(text))
        self._socket.sendall(struct.pack("!BB", 0x81, 0x80 | len(text)) + mask + masked)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
async def servers(
    forged: Forge, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[ServerProcess]]]:
    made: list[ServerProcess] = []

    async def start(**variables: str) -> ServerProcess:
        process = forged.server(
            tmp_path,
            MONITOR_SERVER_CLOSE_S="1",
            MONITOR_SERVER_METRICS_ON_LOOPBACK="true",
            MONITOR_ALERTS_WINDOW="100000",
            **variables,
        )
        await asyncio.to_thread(process.start)
        made.append(process)
        return process

    yield start
    for process in made:
        await asyncio.to_thread(process.stop)


async def subscribers(server: ServerProcess) -> int:
    async with httpx2.AsyncClient(base_url=server.url) as client:
        text = (await client.get("/metrics")).text
    line = next(line for line in text.splitlines() if line.startswith("monitor_subscribers "))
    return int(float(line.split()[1]))


async def cut_while_alerts_flow(
    server: ServerProcess, *, agent: str, per_s: float
) -> tuple[float, list[float]]:
    """Seconds until the hung subscriber was cut, and every delay of the healthy one.

    The source waits until the healthy one has its alerts before it sends more, so that a delay is
    never the length of a queue, however slow the machine.
    """
    loop = asyncio.get_running_loop()
    supervisor = new_token(server.data, "supervisor", team="south")
    ingest = new_token(server.data, "ingest", team="south")
    sent: dict[int, float] = {}
    delays: list[float] = []
    caught_up = asyncio.Event()

    async def read_all(feed: ClientConnection) -> None:
        while True:
            alert = await hear(feed)
            number = int(alert["id"].split("-")[1])
            if number == LAST:
                return
            assert number == len(delays) + 1
            delays.append(loop.time() - sent[number])
            if len(delays) == len(sent):
                caught_up.set()
            await say(feed, type="ack", seq=alert["seq"])

    headers = {"Authorization": f"Bearer {ingest}"}
    async with (
        connect(server.ws + "/ws/alerts", compression=None) as feed,
        connect(server.ws + "/ingest/l16", compression=None, additional_headers=headers) as source,
    ):
        await say(feed, type="hello", token=supervisor)
        await hear(feed)
        await hear(feed)
        await say(source, **registration("c1", agent=agent))
        await hear(source)
        hung = await asyncio.to_thread(HungSubscriber, server.url, supervisor)
        assert await subscribers(server) == 2
        reading = asyncio.create_task(read_all(feed))
        begun, number = loop.time(), 0
        while await subscribers(server) == 2:
            assert loop.time() - begun < 30, "the hung subscriber was not cut"
            caught_up.clear()
            for _ in range(BATCH):
                number += 1
                sent[number] = loop.time()
            for each in range(number - BATCH + 1, number + 1):
                await source.send(chunk(each))
            async with asyncio.timeout(20):
                await caught_up.wait()
            await asyncio.sleep(BATCH / per_s)
        took_s = loop.time() - begun
        await source.send(chunk(LAST))
        await reading
        assert len(delays) == number
        hung.close()
    return took_s, delays


@pytest.mark.process
@pytest.mark.parametrize(
    ("agent", "ping_s", "send_s"), [("8012", CUT_S / 4, 60.0), (VERBOSE, 60.0, CUT_S)]
)
async def test_hung_subscriber_is_cut_and_others_see_nothing(
    servers: Callable[..., Awaitable[ServerProcess]], agent: str, ping_s: float, send_s: float
) -> None:
    """Few alerts: a ping stays unanswered, for four times the time between pings. Many: the
    connection is full and a send times out.
    """
    server = await servers(MONITOR_SERVER_PING_S=str(ping_s), MONITOR_SERVER_SEND_S=str(send_s))
    took_s, delays = await cut_while_alerts_flow(server, agent=agent, per_s=100)
    print(f"cut after {took_s:.1f} s; {len(delays)} alerts, slowest {max(delays) * 1000:.0f} ms")
    # had anybody waited for the hung one, it would have been for as long as the time-out
    assert max(delays) < CUT_S
