from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from monitor.errors import Overloaded, Unavailable
from monitor.store.database import reading_engine, writing_engine
from monitor.store.writer import Writer

META = MetaData()
THINGS = Table("things", META, Column("n", Integer, primary_key=True))


def add(number: int):
    return lambda on: on.execute(insert(THINGS).values(n=number)).rowcount


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "t.db"
    engine = writing_engine(file, journal="wal")
    with engine.connect() as connection, connection.begin():
        META.create_all(connection)
    engine.dispose()
    return file


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    engine = writing_engine(path, journal="wal")
    writer = Writer(engine, bound=8)
    yield writer
    writer.close()
    engine.dispose()


def stored(path: Path) -> list[int]:
    engine = reading_engine(path)
    with engine.connect() as connection, connection.begin():
        found = list(connection.execute(select(THINGS.c.n)).scalars())
    engine.dispose()
    return found


def test_a_resolved_future_is_committed(writer: Writer, path: Path) -> None:
    for number in range(20):
        assert writer.submit(add(number)).result(10) == 1
        assert stored(path) == list(range(number + 1))


def test_a_job_that_fails_loses_only_its_own_changes(writer: Writer, path: Path) -> None:
    gate = threading.Event()

    def half(connection: Connection) -> None:
        connection.execute(insert(THINGS).values(n=2))
        raise ValueError("half way")

    writer.submit(lambda on: gate.wait(10))
    first, failing, again = writer.submit(add(1)), writer.submit(half), writer.submit(add(1))
    last = writer.submit(add(3))
    gate.set()
    assert first.result(10) == 1
    with pytest.raises(ValueError, match="half way"):
        failing.result(10)
    with pytest.raises(IntegrityError):
        again.result(10)
    assert last.result(10) == 1
    assert stored(path) == [1, 3]


def test_a_full_queue_says_so(writer: Writer) -> None:
    gate = threading.Event()
    begun = threading.Event()

    def block(_: Connection) -> None:
        begun.set()
        gate.wait(10)

    writer.submit(block)
    begun.wait(10)
    waiting = [writer.submit(add(number)) for number in range(8)]
    with pytest.raises(Overloaded):
        writer.submit(add(99))
    gate.set()
    assert [future.result(10) for future in waiting] == [1] * 8


async def test_the_asynchronous_side_waits_for_room(writer: Writer, path: Path) -> None:
    await asyncio.gather(*(writer.run(add(number)) for number in range(100)))
    assert stored(path) == list(range(100))


def test_closing_commits_what_is_queued(writer: Writer, path: Path) -> None:
    futures = [writer.submit(add(number)) for number in range(5)]
    writer.close()
    assert [future.result(0) for future in futures] == [1] * 5
    assert stored(path) == list(range(5))
    with pytest.raises(Unavailable):
        writer.submit(add(9))


def test_a_commit_that_fails_fails_its_jobs_and_the_next_go_on(path: Path) -> None:
    engine = writing_engine(path, journal="wal", busy_timeout_s=0.05)
    other = writing_engine(path, journal="wal")
    writer = Writer(engine)
    with (
        other.connect() as connection,
        connection.begin(),
        pytest.raises(Unavailable, match="locked"),
    ):
        writer.submit(add(1)).result(10)
    assert writer.submit(add(2)).result(10) == 1
    writer.close()
    assert stored(path) == [2]
    engine.dispose()
    other.dispose()


def test_readers_cannot_write(path: Path) -> None:
    engine = reading_engine(path)
    with engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(insert(THINGS).values(n=1))
    engine.dispose()
