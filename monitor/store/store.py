"""A data folder: the record, its one writer and its readers."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from monitor.errors import MonitorError, Unavailable
from monitor.store import postgres
from monitor.store.database import Journal, reading_engine, writing_engine
from monitor.store.migrate import RECORD_STEPS, Step, migrate
from monitor.store.writer import Job, Writer

T = TypeVar("T")

RECORD_FILE = "record.db"
_LOCK_FILE = "server.lock"


class Store:
    """Open the record of a data folder; one process at a time, the others are refused.

    `write` and `read` take functions of a connection. Reads run in their own threads and see
    only what is committed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        url: str = "",
        bound: int = 5000,
        readers: int = 4,
        busy_timeout_s: float = 5.0,
    ) -> None:
        """`url`: a PostgreSQL database; empty means SQLite in the folder.

        Raises `Unavailable`: folder or database in use or not there, database newer or not one.
        """
        self._lock = _lock(folder)
        try:
            if url:
                self._engine = postgres.writing_engine(url)
                self._readers = postgres.reading_engine(url, readers=readers)
                prepared(self._engine, RECORD_STEPS, "the database")
            else:
                path = folder / RECORD_FILE
                # what callers said is for the owner's eyes, also in a folder others may enter
                path.touch(mode=0o600)
                prepare(path, RECORD_STEPS, journal="wal")
                self._engine = writing_engine(path, journal="wal", busy_timeout_s=busy_timeout_s)
                self._readers = reading_engine(path, busy_timeout_s=busy_timeout_s, readers=readers)
        except MonitorError:
            os.close(self._lock)
            raise
        self._threads = ThreadPoolExecutor(readers, thread_name_prefix="store-reader")
        self._closed = False
        self.writer = Writer(self._engine, bound=bound)

    async def write(self, job: Job[T]) -> T:
        """The job's result, once it is committed."""
        return await self.writer.run(job)

    async def read(self, job: Job[T]) -> T:
        """The job's result, from a connection that cannot write; raises `Unavailable`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, job)

    def read_now(self, job: Job[T]) -> T:
        """As `read`, for a caller that is no event loop."""
        return _read(self._readers, job)

    def close(self) -> None:
        """Commit what is queued and let go of the folder. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.writer.close()
        self._threads.shutdown()
        self._readers.dispose()
        self._engine.dispose()
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def prepare(path: Path, steps: Sequence[Step], *, journal: Journal) -> None:
    """Make or migrate the database at `path`; raises `Unavailable` in one sentence."""
    prepared(writing_engine(path, journal=journal), steps, str(path))


def writing(folder: Path, url: str) -> Engine:
    """An engine for the record as it is, whatever its version; for commands without a server."""
    path = folder / RECORD_FILE
    if not url and not path.is_file():
        raise Unavailable("no_record", f"{path}: there is no record")
    return postgres.writing_engine(url) if url else writing_engine(path, journal="wal")


def prepared(engine: Engine, steps: Sequence[Step], where: str) -> None:
    """Make or migrate the engine's database; `where` names it in an error."""
    try:
        with engine.connect() as connection, connection.begin():
            migrate(connection, steps)
    except DatabaseError as fault:
        raise Unavailable("bad_database", f"{where}: {fault.__cause__}") from fault
    finally:
        engine.dispose()


def _read(engine: Engine, job: Callable[[Connection], T]) -> T:
    try:
        with engine.connect() as connection, connection.begin():
            return job(connection)
    except SQLAlchemyError as fault:
        raise Unavailable(
            "store_failed", f"the database cannot be read: {fault.__cause__ or fault}"
        ) from fault


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """No server uses the folder while the block runs; raises `Unavailable` when one does."""
    handle = _lock(folder)
    try:
        yield
    finally:
        os.close(handle)


def _lock(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise Unavailable("bad_data_folder", f"{folder}: {fault.strerror}") from fault
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Unavailable("data_in_use", f"{folder}: another server uses this folder") from None
    return handle
