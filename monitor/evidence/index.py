"""Keeps the database's index of recordings up to date, whether or not it takes writes just now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from monitor.errors import MonitorError
from monitor.store import recordings
from monitor.store.recordings import RecordingRow
from monitor.store.writer import Writer


class Index:
    """The latest row of each file, until it is committed. Never waits and never raises."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: dict[str, RecordingRow] = {}
        self._under_way: set[str] = set()
        self._told: dict[str, Callable[[], None]] = {}
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """Rows not yet committed."""
        return len(self._waiting)

    def put(self, row: RecordingRow, then: Callable[[], None] | None = None) -> None:
        """Note what is known of a file now; `then` is called once that is committed."""
        with self._lock:
            self._waiting[row.file] = row
            if then is not None:
                self._told[row.file] = then
        self.tick()

    def tick(self) -> None:
        """Hand over what waits; to be called now and then, for what could not be written."""
        with self._lock:
            ready = [row for file, row in self._waiting.items() if file not in self._under_way]
            self._under_way.update(row.file for row in ready)
        for row in ready:
            try:
                future = self._writer.submit(partial(recordings.put, row=row))
            except MonitorError:
                # overloaded or closing: it stays and is tried again
                self._under_way.discard(row.file)
                continue
            future.add_done_callback(partial(self._done, row))

    def _done(self, row: RecordingRow, future: Future[None]) -> None:
        good = not future.cancelled() and future.exception() is None
        with self._lock:
            self._under_way.discard(row.file)
            newest = self._waiting.get(row.file) is row
            then = None
            if good and newest:
                del self._waiting[row.file]
                then = self._told.pop(row.file, None)
        if then is not None:
            then()
        elif good and not newest:
            # what came in the meantime is not kept waiting for the next round
            self.tick()
