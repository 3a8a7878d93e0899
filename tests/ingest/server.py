"""A real WebSocket server of the intake protocol, with faults that can be chosen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from monitor.errors import BadMessage
from monitor.ingest.facts import CallBegan, CallFinished, IngestEvent
from monitor.ingest.l16 import L16Decoder


@dataclass(slots=True, kw_only=True)
class Intake:
    """What arrived, and how the server behaves."""

    token: str | None = None
    refuse: str | None = None
    """Answer every registration with this error code."""
    drop_after: int | None = None
    """Break the connection after so many messages of sound."""
    end_after: int | None = None
    """Say that the call ended after so many messages of sound."""
    rubbish: bool = False
    mute: bool = False
    """Never answer."""
    url: str = ""
    events: dict[str, list[IngestEvent]] = field(default_factory=dict)
    largest: int = 0
    together: int = 0
    _open: int = 0

    async def handle(self, socket: ServerConnection) -> None:
        self._open += 1
        self.together = max(self.together, self._open)
        events: list[IngestEvent] = []
        decoder = L16Decoder()
        try:
            await self._receive(socket, decoder, events)
        except BadMessage as fault:
            await self._error(socket, fault.code, str(fault))
        except ConnectionClosed:
            pass
        finally:
            self._open -= 1
            events += decoder.close()
            if events and isinstance(events[0], CallBegan):
                self.events[events[0].call.call] = events

    async def _receive(
        self, socket: ServerConnection, decoder: L16Decoder, events: list[IngestEvent]
    ) -> None:
        heard = 0
        async for message in socket:
            found = decoder.text(message) if isinstance(message, str) else decoder.binary(message)
            events += found
            if isinstance(message, bytes):
                heard += 1
                self.largest = max(self.largest, len(message))
            if heard == self.drop_after:
                socket.transport.abort()
                return
            if heard == self.end_after:
                await socket.send(json.dumps({"type": "ended", "received_s": 0.1}))
                return
            for event in found:
                if not await self._answer(socket, event, events):
                    return

    async def _answer(
        self, socket: ServerConnection, event: IngestEvent, events: list[IngestEvent]
    ) -> bool:
        began = events[0]
        assert isinstance(began, CallBegan)
        if self.mute:
            return True
        if isinstance(event, CallBegan):
            if self.refuse:
                await self._error(socket, self.refuse, "not\nnow")
                return False
            await socket.send("{" if self.rubbish else json.dumps({"type": "accepted"}))
        elif isinstance(event, CallFinished):
            received_s = event.samples / began.rate
            await socket.send(json.dumps({"type": "ended", "received_s": received_s}))
        return True

    async def _error(self, socket: ServerConnection, code: str, message: str) -> None:
        await socket.send(json.dumps({"type": "error", "code": code, "message": message}))
        await socket.close(1008, code)

    def check(self, socket: ServerConnection, request: Request) -> Response | None:
        given = request.headers.get("Authorization")
        if self.token is not None and given != f"Bearer {self.token}":
            return socket.respond(401, "no\n")
        assert "token" not in request.path
        return None


@asynccontextmanager
async def running(intake: Intake) -> AsyncIterator[Intake]:
    async with serve(
        intake.handle, "127.0.0.1", 0, process_request=intake.check, compression=None
    ) as server:
        port = server.sockets[0].getsockname()[1]
        intake.url = f"ws://127.0.0.1:{port}/ingest/l16"
        yield intake
        server.close()
        await asyncio.sleep(0)
