"""Between the intake and the recorder: every sound goes to the tape before anybody hears it."""

from __future__ import annotations

import asyncio

import structlog

from monitor.evidence.tape import Tape
from monitor.ingest.facts import AudioChunk, Gap, IngestEvent, Paused, Resumed
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
