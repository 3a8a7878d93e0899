"""The least of a client: a soak asks a hundred thousand times, and this costs a fifth.

It asks the app itself, over the state of a running server: everything but the reading and writing
of sockets, which knows nothing of teams.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette

from monitor.web.app import create_app
from monitor.web.state import State

PATIENCE_S = 120.0
"""A machine may stand still for many seconds; nothing here is about time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes


class Wire:
    """A socket to the app."""

    def __init__(self) -> None:
        self.given: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.given.put_nowait({"type": "websocket.connect"})

    async def take(self, message: Any) -> None:
        """What the app sends."""
        if message["type"] != "websocket.accept":
            self._told.put_nowait(message)

    def say(self, **message: Any) -> None:
        text = msgspec.json.encode(message).decode()
        self.given.put_nowait({"type": "websocket.receive", "text": text})

    def send(self, content: bytes) -> None:
        self.given.put_nowait({"type": "websocket.receive", "bytes": content})

    async def hear(self) -> dict[str, Any]:
        """The next message; of the end, its code."""
        async with asyncio.timeout(PATIENCE_S):
            message = await self._told.get()
        if message["type"] == "websocket.close":
            return {"type": "closed", "code": message["code"]}
        built: dict[str, Any] = msgspec.json.decode(message["text"])
        return built


class Web:
    """Asks one server."""

    def __init__(self, state: State) -> None:
        self._app: Starlette = create_app(state)

    async def ask(self, path: str, token: str, body: Any = None) -> Answer:
        """POST where there is a body, GET where there is none."""
        sent = b"" if body is None else msgspec.json.encode(body)
        place = urlsplit(path)
        scope = _scope("http", place.path, token) | {
            "method": "GET" if body is None else "POST",
            "query_string": place.query.encode(),
        }
        scope["headers"] += [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(sent)).encode()),
        ]
        given: list[dict[str, Any]] = [{"type": "http.request", "body": sent, "more_body": False}]
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not given:
                # whoever asks stays until the answer is there
                await asyncio.Event().wait()
            return given.pop()

        async def send(message: Any) -> None:
            told.append(message)

        async with asyncio.timeout(PATIENCE_S):
            await self._app(scope, receive, send)
        return Answer(
            status=told[0]["status"], body=b"".join(each.get("body", b"") for each in told[1:])
        )

    @asynccontextmanager
    async def wire(self, path: str, token: str = "") -> AsyncIterator[Wire]:
        """A socket that is open as long as the block runs."""
        wire = Wire()
        scope = _scope("websocket", path, token) | {"subprotocols": []}
        serving = asyncio.create_task(self._app(scope, wire.given.get, wire.take))
        try:
            yield wire
        finally:
            wire.given.put_nowait({"type": "websocket.disconnect", "code": 1000})
            async with asyncio.timeout(PATIENCE_S):
                await serving


def _scope(kind: str, path: str, token: str) -> dict[str, Any]:
    headers = [(b"host", b"127.0.0.1")]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": kind.replace("websocket", "ws"),
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }
