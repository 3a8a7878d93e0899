from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from monitor.clock import SystemClock
from monitor.settings import Access, Alerts, Retention, Server, Settings, Store
from monitor.store.tokens import TokenShelf
from monitor.web.auth import make_token
from monitor.web.server import run
from monitor.web.state import State
from tests.web.process import Forge, forge
from tests.web.scripted import ScriptedHost, open_scripted


class House:
    """A running server with its tokens."""

    def __init__(self, url: str, state: State, folder: Path) -> None:
        self.url = url
        self.ws = url.replace("http", "ws", 1)
        self.state = state
        self.folder = folder
        host = state.host
        assert isinstance(host, ScriptedHost)
        self.host = host
        self.task: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """As after SIGTERM."""
        self.state.stopping.set()
        if self.task is not None:
            await self.task

    def token(self, role: str, team: str = "", agent: str = "") -> str:
        return new_token(self.folder, role, team=team, agent=agent)

    def revoke(self, token: str) -> None:
        """As `monitor token revoke` in another process would."""
        with closing(TokenShelf(self.folder)) as shelf:
            assert shelf.revoke(token.split("_")[1], SystemClock().wall())

    def socket(self, path: str, **options: Any) -> connect:
        return connect(self.ws + path, compression=None, **options)

    @asynccontextmanager
    async def feed(
        self, token: str, *, last: dict[str, Any] | None = None, live: bool = False
    ) -> AsyncIterator[ClientConnection]:
        """A greeted subscriber; `welcome` and the next message are still to be read."""
        async with self.socket("/ws/alerts") as socket:
            topics = ["live"] if live else []
            await say(socket, type="hello", token=token, last=last, topics=topics)
            yield socket

    @asynccontextmanager
    async def source(self, token: str, call: str, **more: Any) -> AsyncIterator[ClientConnection]:
        """A source whose call is accepted."""
        headers = {"Authorization": f"Bearer {token}"}
        async with self.socket("/ingest/l16", additional_headers=headers) as socket:
            await say(socket, **registration(call, **more))
            assert await hear(socket) == {"type": "accepted", "call": call}
            yield socket


def new_token(folder: Path, role: str, *, team: str = "", agent: str = "") -> str:
    row, token = make_token(role, SystemClock(), team=team, agent=agent)
    shelf = TokenShelf(folder)
    shelf.add(row)
    shelf.close()
    return token


def registration(call: str, **more: Any) -> dict[str, Any]:
    return {"type": "start", "call": call, "rate": 8000, "roles": "agent", "agent": "8012"} | more


def chunk(number: int, samples: int = 160) -> bytes:
    """Mono sound that tells the scripted host to raise alert `number`."""
    sound = np.zeros(samples, dtype="<i2")
    sound[0] = number
    return sound.tobytes()


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(msgspec.json.encode(message).decode())


async def hear(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(10):
        built: dict[str, Any] = msgspec.json.decode(await socket.recv())
        return built


async def closed_with(socket: ClientConnection) -> tuple[int, str]:
    """The close code and the code of the error message before it."""
    error = ""
    try:
        while True:
            message = await hear(socket)
            if message["type"] == "error":
                error = message["code"]
    except ConnectionClosed:
        assert socket.close_code is not None
    return socket.close_code, error


async def until(true: Callable[[], bool], within_s: float = 20) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


CHEAP = Access(hash_mib=7, hash_passes=1, tries_per_minute=1000)

SERVER = Server(port=0, close_s=0.5, drain_s=5.0, recheck_s=0.2, hello_s=60.0, open_s=60.0)
"""Patient with whoever is slow, because machines under load are; lateness has its own tests."""

HASTY = msgspec.structs.replace(SERVER, hello_s=0.1, open_s=0.1)

SETTINGS = Settings(
    server=SERVER,
    alerts=Alerts(ack_s=5.0),
    access=CHEAP,
    retention=Retention(delete=False),
)


@pytest.fixture(scope="session")
def forged() -> Iterator[Forge]:
    """Starts servers as processes, for tests that kill them."""
    with forge() as made:
        yield made


Opener = Callable[..., Awaitable[House]]


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[Opener]:
    """Starts servers in this process; all stop at the end of the test."""
    running: list[House] = []

    async def opened(named: str = "data", **groups: Any) -> House:
        settings = msgspec.structs.replace(SETTINGS, **groups)
        folder = tmp_path / named
        settings = msgspec.structs.replace(settings, store=Store(data=str(folder)))
        made: asyncio.Future[House] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(
            run(
                settings,
                open_scripted,
                clock=SystemClock(),
                ready=lambda url, state: made.set_result(House(url, state, folder)),
            )
        )
        await asyncio.wait([made, task], return_when=asyncio.FIRST_COMPLETED)
        if not made.done():
            task.result()
        house = made.result()
        house.task = task
        running.append(house)
        return house

    yield opened
    for house in running:
        await house.stop()


@pytest.fixture
async def house(open_house: Opener) -> House:
    return await open_house()
