"""Runs a recording through the same pipeline as a live call, as fast as the machine can."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from monitor.asr.base import Transcriber
from monitor.asr.hear import hear
from monitor.audio.channels import split
from monitor.audio.resample import Resampler
from monitor.audio.source import AudioSource
from monitor.events import CallStarted, Event
from monitor.pipeline import CallPipeline, Judge
from monitor.speech.endpoint import Kind, Rules
from monitor.types import Role, Segment

BATCH = 8
"""Segments read at a time: more gives the recogniser larger batches and later events."""


def replay(
    source: AudioSource,
    call: CallStarted,
    roles: tuple[Role, ...],
    *,
    transcriber: Transcriber,
    judge: Judge,
    batch: int = BATCH,
    heard: Callable[[float], None] = lambda seconds: None,
) -> Iterator[Event]:
    """The events of the call, in the order in which they became known.

    `heard` is told the seconds of sound taken in so far. Memory does not grow with the call.
    """
    # partials are for people who watch; a recording has none
    pipeline = CallPipeline(call, judge, roles=roles, speech=Rules(partial_every_s=0))
    resamplers = {role: Resampler(source.rate) for role in roles}
    waiting: list[Segment] = []

    def read() -> Iterator[Event]:
        # the order of speech, so that the result does not depend on how much waits
        waiting.sort(key=lambda segment: (segment.end_s, segment.role))
        for segment, transcript in zip(waiting, hear(transcriber, waiting), strict=True):
            yield from pipeline.read(segment, transcript)
        waiting.clear()

    yield call
    for block in source.blocks():
        for role, samples in split(block, roles):
            found = pipeline.hear(role, resamplers[role].feed(samples))
            waiting += [piece.segment for piece in found.pieces if piece.kind is Kind.FINAL]
            yield from found.events
        if len(waiting) >= batch:
            yield from read()
        heard(pipeline.position_s)
    for role in roles:
        found = pipeline.hear(role, resamplers[role].flush())
        waiting += [piece.segment for piece in found.pieces if piece.kind is Kind.FINAL]
        yield from found.events
    found = pipeline.flush()
    waiting += [piece.segment for piece in found.pieces if piece.kind is Kind.FINAL]
    yield from found.events
    yield from read()
    yield from pipeline.end("hangup")
