"""One batch through gate, recogniser and screen: values in, values out, in any thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.asr.base import Transcriber, Transcript, empty
from monitor.asr.joined import join, split
from monitor.asr.second_look import better, halves, is_sparse
from monitor.asr.suppress import screen
from monitor.asr.trailing import extended, trimmed
from monitor.speech.gate import Sound, judge
from monitor.types import SAMPLE_RATE, Samples, Segment

NEWEST: Final = 2 * SAMPLE_RATE
"""Samples of open speech that are judged; the gate costs a tenth of hearing it."""


def hear(
    transcriber: Transcriber,
    segments: Sequence[Segment],
    *,
    fast: bool = False,
    joined: bool = False,
) -> list[Transcript]:
    """One transcript for each segment, in order.

    What the gate takes for music, tones, noise or silence is not given to the recogniser: its
    transcript is empty and says so in `suppressed`. `joined`: the segments are of one speaker and
    in order, and are heard as one window.
    """
    sounds = [_sound(segment) for segment in segments]
    spoken = [
        segment for segment, sound in zip(segments, sounds, strict=True) if sound is Sound.SPEECH
    ]
    heard = iter(_hear_spoken(transcriber, spoken, fast=fast, joined=joined and len(spoken) > 1))
    return [
        next(heard) if sound is Sound.SPEECH else empty(segment, suppressed=str(sound))
        for segment, sound in zip(segments, sounds, strict=True)
    ]


def _sound(segment: Segment) -> Sound:
    return Sound.SPEECH if segment.voice else judge(_newest(segment)).sound


def _newest(segment: Segment) -> Samples:
    """What the gate looks at: of speech that goes on, what was not looked at before."""
    return segment.samples if segment.closed else segment.samples[-NEWEST:]


def _hear_spoken(
    transcriber: Transcriber, segments: Sequence[Segment], *, fast: bool, joined: bool
) -> list[Transcript]:
    if not segments:
        return []
    if joined:
        whole = transcriber.transcribe([join(segments)], fast=fast)[0]
        return [screen(part) for part in split(whole, segments)]
    found = _transcribe(transcriber, segments, fast=fast)
    if fast:
        return found
    again = [index for index, transcript in enumerate(found) if is_sparse(transcript)]
    for index in again:
        halved = _transcribe(transcriber, halves(segments[index]), fast=False)
        found[index] = better(found[index], *halved)
    return found


def _transcribe(
    transcriber: Transcriber, segments: Sequence[Segment], *, fast: bool
) -> list[Transcript]:
    heard = transcriber.transcribe([extended(segment) for segment in segments], fast=fast)
    return [screen(trimmed(whole, segment)) for whole, segment in zip(heard, segments, strict=True)]
