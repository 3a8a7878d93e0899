"""Several stretches of one speaker heard as one window, and the words given back to each.

A recogniser that pads every window to 30 s takes as long for two seconds as for twenty-eight.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from monitor.asr import timing
from monitor.asr.base import Transcript, empty
from monitor.events import Word
from monitor.types import SAMPLE_RATE, Segment

PAUSE_S: Final = 0.4
"""Silence between two stretches, so that neither runs into the other."""
_PAUSE: Final = np.zeros(round(PAUSE_S * SAMPLE_RATE), np.int16)


def join(segments: Sequence[Segment]) -> Segment:
    """One segment of all of them, in order, that begins where the first one does."""
    parts = [part for segment in segments for part in (segment.samples, _PAUSE)]
    return dataclasses.replace(segments[0], samples=np.concatenate(parts[:-1]))


def split(whole: Transcript, segments: Sequence[Segment]) -> list[Transcript]:
    """The transcript of the joined segment as one for each of its parts.

    A word belongs to the part in which its middle lies; a part has the text from its first word
    to the first word of the next.
    """
    ends = np.cumsum([len(segment.samples) + len(_PAUSE) for segment in segments]) / SAMPLE_RATE
    shares: list[list[tuple[int, Word]]] = [[] for _ in segments]
    reached = 0
    for word in whole.words:
        place = max(whole.text.find(word.text, reached), reached)
        reached = place + len(word.text)
        middle = (word.start + word.end) / 2 - whole.start_s
        part = min(int(np.searchsorted(ends, middle, "right")), len(segments) - 1)
        shares[part].append((place, word))
    begins = [*(share[0][0] if share else None for share in shares), len(whole.text)]
    found: list[Transcript] = []
    for number, (segment, share) in enumerate(zip(segments, shares, strict=True)):
        if not share:
            found.append(empty(segment))
            continue
        begin = begins[number] or 0
        end = next(each for each in begins[number + 1 :] if each is not None)
        moved_s = segment.start_s - (whole.start_s + (ends[number - 1] if number else 0.0))
        words = tuple(_moved(word, moved_s, segment) for _, word in share)
        found.append(_part(whole, segment, whole.text[begin:end].strip(), words))
    return found


def _part(whole: Transcript, segment: Segment, text: str, words: tuple[Word, ...]) -> Transcript:
    return dataclasses.replace(
        whole,
        number=segment.number,
        start_s=segment.start_s,
        end_s=segment.end_s,
        text=text,
        words=words,
        voiced_s=round(float(timing.voiced(segment.samples).sum()) * 0.01, 2),
    )


def _moved(word: Word, seconds: float, segment: Segment) -> Word:
    start = min(max(word.start + seconds, segment.start_s), segment.end_s)
    end = min(max(word.end + seconds, start), segment.end_s)
    return msgspec.structs.replace(word, start=round(start, 3), end=round(end, 3))
