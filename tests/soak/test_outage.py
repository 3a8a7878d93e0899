"""PostgreSQL goes away for a minute while calls talk and supervisors watch."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from monitor.alerts import log
from monitor.events import Alert
from monitor.store.store import Store
from monitor.web.messages import Last
from monitor.web.watcher import Watcher
from tests.soak.size import size
from tests.store.postgres import Postgres, postgres
from tests.web.conftest import chunk, hear, new_token, registration, say
from tests.web.process import Forge, ServerProcess

OUTAGE_S = size("OUTAGE_S", 60)
BEFORE_S = AFTER_S = 15
CALLS, WATCHERS = 5, 3
PER_S = 5
TAKES_IT = {"MONITOR_SERVER_PING_S": "60", "MONITOR_ALERTS_ACK_S": "600"}


async def talk(server: ServerProcess, token: str, call: str, stop: asyncio.Event) -> int:
    """Alerts until told to stop; returns how many."""
    number = 0
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(
        server.ws + "/ingest/l16", additional_headers=headers, ping_interval=None
    ) as socket:
        await say(socket, **registration(call))
        await hear(socket)
        while not stop.is_set():
            number += 1
            await socket.send(chunk(number))
            await asyncio.sleep(1 / PER_S)
        await socket.send("END")
        async with asyncio.timeout(240):
            while '"ended"' not in str(await socket.recv()):
                pass
    return number


async def watch(server: ServerProcess, token: str, seen: list[Alert]) -> None:
    async for each in Watcher(server.url, token, last=Last(seq=0)).seen():
        match each:
            case Alert():
                seen.append(each)


async def outage(database: Postgres) -> None:
    await asyncio.sleep(BEFORE_S)
    await asyncio.to_thread(database.stop)
    await asyncio.sleep(OUTAGE_S)
    await asyncio.to_thread(database.start)
    await asyncio.sleep(AFTER_S)


@pytest.mark.process
async def test_no_alert_is_lost_or_doubled(forged: Forge, tmp_path: Path) -> None:
    with postgres() as database:
        url = database.database()
        server = forged.server(tmp_path, log=tmp_path / "log", MONITOR_STORE_URL=url, **TAKES_IT)
        await asyncio.to_thread(server.start)
        ingest = new_token(server.data, "ingest", team="south")
        supervisor = new_token(server.data, "supervisor", team="south")
        seen: list[list[Alert]] = [[] for _ in range(WATCHERS)]
        watching = [asyncio.create_task(watch(server, supervisor, each)) for each in seen]
        stop = asyncio.Event()
        talking = [asyncio.create_task(talk(server, ingest, f"c{n}", stop)) for n in range(CALLS)]
        begun = time.monotonic()
        await outage(database)
        stop.set()
        sent = await asyncio.gather(*talking)
        async with asyncio.timeout(120):
            while any(len(each) < sum(sent) for each in seen):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        for task in watching:
            task.cancel()
        await asyncio.to_thread(server.stop)
        with Store(server.data, url=url) as store:
            logged = store.read_now(lambda on: log.read(on, "south", after=0, limit=10**6))
    wanted = {f"c{call}-{n}" for call, count in enumerate(sent) for n in range(1, count + 1)}
    assert {each.alert for each in logged} == wanted
    assert [each.seq for each in logged] == list(range(1, len(wanted) + 1))
    assert len(logged) == len(wanted)
    for each in seen:
        assert [alert.id for alert in each] == [row.alert for row in logged]
    print(
        f"\noutage: PostgreSQL away for {OUTAGE_S} s of {time.monotonic() - begun:.0f} s, "
        f"{sum(sent)} alerts of {CALLS} calls, {WATCHERS} subscribers; lost 0, doubled 0, "
        "out of order 0"
    )
