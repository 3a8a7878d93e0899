"""One thread owns the only connection that writes; what is queued together commits together."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from monitor.errors import Overloaded, Unavailable

T = TypeVar("T")
Job = Callable[[Connection], T]


@dataclass(frozen=True, slots=True)
class _Queued:
    job: Job[Any]
    future: Future[Any]


class Writer:
    """Runs jobs in order, many to a transaction; a job's future is resolved after the commit.

    A job that raises loses only its own changes (a savepoint); a commit that fails fails every
    job of its transaction.
    """

    def __init__(self, engine: Engine, *, bound: int = 5000, batch: int = 256) -> None:
        """`bound`: jobs that may wait. `batch`: most jobs in one transaction."""
        self._engine = engine
        self._batch = batch
        self._queue: queue.Queue[_Queued | None] = queue.Queue(maxsize=bound)
        # one place stays free so that the asynchronous side waits instead of meeting a full queue
        self._room = asyncio.Semaphore(max(1, bound - 1))
        self._closing = False
        self.failing = False
        """Whether the database did not take the last write."""
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Jobs not begun."""
        return self._queue.qsize()

    def submit(self, job: Job[T]) -> Future[T]:
        """Queue a job. Raises `Overloaded` when the queue is full, `Unavailable` after `close`."""
        if self._closing:
            raise Unavailable("store_closed", "the store is closed")
        future: Future[T] = Future()
        try:
            self._queue.put_nowait(_Queued(job, future))
        except queue.Full:
            raise Overloaded("store_full", f"{self._queue.maxsize} writes are waiting") from None
        return future

    async def run(self, job: Job[T]) -> T:
        """The job's result, once it is committed; waits while the queue is full."""
        async with self._room:
            return await asyncio.wrap_future(self.submit(job))

    def close(self) -> None:
        """Commit what is queued and stop. Safe to call twice."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            connection: Connection | None = None
            while (first := self._queue.get()) is not None:
                batch, last = self._gather(first)
                connection = self._connected(connection, batch)
                if connection is not None:
                    self._commit(connection, batch)
                if last:
                    break
            if connection is not None:
                connection.close()
        finally:
            self._closing = True
            self._abandon()

    def _connected(self, connection: Connection | None, batch: list[_Queued]) -> Connection | None:
        """A connection that is not known to be broken; None when there is none for this batch."""
        if connection is not None and not connection.invalidated:
            return connection
        try:
            if connection is not None:
                connection.close()
            return self._engine.connect()
        except (SQLAlchemyError, Unavailable) as fault:
            self.failing = True
            for queued in batch:
                if queued.future.set_running_or_notify_cancel():
                    queued.future.set_exception(_told(fault))
            return None

    def _gather(self, first: _Queued) -> tuple[list[_Queued], bool]:
        batch = [first]
        while len(batch) < self._batch:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return batch, True
            batch.append(more)
        return batch, False

    def _commit(self, connection: Connection, batch: list[_Queued]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        taken = [queued for queued in batch if queued.future.set_running_or_notify_cancel()]
        try:
            with connection.begin():
                for queued in taken:
                    try:
                        with _savepoint(connection):
                            result = queued.job(connection)
                    except Exception as fault:  # it belongs to whoever awaits the job
                        told = _told(fault)
                        self.failing = self.failing or isinstance(told, Unavailable)
                        queued.future.set_exception(told)
                    else:
                        done.append((queued.future, result))
        except SQLAlchemyError as fault:
            self.failing = True
            for queued in taken:
                if not queued.future.done():
                    queued.future.set_exception(_told(fault))
            return
        if done:
            self.failing = False
        for future, result in done:
            future.set_result(result)

    def _abandon(self) -> None:
        while True:
            try:
                queued = self._queue.get_nowait()
            except queue.Empty:
                return
            if queued is not None and queued.future.set_running_or_notify_cancel():
                queued.future.set_exception(Unavailable("store_closed", "the store is closed"))


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """Undo what is done inside if it raises; a third of the work of `begin_nested`, which makes a
    new statement each time."""
    connection.exec_driver_sql("SAVEPOINT job")
    try:
        yield
    except BaseException:
        # a connection that broke takes no statement, and holds nothing either
        with suppress(SQLAlchemyError):
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT job")


def _told(fault: Exception) -> Exception:
    """A fault of the database in our words; a mistake in a statement stays what it is."""
    mistaken = isinstance(fault, IntegrityError | ProgrammingError | DataError)
    if mistaken or not isinstance(fault, SQLAlchemyError):
        return fault
    return Unavailable("store_failed", f"the database did not take a write: {fault.__cause__}")
