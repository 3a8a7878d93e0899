"""Runs a recording through the same pipeline as a live call, as fast as the machine can."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Final, Protocol

import structlog

from monitor.asr.base import Transcript
from monitor.audio.channels import split
from monitor.audio.resample import Resampler
from monitor.audio.source import AudioSource
from monitor.errors import MonitorError
from monitor.events import CallStarted, Event
from monitor.pipeline import CallPipeline, Heard, Judge
from monitor.speech.endpoint import Kind, Rules
from monitor.types import Role, Segment

logger = structlog.get_logger()

GROUP: Final = 8
"""Segments that are read together, in the order of speech."""
AHEAD: Final = 4
"""Groups that recognisers may be ahead of the judge: enough to keep several of them busy."""


class Ears(Protocol):
    """Hears segments in any order; `asr.crew.Crew` is one."""

    def submit(self, segment: Segment) -> Future[Transcript]: ...


def replay(
    source: AudioSource,
    call: CallStarted,
    roles: tuple[Role, ...],
    *,
    ears: Ears,
    judge: Judge,
    group: int = GROUP,
    ahead: int = AHEAD,
    heard: Callable[[float], None] = lambda seconds: None,
) -> Iterator[Event]:
    """The events of the call, in the order in which they became known.

    `heard` is told the seconds of sound taken in so far. Memory does not grow with the call, and
    the events do not depend on how fast anything is.
    """
    # partials are for people who watch; a recording has none
    pipeline = CallPipeline(call, judge, roles=roles, speech=Rules(partial_every_s=0))
    resamplers = {role: Resampler(source.rate) for role in roles}
    reading = _Reading(pipeline, ears, group)
    yield call
    for block in source.blocks():
        for role, samples in split(block, roles):
            found = pipeline.hear(role, resamplers[role].feed(samples))
            reading.take(found)
            yield from found.events
        yield from reading.read(ahead)
        heard(pipeline.position_s)
    for role in roles:
        found = pipeline.hear(role, resamplers[role].flush())
        reading.take(found)
        yield from found.events
    found = pipeline.flush()
    reading.take(found)
    yield from found.events
    yield from reading.read_all()
    yield from pipeline.end("hangup")


class _Reading:
    """What is with the recognisers, in the order in which it will be read."""

    def __init__(self, pipeline: CallPipeline, ears: Ears, group: int) -> None:
        self._pipeline = pipeline
        self._ears = ears
        self._group = group
        self._open: list[tuple[Segment, Future[Transcript]]] = []
        self._groups: deque[list[tuple[Segment, Future[Transcript]]]] = deque()

    def take(self, found: Heard) -> None:
        """Give closed speech to the recognisers."""
        for piece in found.pieces:
            if piece.kind is Kind.FINAL:
                answer = self._ears.submit(piece.segment)
                self._open.append((piece.segment.hollow(), answer))

    def read(self, ahead: int) -> Iterator[Event]:
        """Read all but the newest `ahead` groups, waiting for their words."""
        if len(self._open) >= self._group:
            self._close_group()
        while len(self._groups) > ahead:
            yield from self._read(self._groups.popleft())

    def read_all(self) -> Iterator[Event]:
        """Read everything."""
        self._close_group()
        while self._groups:
            yield from self._read(self._groups.popleft())

    def _close_group(self) -> None:
        # the order of speech, so that the result does not depend on how much waits
        self._groups.append(sorted(self._open, key=lambda each: (each[0].end_s, each[0].role)))
        self._open = []

    def _read(self, group: list[tuple[Segment, Future[Transcript]]]) -> Iterator[Event]:
        for segment, answer in group:
            try:
                transcript = answer.result()
            except MonitorError as fault:
                logger.error("speech could not be read", why=fault.message)
                yield from self._pipeline.fail(segment)
                continue
            yield from self._pipeline.read(segment, transcript)
