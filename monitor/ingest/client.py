"""Sends calls to `/ingest/l16`, at the pace of real time.

A connection that breaks in the middle of a call is not made anew: half a call under the same id
would look whole. What the server got is reported instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from monitor.errors import MonitorError, Refused, Unavailable
from monitor.ingest.limits import MAX_TEXT_BYTES
from monitor.ingest.outgoing import LostSound, Outgoing, Piece
from monitor.ingest.strict_json import decode
from monitor.ingest.target import Target, unreachable

INGEST_PATH: Final = "/ingest/l16"
"""Where a server takes calls."""

OPEN_S = 10.0
"""Seconds to connect, and again for the server to accept the call."""

SEND_S = 30.0
"""Seconds a message may wait for a server that does not read; `send` itself waits for ever."""

END_S = 600.0
"""Seconds for the server to confirm the end: what came faster than it hears is heard out first.
That it lives show its answers to pings."""

PING_S = 300.0
"""Seconds for an answer to a ping, which lies behind the sound that the server reads late."""

Progress = Callable[[Outgoing, float], None]
"""Called with the seconds of the call sent so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """How fast a recording goes: times real time, None for as fast as the server reads."""

    speed: float | None = 1.0

    def wait_s(self, sent_s: float, elapsed_s: float) -> float:
        """Seconds to wait after `sent_s` of sound, `elapsed_s` after its start.

        Counted from the start each time, so that late wake-ups do not add up.
        """
        return 0.0 if self.speed is None else max(sent_s / self.speed - elapsed_s, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of a call."""

    call: str
    label: str
    state: Literal["delivered", "broken", "refused"]
    """`broken`: the end was not confirmed. `refused`: the server took nothing of it."""
    sent_s: float
    received_s: float | None = None
    """What the server says it got; None when it did not say."""
    detail: str = ""
    """Why it failed, in one line."""

    @property
    def ok(self) -> bool:
        return self.state == "delivered"


async def send_calls(
    calls: list[Outgoing],
    target: Target,
    *,
    pacing: Pacing,
    together: int = 8,
    progress: Progress | None = None,
    stop: asyncio.Event | None = None,
) -> list[Delivery]:
    """Send all calls, at most `together` at a time; the answers are in the order of `calls`.

    A call that fails does not stop the others. `stop` ends all calls properly where they are.
    """
    places = asyncio.Semaphore(together)

    async def one(call: Outgoing) -> Delivery:
        async with places:
            if stop is not None and stop.is_set():
                detail = "not sent: stopped before its turn"
                return Delivery(
                    call=call.call, label=call.label, state="refused", sent_s=0.0, detail=detail
                )
            return await send_call(call, target, pacing=pacing, progress=progress, stop=stop)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(call)) for call in calls]
    return [task.result() for task in tasks]


async def send_call(
    call: Outgoing,
    target: Target,
    *,
    pacing: Pacing,
    progress: Progress | None = None,
    stop: asyncio.Event | None = None,
) -> Delivery:
    """Send one call. Faults of the network, the server and the source are in the answer.

    When the source itself fails on the way the server is told so (reason source_failed).
    """
    sender = _Sender(call, pacing, progress or (lambda _call, _sent_s: None), stop)
    headers = {"Authorization": f"Bearer {target.token}"} if target.token else None
    try:
        async with connect(
            target.url,
            additional_headers=headers,
            compression=None,
            open_timeout=OPEN_S,
            max_size=MAX_TEXT_BYTES,
            ping_timeout=PING_S,
            user_agent_header="call-compliance-monitor",
            proxy=None if target.loopback else True,
        ) as socket:
            return await sender.run(socket)
    except MonitorError as fault:
        return sender.failed(str(fault))
    except ConnectionClosed as fault:
        return sender.failed(_closed(fault))
    except TimeoutError:
        return sender.failed("the server did not answer in time")
    except (InvalidHandshake, InvalidURI) as fault:
        return sender.failed(_plain(_refusal(fault, target)))
    except OSError as fault:
        return sender.failed(_plain(f"cannot reach {target.url}: {unreachable(fault)}"))


def _refusal(fault: InvalidHandshake | InvalidURI, target: Target) -> str:
    """Why there is no socket: a server answers 403 or 404 where it knows no such path."""
    status = fault.response.status_code if isinstance(fault, InvalidStatus) else None
    if status in (403, 404):
        path = urlsplit(target.url).path or "/"
        return f"the server takes no calls at {path} (HTTP {status}); try {INGEST_PATH}"
    return f"the server refused the connection: {fault}"


class _Sender:
    """The state of one call on its way."""

    def __init__(
        self, call: Outgoing, pacing: Pacing, progress: Progress, stop: asyncio.Event | None
    ) -> None:
        self._call: Final = call
        self._pacing = Pacing(speed=None) if call.live else pacing
        self._progress = progress
        self._stop = stop
        self._samples = 0
        self._accepted = asyncio.Event()
        self._said_end = False
        self._received_s: float | None = None

    async def run(self, socket: ClientConnection) -> Delivery:
        """Register, send the sound while listening for errors, end, wait for the receipt."""
        listener = asyncio.create_task(self._listen(socket))
        speaker = asyncio.create_task(self._speak(socket))
        try:
            await asyncio.wait((listener, speaker), return_when=asyncio.FIRST_COMPLETED)
            if not listener.done():
                await self._spoken(speaker)
            async with asyncio.timeout(END_S):
                await listener
            if not self._said_end:
                raise Unavailable("ended_early", "the server ended the call")
            return self._answer("delivered", "")
        finally:
            for task in (listener, speaker):
                task.cancel()
            await asyncio.gather(listener, speaker, return_exceptions=True)
            # a thread that is still reading the file gives it back when it is done
            with suppress(ValueError):
                self._call.pieces.close()

    async def _spoken(self, speaker: asyncio.Task[None]) -> None:
        # a server that refuses says why and then closes: the listener still has the reason
        with suppress(ConnectionClosed):
            await speaker

    def failed(self, detail: str) -> Delivery:
        """The answer for a call that did not get through."""
        if not self._accepted.is_set():
            return self._answer("refused", detail)
        total_s = self._call.duration_s
        of = "" if total_s is None else f" of {total_s:.1f} s"
        return self._answer("broken", f"{detail}, after {self._sent_s:.1f} s{of} were sent")

    def _answer(self, state: Literal["delivered", "broken", "refused"], detail: str) -> Delivery:
        return Delivery(
            call=self._call.call,
            label=self._call.label,
            state=state,
            sent_s=self._sent_s,
            received_s=self._received_s,
            detail=detail,
        )

    @property
    def _sent_s(self) -> float:
        return self._samples / self._call.rate

    async def _listen(self, socket: ClientConnection) -> None:
        async for message in socket:
            reply = decode(message)
            kind = reply.get("type") if isinstance(reply, dict) else None
            if kind == "accepted":
                self._accepted.set()
            elif kind == "error":
                raise Refused(str(reply.get("code", "error")), _server_error(reply))
            elif kind == "ended":
                received_s = reply.get("received_s")
                if isinstance(received_s, int | float):
                    self._received_s = float(received_s)
                return
        raise Unavailable("closed_early", "the server closed the connection")

    async def _speak(self, socket: ClientConnection) -> None:
        await _send(socket, self._call.registration)
        async with asyncio.timeout(OPEN_S):
            await self._accepted.wait()
        try:
            reason = await self._speak_pieces(socket)
        except MonitorError:
            await _send(socket, {"type": "end", "reason": "source_failed"})
            raise
        self._said_end = True
        await _send(socket, {"type": "end", "reason": reason})

    async def _speak_pieces(self, socket: ClientConnection) -> str:
        """Send the sound; returns why it ended."""
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        while (piece := await asyncio.to_thread(next, self._call.pieces, None)) is not None:
            await self._send_piece(socket, piece)
            self._progress(self._call, self._sent_s)
            if self._stop is not None and self._stop.is_set():
                return "stopped_by_sender"
            await asyncio.sleep(self._pacing.wait_s(self._sent_s, loop.time() - start_s))
        return "hangup"

    async def _send_piece(self, socket: ClientConnection, piece: Piece) -> None:
        if isinstance(piece, LostSound):
            await _send(socket, {"type": "gap", "samples": piece.samples})
        else:
            async with asyncio.timeout(SEND_S):
                await socket.send(piece)
        self._samples += self._length(piece)

    def _length(self, piece: Piece) -> int:
        if isinstance(piece, LostSound):
            return piece.samples
        return len(piece) // (2 * self._call.channels)

    def _seconds(self, piece: Piece) -> float:
        return self._length(piece) / self._call.rate


async def _send(socket: ClientConnection, fields: dict[str, Any]) -> None:
    async with asyncio.timeout(SEND_S):
        await socket.send(msgspec.json.encode(fields).decode())


def _server_error(reply: dict[str, Any]) -> str:
    return _plain(f"{reply.get('message', 'no reason given')} ({reply.get('code', 'error')})")


def _closed(fault: ConnectionClosed) -> str:
    if fault.rcvd is None:
        return "the connection broke"
    reason = f" {fault.rcvd.reason}" if fault.rcvd.reason else ""
    return _plain(f"the server closed the connection: {fault.rcvd.code}{reason}")


def _plain(text: str) -> str:
    """One line: what the other side says is not trusted to be one."""
    return "".join(char if char.isprintable() else " " for char in text)[:300]
