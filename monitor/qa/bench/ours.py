"""This product as a system under test: the real server, the real intake, a real subscriber."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.demo.scenario import Scene, registration, server, token
from monitor.events import Alert
from monitor.ingest.client import Pacing, send_call
from monitor.ingest.outgoing import Outgoing, from_file
from monitor.ingest.target import Target
from monitor.qa.bench.load import Arrival, Diary, Lane, Play
from monitor.web.messages import Last
from monitor.web.watcher import Watcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """`monitor serve` as it comes."""

    name: str = "monitor"
    settings: str = "defaults"

    def open(
        self, folder: Path, scenes: Sequence[Scene], diary: Diary
    ) -> AbstractAsyncContextManager[Server]:
        """Start the server and a supervisor of each team."""
        return _open(folder, scenes, diary)


@asynccontextmanager
async def _open(folder: Path, scenes: Sequence[Scene], diary: Diary) -> AsyncIterator[Server]:
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
            yield Server(url=running.url, pid=running.pid, secrets=secrets)
        finally:
            for watcher in watching:
                watcher.cancel()
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


async def _warm(url: str, secrets: dict[str, str], scenes: Sequence[Scene]) -> None:
    """One call of each industry, as fast as it goes: the rules of an industry are put together
    when its first call begins, and a server that is measured has been up for longer."""
    firsts = {scene.expectation.call.industry: scene for scene in scenes}
    for industry, scene in firsts.items():
        call = scene.expectation.call
        outgoing = await asyncio.to_thread(
            from_file, scene.recording, fields=registration(call), call=f"warm-{industry}"
        )
        target = Target(url=url.replace("http", "ws", 1) + "/ingest/l16", token=secrets[call.team])
        await send_call(outgoing, target, pacing=Pacing(speed=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server that runs."""

    url: str
    pid: int
    secrets: dict[str, str]

    async def play(self, lane: Lane, diary: Diary) -> None:
        for play in lane.plays:
            await self._call(play, diary)

    async def _call(self, play: Play, diary: Diary) -> None:
        call = play.scene.expectation.call
        outgoing = await asyncio.to_thread(
            from_file, play.scene.recording, fields=registration(call), call=play.name
        )
        target = Target(
            url=self.url.replace("http", "ws", 1) + "/ingest/l16", token=self.secrets[call.team]
        )

        def sent(_: Outgoing, sent_s: float) -> None:
            # a piece is sent when it is over, so the call began that long before the first
            diary.begin(play.name, time.monotonic() - sent_s)

        delivery = await send_call(outgoing, target, pacing=Pacing(), progress=sent)
        if delivery.state != "delivered":
            diary.failed.append(f"{play.name}: {delivery.state} {delivery.detail}"[:200])


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
                )
            )
