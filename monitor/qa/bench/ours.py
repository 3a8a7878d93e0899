"""This product as a system under test: the real server, the real intake, a real subscriber."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from monitor.audio.formats import open_audio
from monitor.demo.scenario import Scene, registration, server, token
from monitor.errors import Unavailable
from monitor.events import Alert
from monitor.ingest.client import PING_S, Pacing, send_call
from monitor.ingest.outgoing import from_file
from monitor.ingest.target import Target
from monitor.qa.bench.load import Arrival, Diary, Lane, Play
from monitor.web.messages import Last
from monitor.web.watcher import Watcher

PIECE_S: Final = 0.1
WARM: Final = "warm-"
"""How the ids of calls begin that are sent before anything is measured."""
WARM_SPEED: Final = 8.0
END: Final = '{"type":"end","reason":"hangup"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """`monitor serve` as it comes."""

    name: str = "monitor"
    settings: str = "defaults"
    speed: float = 1.0
    """Times real time; delays mean something at 1 only."""

    def open(
        self, folder: Path, scenes: Sequence[Scene], diary: Diary
    ) -> AbstractAsyncContextManager[Server]:
        """Start the server and a supervisor of each team."""
        return _open(folder, scenes, diary, self.speed)


@asynccontextmanager
async def _open(
    folder: Path, scenes: Sequence[Scene], diary: Diary, speed: float
) -> AsyncIterator[Server]:
    teams = sorted({scene.expectation.call.team for scene in scenes})
    manager = server(folder)
    running = await asyncio.to_thread(manager.__enter__)
    try:
        secrets = {team: token(folder, "ingest", team) for team in teams}
        await _warm(running.url, secrets, scenes)
        watching = [
            asyncio.create_task(_watch(running.url, token(folder, "supervisor", team), diary))
            for team in teams
        ]
        try:
            recordings = {scene.recording for scene in scenes}
            takes = {one: await asyncio.to_thread(_take, one) for one in recordings}
            yield Server(
                url=running.url, pid=running.pid, secrets=secrets, takes=takes, speed=speed
            )
        finally:
            for watcher in watching:
                watcher.cancel()
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


async def _warm(url: str, secrets: dict[str, str], scenes: Sequence[Scene]) -> None:
    """One call of each industry: the rules of an industry are put together when its first call
    begins, and a server that is measured has been up for longer. No faster than it can be heard:
    a server that was overloaded a moment ago still sheds work."""
    firsts = {scene.expectation.call.industry: scene for scene in scenes}
    for industry, scene in firsts.items():
        call = scene.expectation.call
        outgoing = await asyncio.to_thread(
            from_file, scene.recording, fields=registration(call), call=f"{WARM}{industry}"
        )
        target = Target(url=url.replace("http", "ws", 1) + "/ingest/l16", token=secrets[call.team])
        await send_call(outgoing, target, pacing=Pacing(speed=WARM_SPEED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A recording as it goes over the wire, read beforehand: whoever plays calls shares the
    processor with whoever hears them."""

    rate: int
    channels: int
    pieces: tuple[bytes, ...]


def _take(recording: Path) -> Take:
    with open_audio(recording) as source:
        sound = np.concatenate(list(source.blocks())).astype("<i2", copy=False)
        step = round(source.rate * PIECE_S)
        pieces = tuple(sound[at : at + step].tobytes() for at in range(0, len(sound), step))
        return Take(rate=source.rate, channels=source.channels, pieces=pieces)


async def _told(socket: ClientConnection, kind: str) -> None:
    """Wait for the server's word; raises `Unavailable` with what it said instead."""
    async for message in socket:
        told = msgspec.json.decode(message)
        if told.get("type") == kind:
            return
        if told.get("type") == "error":
            raise Unavailable(told.get("code", "error"), str(told.get("message")))
    raise Unavailable("closed_early", "the server closed the connection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server that runs."""

    url: str
    pid: int
    secrets: dict[str, str]
    takes: dict[Path, Take]
    speed: float = 1.0

    async def play(self, lane: Lane, diary: Diary) -> None:
        for play in lane.plays:
            await self._call(play, diary)

    async def _call(self, play: Play, diary: Diary) -> None:
        call = play.scene.expectation.call
        take = self.takes[play.scene.recording]
        headers = {"Authorization": f"Bearer {self.secrets[call.team]}"}
        url = self.url.replace("http", "ws", 1) + "/ingest/l16"
        async with connect(
            url, additional_headers=headers, compression=None, ping_timeout=PING_S
        ) as socket:
            fields = {"type": "start", "call": play.name, "rate": take.rate}
            fields |= {"channels": take.channels}
            await socket.send(msgspec.json.encode(registration(call) | fields).decode())
            await _told(socket, "accepted")
            began = time.monotonic()
            diary.begin(play.name, began)
            pieces = take.pieces[: ceil(play.scene.seconds / PIECE_S)]
            for number, piece in enumerate(pieces, 1):
                # a piece is sent when it is over
                due = began + number * PIECE_S / self.speed
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await socket.send(piece)
            await socket.send(END)
            await _told(socket, "ended")


async def _watch(url: str, secret: str, diary: Diary) -> None:
    async for news in Watcher(url, secret, last=Last(seq=0)).seen():
        if isinstance(news, Alert):
            diary.arrivals.append(
                Arrival(
                    call=news.call,
                    category=news.category,
                    state=news.state,
                    start=news.start,
                    at=time.monotonic(),
                    id=news.id,
                    end=news.end,
                    late=news.late,
                )
            )
