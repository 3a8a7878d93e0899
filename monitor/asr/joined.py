"""Several stretches of one speaker heard as one window, and the words given back to each.

A recogniser that pads every window to 30 s takes as long for two seconds as for twenty-eight.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np

from monitor.asr.base import Transcript
from monitor.asr.share import middle, placed, share
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
    for place, word in placed(whole):
        part = int(np.searchsorted(ends, middle(word) - whole.start_s, "right"))
        shares[min(part, len(segments) - 1)].append((place, word))
    begins = [*(own[0][0] if own else None for own in shares), len(whole.text)]
    found: list[Transcript] = []
    for number, (segment, own) in enumerate(zip(segments, shares, strict=True)):
        begin = begins[number] or 0
        end = next(each for each in begins[number + 1 :] if each is not None)
        moved_s = segment.start_s - (whole.start_s + (ends[number - 1] if number else 0.0))
        words = [word for _, word in own]
        found.append(share(whole, segment, whole.text[begin:end], words, moved_s=moved_s))
    return found
