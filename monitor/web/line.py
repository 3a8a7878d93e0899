"""One socket, with deadlines: nothing waits for a peer longer than its limit."""

from __future__ import annotations

import asyncio
from typing import cast
from urllib.parse import urlsplit

import structlog
from msgspec import Struct
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from monitor.clock import Clock
from monitor.ops.metrics import Metrics
from monitor.settings import Server
from monitor.web.bucket import Bucket
from monitor.web.guard import TRANSPORT
from monitor.web.messages import Fault, encode

logger = structlog.get_logger()


class HangUp(Exception):
    """Close the socket with this close code, after an error message that says why.

    4400 bad message, 4401 no or unknown token, 4403 wrong role or team, 4408 hello too late,
    4404 no such live call, 4409 call already has a client, 1008 too many messages, 1011 our
    mistake, 1012 stopping, 1013 too slow or overloaded. The protocol itself closes with 1009 (too
    big), 1002 and 1007.
    """

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.code = code
        self.name = name
        self.message = message


class Gone(Exception):
    """The peer is gone, or was cut; `code` is the close code, 1006 when there was none."""

    def __init__(self, code: int = 1006, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Line:
    """A socket that receives with a rate limit and sends with a time limit."""

    def __init__(self, socket: WebSocket, limits: Server, metrics: Metrics, clock: Clock) -> None:
        self.socket = socket
        self._limits = limits
        self._metrics = metrics
        self._bucket = Bucket(limits.messages_per_s, limits.messages_burst, clock)
        self._log = logger.bind(path=socket.url.path, peer=_peer(socket))

    async def open(self) -> bool:
        """Take the connection; False when a foreign web page asked for it (answered with 403)."""
        origin = self.socket.headers.get("origin")
        own = urlsplit(origin or "").netloc == self.socket.headers.get("host", "")
        if origin is not None and not own and origin not in self._limits.origins:
            self._log.warning("refused", name="foreign_origin")
            await self.socket.close()
            return False
        await self.socket.accept()
        return True

    async def receive(self) -> str | bytes:
        """The next message; raises `Gone`."""
        try:
            message = await self.socket.receive()
        except RuntimeError as fault:
            raise Gone(reason=str(fault)) from fault
        if message["type"] == "websocket.disconnect":
            code, reason = message.get("code", 1006), message.get("reason") or ""
            if code in (1002, 1007, 1009):
                self._metrics.refused.labels(str(code)).inc()
                self._log.warning("refused", code=code, reason=reason)
            raise Gone(code, reason)
        text = message.get("text")
        return cast(bytes, message["bytes"]) if text is None else cast(str, text)

    async def receive_text(self) -> str:
        """The next message, which must be text."""
        message = await self.receive()
        if isinstance(message, bytes):
            raise HangUp(4400, "bad_message", "this socket takes text messages")
        return message

    def count_message(self) -> None:
        """Count a message that nothing of ours called for; raises `HangUp` for too many."""
        if not self._bucket.take():
            raise HangUp(1008, "too_many_messages", "more messages than this socket may send")

    async def send(self, message: Struct | str | bytes) -> None:
        """Hand a message over; a peer that leaves no room for it in time is cut (`Gone`)."""
        ready = encode(message) if isinstance(message, Struct) else message
        if self.socket.application_state is not WebSocketState.CONNECTED:
            raise Gone
        try:
            async with asyncio.timeout(self._limits.send_s):
                if isinstance(ready, bytes):
                    await self.socket.send_bytes(ready)
                else:
                    await self.socket.send_text(ready)
        except TimeoutError:
            self.cut("send_timeout")
            raise Gone(reason="send_timeout") from None
        except WebSocketDisconnect as gone:
            raise Gone(gone.code) from None

    async def hang_up(self, why: HangUp) -> None:
        """Say why, then close; the peer is cut if it does not read even that."""
        self._metrics.refused.labels(str(why.code)).inc()
        self._log.warning("refused", code=why.code, name=why.name, reason=why.message)
        try:
            await self.send(Fault(code=why.name, message=why.message))
            async with asyncio.timeout(self._limits.send_s):
                # a close frame holds 123 bytes of reason
                await self.socket.close(why.code, why.name)
        except TimeoutError:
            self.cut("close_timeout")
        except (Gone, WebSocketDisconnect, RuntimeError):
            return

    async def close(self, code: int = 1000) -> None:
        """Close in peace."""
        try:
            async with asyncio.timeout(self._limits.send_s):
                await self.socket.close(code)
        except TimeoutError:
            self.cut("close_timeout")
        except (WebSocketDisconnect, RuntimeError):
            return

    def cut(self, why: str) -> None:
        """Drop the connection and what is still unsent."""
        self._metrics.cut.labels(why).inc()
        self._log.warning("cut", why=why)
        self.socket.scope["extensions"][TRANSPORT]["transport"].abort()


def _peer(socket: WebSocket) -> str:
    return "" if socket.client is None else f"{socket.client.host}:{socket.client.port}"
