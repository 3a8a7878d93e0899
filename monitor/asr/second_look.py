"""Speech that gave too few words is heard again in two halves.

An attention decoder sometimes jumps over a clause of a long window: the text reads well and half
of what was said is missing. The sign is the rate: fewer characters for each voiced second than
anybody speaks. Two shorter windows do not jump.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from monitor.asr.base import Transcript
from monitor.types import SAMPLE_RATE, Segment

SLOWEST: Final = 2.2
"""Characters for each voiced second; very slow synthetic speech has 2.7, people have 3 and more."""
SHORTEST_S: Final = 2.4
"""Voiced seconds below which the rate says nothing and halves are too short to help."""
_STEP: Final = SAMPLE_RATE // 50
_NEAR: Final = 5
"""Steps (100 ms) over which the quietest place is sought."""


def is_sparse(transcript: Transcript) -> bool:
    """Whether so little was understood that a part must have been passed over."""
    if transcript.suppressed not in (None, "loop"):
        return False
    spoken = sum(character.isalnum() for character in transcript.text)
    few = spoken < SLOWEST * transcript.voiced_s or transcript.suppressed == "loop"
    return few and transcript.voiced_s >= SHORTEST_S


def halves(segment: Segment) -> tuple[Segment, Segment]:
    """The segment cut at the quietest place of its middle."""
    samples = segment.samples
    steps = len(samples) // _STEP
    level = np.abs(samples[: steps * _STEP].astype(np.int32)).reshape(steps, _STEP).mean(axis=1)
    around = np.convolve(level, np.ones(_NEAR), "same")
    first, last = steps * 3 // 10, max(steps * 7 // 10, steps * 3 // 10 + 1)
    cut = (first + int(np.argmin(around[first:last]))) * _STEP + _STEP // 2
    return (
        dataclasses.replace(segment, samples=samples[:cut], after=samples[cut:cut]),
        dataclasses.replace(
            segment, start=segment.start + cut, samples=samples[cut:], before=samples[:0]
        ),
    )


def better(whole: Transcript, first: Transcript, second: Transcript) -> Transcript:
    """The two halves as one transcript if they hold more words, else the whole as it was."""
    kept = [half for half in (first, second) if half.suppressed is None and half.text]
    text = "".join(half.text for half in kept)
    if not kept or (whole.suppressed is None and len(text) <= len(whole.text)):
        return whole
    words = tuple(word for half in kept for word in half.words)
    sure = sum(half.confidence * len(half.text) for half in kept) / len(text)
    return dataclasses.replace(
        whole,
        text=text,
        words=words,
        confidence=round(sure, 3),
        avg_logprob=min(half.avg_logprob for half in kept),
        no_speech_prob=max(half.no_speech_prob for half in kept),
        repetition=max(half.repetition for half in kept),
        suppressed=None,
    )
