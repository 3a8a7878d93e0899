"""The record in PostgreSQL: the same rows, one server at a time, and outages that lose nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts import epochs, log
from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.clock import SystemClock
from monitor.errors import BadSetting, Unavailable
from monitor.events import CallEnded, CallStarted
from monitor.store import calls, recordings
from monitor.store.recordings import RecordingRow
from monitor.store.store import Store
from tests.store.postgres import Postgres, postgres
from tests.web.scripted import alert

CALL = CallStarted(call="c1", team="south", agent="8012")


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path, server: Postgres) -> Iterator[Store]:
    with Store(tmp_path, url=server.database()) as made:
        yield made


async def test_a_call_is_recorded_and_read(store: Store) -> None:
    desk = Desk(store, Feed(store), SystemClock())
    events = [CALL, alert("c1", 1), alert("c1", 2), CallEnded(call="c1", at=9.0)]
    for _ in range(2):
        await desk.publish(CALL, events)
    (row,) = await store.read(lambda on: calls.find(on, "c1", teams=("south",)))
    assert (row.last_at, row.end_reason) == (9.0, "hangup")
    logged = await store.read(lambda on: log.read(on, "south", after=0, limit=10))
    assert [(each.seq, each.alert) for each in logged] == [(1, "c1-1"), (2, "c1-2")]
    assert len(await store.read(lambda on: calls.exported(on, row.number))) == 6


async def test_recordings_are_indexed_and_condemned(store: Store) -> None:
    row = RecordingRow(
        file="f" * 32, team="south", call="c1", take="t", segment=0, path="p", kek="k", began_wall=1
    )
    for state in ("open", "complete"):
        fresh = RecordingRow(**{**_fields(row), "state": state})
        await store.write(lambda on, fresh=fresh: recordings.put(on, fresh))  # type: ignore[misc]
    number = await store.write(lambda on: calls.ensure(on, CALL, 0.0))
    assert await store.write(lambda on: recordings.condemn(on, [number])) == 1
    assert await store.read(lambda on: recordings.of_call(on, "south", "c1")) == []
    assert len(await store.read(lambda on: recordings.condemned(on, [number]))) == 1


def _fields(row: RecordingRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


async def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(Unavailable):
        await store.read(lambda on: calls.ensure(on, CALL, 0.0))


def test_a_second_server_is_refused(tmp_path: Path, server: Postgres) -> None:
    url = server.database()
    with Store(tmp_path / "one", url=url) as first:
        first.writer.submit(lambda on: None).result(10)
        with pytest.raises(Unavailable, match="another server"):
            Store(tmp_path / "two", url=url)
    Store(tmp_path / "two", url=url).close()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite:///x"])
def test_another_kind_of_database_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSetting, match=r"store\.url"):
        Store(tmp_path, url=url)


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="the database"):
        Store(tmp_path, url=f"postgresql://monitor@/x?host={tmp_path}")


async def test_an_outage_loses_nothing_and_doubles_nothing(
    tmp_path: Path, server: Postgres
) -> None:
    with Store(tmp_path, url=server.database()) as store:
        feed = Feed(store)
        desk = Desk(store, feed, SystemClock())
        await desk.publish(CALL, [CALL])
        wake = asyncio.Event()
        refused = 0

        async def tell(number: int) -> None:
            nonlocal refused
            while True:
                try:
                    await desk.publish(CALL, [alert("c1", number)])
                    return
                except Unavailable:
                    refused += 1
                    await asyncio.sleep(0.05)

        with feed.subscribed("south", wake):
            telling = [asyncio.create_task(tell(number)) for number in range(60)]
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(server.start)
            await asyncio.gather(*telling)
            assert wake.is_set()
        logged = await feed.read("south", after=0, limit=1000)
        assert [each.seq for each in logged] == list(range(1, 61))
        assert {each.alert for each in logged} == {f"c1-{number}" for number in range(60)}
        assert refused > 0


async def test_a_database_put_back_gets_new_epochs(tmp_path: Path, server: Postgres) -> None:
    old, new = server.database(), server.database()
    with Store(tmp_path, url=old) as store:
        await epochs.settle(store, tmp_path)
        first = await store.write(lambda on: log.head(on, "south"))
    with Store(tmp_path, url=new) as store:
        await store.write(lambda on: log.head(on, "south"))
        before = await store.write(lambda on: log.head(on, "south"))
        await epochs.settle(store, tmp_path)
        after = await store.write(lambda on: log.head(on, "south"))
    assert len({first.epoch, before.epoch, after.epoch}) == 3
