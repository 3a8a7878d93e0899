"""Between the intake and the recorder: every sound goes to the tape before anybody hears it."""

from __future__ import annotations

import asyncio

import structlog

from monitor.asr.scheduler import Again
from monitor.evidence.again import heard_again
from monitor.evidence.tape import Tape
from monitor.ingest.facts import AudioChunk, Gap, IngestEvent, Paused, Resumed
from monitor.store import recordings
from monitor.types import Samples, Segment
from monitor.web.state import State

logger = structlog.get_logger()

WAIT_S = 3.0
"""The end of a call waits so long for its recording; the recorder goes on without it."""


def keep(tape: Tape | None, event: IngestEvent) -> None:
    """Put what happened on the tape. Does no I/O and cannot fail."""
    match event:
        case _ if tape is None:
            return
        case AudioChunk():
            tape.hear(event.role, event.samples, event.position)
        case Gap():
            tape.gap(event.position, event.samples)
        case Paused():
            tape.pause(event.position)
        case Resumed():
            tape.resume(event.position, event.samples)


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
