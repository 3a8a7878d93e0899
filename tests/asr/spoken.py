"""The sentences in `tests/data`: telephone-band synthetic speech with the time of each character.

Made with espeak-ng 1.51 (voices and speeds in `spoken.json`), 0.4 s of silence before and 0.7 s
after, a little white noise, resampled to 8 kHz, µ-law. The times are espeak-ng's own word events.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from monitor.types import Role, Samples, Segment

FOLDER = Path(__file__).parent.parent / "data"
SENTENCES: list[dict[str, Any]] = json.loads((FOLDER / "spoken.json").read_text("utf8"))


@cache
def samples(file: str) -> Samples:
    """16 kHz samples of one of the files."""
    sound, rate = soundfile.read(FOLDER / file, dtype="int16")
    return np.asarray(soxr.resample(sound, rate, 16_000), np.int16)


def segment(sound: Samples, *, number: int = 0, start: int = 0, closed: bool = True) -> Segment:
    """A segment of the agent of a call `c`."""
    return Segment(
        call="c", role=Role.AGENT, number=number, start=start, samples=sound, closed=closed
    )
