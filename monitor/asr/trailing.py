"""Speech that was cut is heard with what follows, and keeps the words that are its own.

A cut through running speech leaves a piece of the next syllable behind the last one, and the
recogniser makes a syllable of it: 全国第一 (number one in the country) becomes 全国第一位 (the
first place). With half a second more it hears 全国第一,每个, and 每个 belongs to the next segment.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import msgspec
import numpy as np

from monitor.asr import timing
from monitor.asr.base import Transcript, empty
from monitor.events import Word
from monitor.types import Segment

SLACK_S: Final = 0.05
"""A word whose middle lies so little behind the cut is kept: times are off by 0.06 s in the middle
of cases, and a word that is heard twice harms less than one that is not heard."""


def extended(segment: Segment) -> Segment:
    """The segment with the sound after it."""
    if not len(segment.after):
        return segment
    return dataclasses.replace(segment, samples=np.concatenate([segment.samples, segment.after]))


def trimmed(whole: Transcript, segment: Segment) -> Transcript:
    """The transcript of the extended segment with the words of the segment itself."""
    if not len(segment.after):
        return whole
    limit_s = segment.end_s + SLACK_S
    words: list[Word] = []
    reached = 0
    for word in whole.words:
        place = whole.text.find(word.text, reached)
        if (word.start + word.end) / 2 >= limit_s:
            return _kept(whole, segment, words, whole.text[: max(place, reached)])
        words.append(word)
        reached = max(place, reached) + len(word.text)
    return _kept(whole, segment, words, whole.text)


def _kept(whole: Transcript, segment: Segment, words: list[Word], text: str) -> Transcript:
    if not words:
        return empty(segment, suppressed=whole.suppressed)
    sure = [word.confidence for word in words if word.confidence is not None]
    return dataclasses.replace(
        whole,
        end_s=segment.end_s,
        text=text.strip(),
        words=tuple(_within(word, round(segment.end_s, 3)) for word in words),
        confidence=round(sum(sure) / len(sure), 3) if sure else whole.confidence,
        voiced_s=round(float(timing.voiced(segment.samples).sum()) * 0.01, 2),
    )


def _within(word: Word, end_s: float) -> Word:
    return msgspec.structs.replace(word, start=min(word.start, end_s), end=min(word.end, end_s))
