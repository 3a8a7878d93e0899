"""The server is killed (SIGKILL) at random moments while calls play, and no alert is lost.

Ten kills in the normal suite; CALL_MONITOR_KILLS=50 for the long run.
"""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from monitor.alerts import log
from monitor.alerts.log import Logged
from monitor.events import Alert
from monitor.store.store import Store
from monitor.web.messages import Last
from monitor.web.watcher import Remark, Watcher
from tests.web.conftest import chunk, hear, new_token, registration, say
from tests.web.process import Forge, ServerProcess

KILLS = int(os.environ.get("CALL_MONITOR_KILLS", "10"))
SEED = 20261122
CALLS = 3
REPEATED = 4
"""A source that comes back cannot know what was recorded, and tells so many chunks again."""

CHUNK_S = 0.004
LAST = 32_000
LOST = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError)


@dataclass
class Subscriber:
    """Keeps everything it was ever shown; comes back where it was."""

    seen: list[tuple[str, int, str]] = field(default_factory=list)
    """epoch, seq and id, in the order of arrival."""
    resyncs: int = 0
    wanted: int = 0
    """How many alerts somebody waits for."""
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self, url: str, token: str, last: Last | None) -> Last | None:
        """Until the server is gone; returns the place to resume from."""
        watcher = Watcher(url, token, last=last)
        async for each in watcher.seen():
            if isinstance(each, Alert):
                assert each.seq is not None
                assert each.epoch is not None
                self.seen.append((each.epoch, each.seq, each.id))
                if len(self.seen) >= self.wanted:
                    self.reached.set()
                # shown, but perhaps never acknowledged: the next connection begins after it
                watcher.last = Last(epoch=each.epoch, seq=each.seq)
                if each.id.endswith(f"-{LAST}"):
                    break
            elif isinstance(each, Remark):
                self.resyncs += each.kind == "resync"
                if each.kind == "lost":
                    break
        return watcher.last

    async def sees(self, more: int) -> None:
        """Wait until so many more alerts were seen."""
        self.wanted = len(self.seen) + more
        if more:
            self.reached.clear()
            async with asyncio.timeout(30):
                await self.reached.wait()


async def play(url: str, token: str, call: str, begin: int) -> int:
    """Send alerts of one call until the connection breaks; returns the last number sent."""
    number = begin
    with suppress(*LOST):
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(
            url + "/ingest/l16", compression=None, additional_headers=headers
        ) as socket:
            await say(socket, **registration(call))
            await hear(socket)
            while True:
                await socket.send(chunk(number))
                number += 1
                await asyncio.sleep(CHUNK_S)
    return number


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When to kill: told by what has happened, so that a slow machine gets as far as a fast one."""

    seen: int
    """Alerts of this life that reached the subscriber before."""
    later_s: float


async def one_life(
    server: ServerProcess,
    tokens: tuple[str, str],
    subscriber: Subscriber,
    last: Last | None,
    sent: list[int],
    moment: Moment,
) -> Last | None:
    """Start, let calls play, kill at a random moment."""
    await asyncio.to_thread(server.start)
    watching = asyncio.create_task(subscriber.watch(server.ws, tokens[0], last))
    playing = [
        asyncio.create_task(play(server.ws, tokens[1], f"c{n}", max(1, begin - REPEATED)))
        for n, begin in enumerate(sent)
    ]
    await subscriber.sees(moment.seen)
    await asyncio.sleep(moment.later_s)
    await asyncio.to_thread(server.kill)
    sent[:] = await asyncio.gather(*playing)
    return await watching


async def finish(
    server: ServerProcess, tokens: tuple[str, str], subscriber: Subscriber, last: Last | None
) -> None:
    """A last life without a kill: the subscriber catches up with everything."""
    await asyncio.to_thread(server.start)
    watching = asyncio.create_task(subscriber.watch(server.ws, tokens[0], last))
    headers = {"Authorization": f"Bearer {tokens[1]}"}
    async with connect(
        server.ws + "/ingest/l16", compression=None, additional_headers=headers
    ) as socket:
        await say(socket, **registration("end"))
        await hear(socket)
        await socket.send(chunk(LAST))
        await watching
    await asyncio.to_thread(server.stop)


def logged(folder: Path) -> list[Logged]:
    with Store(folder) as store:
        return store.read_now(lambda on: log.read(on, "south", after=0, limit=1_000_000))


@pytest.mark.process
async def test_no_alert_is_lost_or_told_twice(forged: Forge, tmp_path: Path) -> None:
    dice, subscriber, sent = random.Random(SEED), Subscriber(), [1] * CALLS
    last: Last | None = Last(seq=0)
    server = forged.server(tmp_path)
    tokens = (
        new_token(server.data, "supervisor", team="south"),
        new_token(server.data, "ingest", team="south"),
    )
    for _ in range(KILLS):
        moment = Moment(seen=dice.choice([0, 1, 2, 5, 20, 40]), later_s=dice.uniform(0, 0.05))
        last = await one_life(server, tokens, subscriber, last, sent, moment)
    await finish(server, tokens, subscriber, last)
    committed = logged(server.data)
    print(f"{KILLS} kills, {sum(sent)} chunks sent, {len(committed)} alerts committed")
    assert len(committed) > KILLS
    assert subscriber.resyncs == 0
    assert len({epoch for epoch, _, _ in subscriber.seen}) == 1
    # in the log in the order seen, each committed one seen, numbers without a hole, none twice
    assert [(seq, id_) for _, seq, id_ in subscriber.seen] == [
        (each.seq, each.alert) for each in committed
    ]
    assert [each.seq for each in committed] == list(range(1, len(committed) + 1))
    assert len({each.alert for each in committed}) == len(committed)
