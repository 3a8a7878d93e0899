"""Short work for the event loop in one thread, and what is done brought back together.

An executor wakes the loop for each piece of work; with a hundred calls, ten pieces a second each,
the waking costs more than the work. Here the loop is woken once for all that was done meanwhile.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

T = TypeVar("T")

TOGETHER_S: Final = 0.005
"""What is done waits no longer than this for more to be done."""

_Work = tuple[Callable[[], Any], asyncio.Future[Any]]
_Done = tuple[asyncio.Future[Any], Any, BaseException | None]


class Lane:
    """One thread, first come first served. Create and use it on one event loop.

    What waits is bounded by those who use it: each awaits its work before it brings more.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, or what it raises."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting.put((work, future))
        return await future

    def close(self) -> None:
        """Do what waits and stop."""
        self._waiting.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            done, more = self._round(first)
            self._loop.call_soon_threadsafe(_deliver, done)
            if not more:
                return

    def _round(self, work: _Work | None) -> tuple[list[_Done], bool]:
        """Outcomes of this and of what waits behind it; False when nothing more will come."""
        done: list[_Done] = []
        until = time.monotonic() + TOGETHER_S
        while work is not None:
            done.append(_outcome(*work))
            if time.monotonic() > until:
                return done, True
            try:
                work = self._waiting.get_nowait()
            except queue.Empty:
                return done, True
        return done, False


def _outcome(work: Callable[[], Any], future: asyncio.Future[Any]) -> _Done:
    try:
        return future, work(), None
    except Exception as error:
        return future, None, error


def _deliver(done: list[_Done]) -> None:
    for future, result, error in done:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
