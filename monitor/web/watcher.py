"""A client of `/ws/alerts` that comes back where it was: `monitor watch` and the demo use it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from monitor import events, loopback
from monitor.errors import BadInput, Refused
from monitor.events import Alert, AnyEvent
from monitor.ingest.target import unreachable
from monitor.web.messages import Ack, Hello, Last, encode

FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 5.0
JITTER_S = 0.5

FINAL_CODES = (4400, 4401, 4403)
"""Close codes after which trying again changes nothing."""

_Kind = Literal["connected", "resync", "lost", "skipped", "reconnect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about the connection itself."""

    kind: _Kind
    text: str


def feed_url(url: str, path: str = "/ws/alerts") -> str:
    """The WebSocket address for a server's address; raises `BadInput`."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}.get(parts.scheme)
    if scheme is None or not parts.netloc:
        raise BadInput("bad_url", f"{url!r} is no address such as ws://127.0.0.1:8765")
    return f"{scheme}://{parts.netloc}{path}"


def _proxy(url: str) -> Literal[True] | None:
    # a proxy set for the web has no way back to this machine
    return None if urlsplit(url).hostname in loopback.NAMES else True


class Watcher:
    """Yields every alert once, in order, whatever the connection does.

    `last` is the place to keep for the next time. An alert is acknowledged when the one after it
    is asked for, that is when whoever uses it is done with it.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        last: Last | None = None,
        live: bool = False,
        confirmed_only: bool = False,
    ):
        """`last` None begins with the next alert, seq 0 with the first."""
        self._url = feed_url(url)
        self._token = token
        self._live = live
        self._confirmed_only = confirmed_only
        self._fault = ""
        self.last = last

    async def seen(self) -> AsyncIterator[AnyEvent | Remark]:
        """Alerts, live news if asked for, and remarks, for ever.

        Raises `Refused` when the server does not want this token.
        """
        wait_s = FIRST_WAIT_S
        while True:
            try:
                async with connect(
                    self._url, compression=None, max_size=2**20, proxy=_proxy(self._url)
                ) as socket:
                    await self._greet(socket)
                    async for each in self._listen(socket):
                        wait_s = FIRST_WAIT_S
                        yield each
            except ConnectionClosed as closed:
                why = self._why(closed)
            except TimeoutError:
                why = "the server did not answer in time"
            except OSError as fault:
                why = unreachable(fault)
            except InvalidHandshake as fault:
                why = str(fault)
            yield Remark(kind="lost", text=why)
            await asyncio.sleep(wait_s + random.uniform(0, JITTER_S))
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _greet(self, socket: ClientConnection) -> None:
        topics: tuple[Literal["live"], ...] = ("live",) if self._live else ()
        hello = Hello(
            token=self._token,
            last=self.last,
            topics=topics,
            confirmed_only=self._confirmed_only,
        )
        await socket.send(encode(hello))

    async def _listen(self, socket: ClientConnection) -> AsyncIterator[AnyEvent | Remark]:
        epoch = ""
        while True:
            text = await socket.recv()
            message: dict[str, Any] = json.loads(text)
            match message["type"]:
                case "alert":
                    alert = events.decode(text)
                    assert isinstance(alert, Alert)
                    assert alert.seq is not None
                    yield alert
                    self.last = Last(epoch=epoch, seq=alert.seq)
                    await socket.send(encode(Ack(seq=alert.seq)))
                case "welcome":
                    epoch = message["epoch"]
                    yield Remark(kind="connected", text=message["team"])
                case "resumed":
                    self.last = Last(epoch=epoch, seq=message["from"])
                case "resync":
                    self.last = Last(epoch=epoch, seq=message["seq"])
                    yield Remark(kind="resync", text=f"the log was made anew (epoch {epoch})")
                case "skipped":
                    yield Remark(kind="skipped", text=str(message["count"]))
                case "error":
                    self._fault = f"{message['code']}: {message['message']}"
                case _:
                    yield events.decode(text)

    def _why(self, closed: ConnectionClosed) -> str:
        code = 1006 if closed.rcvd is None else closed.rcvd.code
        why = self._fault or str(closed)
        self._fault = ""
        if code in FINAL_CODES:
            raise Refused("refused", f"the server refused: {why}") from closed
        return why
