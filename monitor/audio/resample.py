"""Any supported rate to 16 kHz, as a stream, without losing or inventing time."""

from __future__ import annotations

import numpy as np
import soxr

from monitor.audio.halfband import HalfBand
from monitor.types import SAMPLE_RATE, Samples

RATES = (8_000, 16_000, 24_000, 32_000, 44_100, 48_000)
"""Hertz the product takes."""


def converted_length(samples: int, rate: int) -> int:
    """Samples at 16 kHz that last as long as `samples` at `rate`; half a sample counts as one."""
    return (2 * samples * SAMPLE_RATE + rate) // (2 * rate)


class Resampler:
    """One role's stream. Telephone sound at 8 kHz lags 4 ms; the other rates go through soxr HQ,
    which is flat to the edge of the band and lags up to 37 ms (at 8 kHz it would lag 114 ms, and
    LQ 61 ms with 4 dB lost at 3.3 kHz; measured, soxr 1.1.0).

    soxr works in floats: with int16 it adds random dither, and the same bytes cut differently
    would give different samples.
    """

    def __init__(self, rate: int) -> None:
        if rate not in RATES:
            raise ValueError(f"{rate} Hz is not one of {RATES}")
        self._rate = rate
        self._fed = 0
        self._given = 0
        self._stream = _stream(rate)

    @property
    def given(self) -> int:
        """Samples at 16 kHz given out so far."""
        return self._given

    def feed(self, samples: Samples) -> Samples:
        """The 16 kHz samples that are ready; the filter keeps a few back until `flush`."""
        self._fed += len(samples)
        return self._count(samples if self._stream is None else self._stream.feed(samples))

    def flush(self) -> Samples:
        """The rest, so that in all exactly `converted_length` samples came out. Call it once."""
        if self._stream is None:
            return np.zeros(0, dtype=np.int16)
        owed = converted_length(self._fed, self._rate) - self._given
        tail = self._stream.flush()[:owed]
        return self._count(np.pad(tail, (0, owed - len(tail))))

    def _count(self, samples: Samples) -> Samples:
        self._given += len(samples)
        return samples


class _Soxr:
    """Any rate, through soxr."""

    def __init__(self, rate: int) -> None:
        self._stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")

    def feed(self, samples: Samples) -> Samples:
        return self._convert(samples, last=False)

    def flush(self) -> Samples:
        return self._convert(np.zeros(0, dtype=np.int16), last=True)

    def _convert(self, samples: Samples, *, last: bool) -> Samples:
        floats = self._stream.resample_chunk(samples.astype(np.float32), last=last)
        clipped: Samples = np.clip(np.rint(floats), -32_768, 32_767).astype(np.int16)
        return clipped


def _stream(rate: int) -> HalfBand | _Soxr | None:
    if rate == SAMPLE_RATE:
        return None
    return HalfBand() if 2 * rate == SAMPLE_RATE else _Soxr(rate)
