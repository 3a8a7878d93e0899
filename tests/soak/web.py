"""The least of an HTTP client: a soak asks a hundred thousand times, and this costs a tenth.

It asks the app itself, over the state of a running server: everything but the reading and writing
of sockets, which knows nothing of teams.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette

from monitor.web.app import create_app
from monitor.web.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes


class Web:
    """Asks one server."""

    def __init__(self, state: State) -> None:
        self._app: Starlette = create_app(state)

    async def ask(self, path: str, token: str, body: Any = None) -> Answer:
        """POST where there is a body, GET where there is none."""
        sent = b"" if body is None else msgspec.json.encode(body)
        place = urlsplit(path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET" if body is None else "POST",
            "scheme": "http",
            "path": place.path,
            "raw_path": place.path.encode(),
            "root_path": "",
            "query_string": place.query.encode(),
            "headers": [
                (b"host", b"127.0.0.1"),
                (b"authorization", f"Bearer {token}".encode()),
                (b"content-type", b"application/json"),
                (b"content-length", str(len(sent)).encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        given: list[dict[str, Any]] = [{"type": "http.request", "body": sent, "more_body": False}]
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not given:
                # whoever asks stays until the answer is there
                await asyncio.Event().wait()
            return given.pop()

        async def send(message: Any) -> None:
            told.append(message)

        async with asyncio.timeout(60):
            await self._app(scope, receive, send)
        return Answer(
            status=told[0]["status"], body=b"".join(each.get("body", b"") for each in told[1:])
        )
