"""Between the intake and the recorder: every sound goes to the tape before anybody hears it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from monitor.asr.scheduler import Again
from monitor.clock import Clock
from monitor.evidence.again import heard_again
from monitor.evidence.recorder import Recorder
from monitor.evidence.tape import Tape
from monitor.ingest.facts import AudioChunk, Gap, IngestEvent, Paused, Resumed
from monitor.store import recordings
from monitor.types import Samples, Segment
from monitor.web.state import State

logger = structlog.get_logger()

PATIENCE_S = 5.0
"""A call may fall so far behind its own time before sound that finds no room is let go."""

WAIT_S = 3.0
"""The end of a call waits so long for its recording; the recorder goes on without it."""


class Keeping:
    """One call's way to its tape.

    A source faster than real time is held back while the tape is full: whatever it sends before
    its time is not let go. One at the speed of speech is never held back for longer than
    `PATIENCE_S` in all, because hearing it matters more than a disk that takes nothing.
    """

    def __init__(self, tape: Tape, recorder: Recorder, clock: Clock) -> None:
        self.tape = tape
        self._recorder = recorder
        self._clock = clock
        self._began = clock.monotonic()

    async def keep(self, event: IngestEvent) -> None:
        """Put what happened on the tape, before anybody hears of it. Cannot fail."""
        tape = self.tape
        match event:
            case AudioChunk():
                await self._room(event.position, len(event.samples))
                tape.hear(event.role, event.samples, event.position)
            case Gap():
                tape.gap(event.position, event.samples)
            case Paused():
                tape.pause(event.position)
            case Resumed():
                tape.resume(event.position, event.samples)

    async def _room(self, position: int, samples: int) -> None:
        loop, more = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(more.set)

        due = self._began + (position + samples) / self.tape.rate + PATIENCE_S
        while not self.tape.fits(samples, tell):
            if (left_s := due - self._clock.monotonic()) <= 0:
                return
            self._recorder.hurry()
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await more.wait()
            more.clear()


def again(state: State, tape: Tape | None) -> Again | None:
    """Where the call's sound can be had once more; None when it is not recorded."""
    if tape is None or state.library is None:
        return None
    store, library = state.store, state.library
    team, call, take = tape.call.team, tape.call.call, tape.take

    def read(segment: Segment) -> Samples | None:
        rows = store.read_now(lambda on: recordings.of_call(on, team, call))
        return heard_again(library, rows, take, segment)

    return read


def unrecorded_s(tape: Tape | None) -> float | None:
    """Seconds of a take that ended and are not on disk; None while that is not known."""
    if tape is None or not tape.done.done():
        return None
    kept = tape.done.result()
    return (sum(kept.received) - sum(kept.recorded)) / tape.rate


async def kept(state: State, tape: Tape | None, reason: str) -> None:
    """End the tape and wait a little until it is on disk."""
    if tape is None or state.recorder is None:
        return
    state.recorder.finish(tape, reason)
    if state.recorder.health.state != "ok":
        return
    try:
        async with asyncio.timeout(WAIT_S):
            await asyncio.shield(asyncio.wrap_future(tape.done))
    except TimeoutError:
        logger.error("the recording is late", call=tape.call.call)
