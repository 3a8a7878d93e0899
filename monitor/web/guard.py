"""What uvicorn's sockets lack: a peer that stops reading, or never finishes, is cut.

uvicorn closes a connection politely: it waits until everything written is read, for ever if need
be, and it answers pings without looking at how much already waits. Here every close has a
deadline, buffers have a bound, and the system itself drops data nobody acknowledges.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from asyncio.transports import BaseTransport
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from monitor.settings import Server

TRANSPORT = "monitor.transport"
"""Key in the scope's extensions under which a socket finds `{"transport": its transport}`."""


def websocket_protocol(limits: Server) -> type[WebSocketsSansIOProtocol]:
    """uvicorn's WebSocket protocol with our limits."""

    class Guarded(WebSocketsSansIOProtocol):
        heard_at = 0.0

        def connection_made(self, transport: BaseTransport) -> None:
            super().connection_made(transport)
            self.close_timeout = limits.close_s
            self.transport.set_write_buffer_limits(high=limits.buffer_bytes)
            _bound(transport, limits)

        def data_received(self, data: bytes) -> None:
            self.heard_at = self.loop.time()
            self.conn.receive_data(data)
            # what came before a bad frame was good: uvicorn would drop it
            self.handle_events()
            if self.conn.parser_exc is not None:
                self.handle_parser_exception()

        async def run_asgi(self) -> None:
            self.scope["extensions"][TRANSPORT] = {"transport": self.transport}
            try:
                await super().run_asgi()
            finally:
                self._cut_later()

        def handle_ping(self) -> None:
            super().handle_ping()
            if self.transport.get_write_buffer_size() > limits.buffer_bytes:
                self.transport.abort()

        def keepalive_timeout(self) -> None:
            if self.read_paused or self.heard_at > self.ping_sent_at:
                # who is held back, or sends sound, answers after what was sent before
                self.pong_timer = self.loop.call_later(4 * limits.ping_s, self.keepalive_timeout)
                self.ping_sent_at = self.loop.time()
                return
            super().keepalive_timeout()
            self.transport.abort()

        def handle_close(self, event: Any) -> None:
            super().handle_close(event)
            self._cut_later()

        def handle_parser_exception(self) -> None:
            super().handle_parser_exception()
            self._cut_later()

        def shutdown(self) -> None:
            super().shutdown()
            self._cut_later()

        def _cut_later(self) -> None:
            self.loop.call_later(limits.close_s, self.transport.abort)

    return Guarded


def http_protocol(limits: Server) -> type[H11Protocol]:
    """uvicorn's HTTP protocol; a request that does not arrive in time is cut."""

    class Guarded(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            _bound(transport, limits)
            self.loop.call_later(limits.open_s, self._cut_if_silent)

        def _cut_if_silent(self) -> None:
            if self.cycle is None and self.transport.get_protocol() is self:
                self.transport.abort()

    return Guarded


def _bound(transport: BaseTransport, limits: Server) -> None:
    raw = transport.get_extra_info("socket")
    if raw is None or raw.family not in (socket.AF_INET, socket.AF_INET6):
        return
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.buffer_bytes)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        unread_ms = int(4 * limits.ping_s * 1000)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread_ms)
