"""The sound of a stretch of a live call, from the recording that is being written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from monitor.audio.resample import Resampler
from monitor.errors import Unavailable
from monitor.evidence.library import Library
from monitor.store.recordings import RecordingRow
from monitor.types import SAMPLE_RATE, Samples, Segment

LEAD_S: Final = 0.1
"""Sound before the stretch for the filter to settle on."""


def heard_again(
    library: Library, rows: Sequence[RecordingRow], take: str, segment: Segment
) -> Samples | None:
    """16 kHz samples as long as the segment; None unless all of it is there."""
    try:
        with library.take(rows, take) as timeline:
            rate = timeline.rate
            first = max(0, round((segment.start_s - LEAD_S) * rate))
            last = round(segment.end_s * rate)
            sound = timeline.sound(segment.role, first, last)
            start_s, end_s = segment.start_s + 1 / rate, segment.end_s - 1 / rate
            torn = any(
                hole.channel in (None, segment.role) and hole.start < end_s and hole.end > start_s
                for hole in timeline.holes
            )
            if torn or timeline.duration_s < end_s:
                return None
    except Unavailable:
        return None
    resampler = Resampler(rate)
    whole = np.concatenate([resampler.feed(sound), resampler.flush()])
    skipped = segment.start - round(first * SAMPLE_RATE / rate)
    found: Samples = whole[skipped : skipped + len(segment.samples)]
    return np.pad(found, (0, len(segment.samples) - len(found)))
