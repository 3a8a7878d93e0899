"""`access.db`: who may come in. Commands and the server both write to it, each in short turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, IntegrityError

from monitor.errors import Unavailable
from monitor.store.database import reading_engine, writing_engine
from monitor.store.migrate import ACCESS_STEPS
from monitor.store.store import prepare

T = TypeVar("T")

ACCESS_FILE = "access.db"


class AccessFile:
    """The open file; calls are plain and synchronous, and take about a millisecond."""

    def __init__(self, folder: Path) -> None:
        """Raises `Unavailable` when the folder cannot hold the file."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / ACCESS_FILE
            path.touch(mode=0o600)
        except OSError as fault:
            raise Unavailable("bad_data_folder", f"{folder}: {fault.strerror}") from fault
        prepare(path, ACCESS_STEPS, journal="delete")
        self._writing = writing_engine(path, journal="delete")
        self._reading = reading_engine(path, readers=4)
        self._watching: Connection | None = None
        self._watch_engine = reading_engine(path, readers=1)

    def write(self, job: Callable[[Connection], T]) -> T:
        """The job's result, committed; what two processes write takes turns.

        Raises `IntegrityError` where the job breaks a rule of a table, `Unavailable` for the rest.
        """
        try:
            with self._writing.connect() as connection, connection.begin():
                return job(connection)
        except IntegrityError:
            raise
        except DatabaseError as fault:
            raise Unavailable("store_failed", f"{ACCESS_FILE}: {fault.__cause__}") from fault

    def read(self, job: Callable[[Connection], T]) -> T:
        """The job's result, from a connection that cannot write."""
        try:
            with self._reading.connect() as connection, connection.begin():
                return job(connection)
        except DatabaseError as fault:
            raise Unavailable("store_failed", f"{ACCESS_FILE}: {fault.__cause__}") from fault

    def version(self) -> int:
        """A number that is another one after somebody wrote. For one thread at a time."""
        if self._watching is None:
            self._watching = self._watch_engine.connect()
        raw = self._watching.connection.driver_connection
        assert raw is not None
        found: tuple[int] = raw.execute("PRAGMA data_version").fetchone()
        return found[0]

    def close(self) -> None:
        """Let go of the file."""
        if self._watching is not None:
            self._watching.close()
        for engine in (self._watch_engine, self._reading, self._writing):
            engine.dispose()
