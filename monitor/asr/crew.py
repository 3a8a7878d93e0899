"""The engine for callers without an event loop: segments in, futures of transcripts out.

Nothing is given up under load here: whoever hears recordings waits for them.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, Self

from monitor.asr.base import Transcriber, Transcript
from monitor.asr.engine import Ear, Engine, recognisers
from monitor.asr.scheduler import Schedule
from monitor.speech.endpoint import Kind
from monitor.types import Segment

MOST_WORKERS: Final = 4
"""Recognisers started unasked; each holds the model once."""
BATCH: Final = 8


def cores() -> int:
    """Recognisers that this machine has use for."""
    return min(MOST_WORKERS, len(os.sched_getaffinity(0)))


class Crew:
    """Recognisers at work on a loop in a thread of its own."""

    def __init__(self, build: Callable[[], Transcriber], *, workers: int) -> None:
        """`workers` processes, each with what `build` gives; 0: one in this process.

        Raises `Unavailable` when a recogniser cannot be had.
        """
        found = recognisers(build, workers)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="crew", daemon=True)
        self._thread.start()
        self._engine = asyncio.run_coroutine_threadsafe(_engine(found), self._loop).result()

    def submit(self, segment: Segment) -> Future[Transcript]:
        """The transcript to come; the future raises `MonitorError` for what cannot be read."""
        return asyncio.run_coroutine_threadsafe(self._hear(segment), self._loop)

    def close(self) -> None:
        """Hear what was submitted, give the memory back."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._engine.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _hear(self, segment: Segment) -> Transcript:
        found = await self._engine.submit(segment, deadline_s=segment.end_s, kind=Kind.FINAL)
        assert found is not None
        return found


async def _engine(found: list[Ear]) -> Engine:
    return Engine(found, schedule=Schedule(batch=BATCH), sheds=False)
