"""Twice the rate, as a stream, four milliseconds late: 8 kHz telephone sound to 16 kHz.

A half-band filter passes the given samples through untouched and interpolates one between each
two. Sums are of whole numbers below 2**53, exact in floats (which are ten times as fast), so that
the same bytes cut differently give the same samples.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from monitor.types import Samples

REACH: Final = 32
"""Samples on either side that an interpolated one is made of: 4 ms at 8 kHz. Flat within 0.1 dB to
3.7 kHz; images above 4.3 kHz are 70 dB down."""
_BITS: Final = 18
_BETA: Final = 6.0


def _taps() -> npt.NDArray[np.float64]:
    """The interpolator, shape (2 * REACH,), in units of 2**-_BITS; its sum is exactly one."""
    away = np.arange(-REACH, REACH) + 0.5
    shape = np.sinc(away) * np.kaiser(4 * REACH - 1, _BETA)[::2]
    taps: npt.NDArray[np.int64] = np.rint(shape / shape.sum() * 2**_BITS).astype(np.int64)
    taps[REACH - 1] += 2**_BITS - taps.sum()
    return taps.astype(np.float64)


_TAPS: Final = _taps()
_SCALED: Final = (_TAPS / (1 << _BITS))[::-1].copy()
"""In whole samples, last first; a power of two loses nothing."""


class HalfBand:
    """One stream. It keeps back `REACH` samples until `flush`."""

    def __init__(self) -> None:
        self._held = np.zeros(REACH - 1, np.int16)
        """What the next interpolated sample still needs of the past, and the sound after it."""

    def feed(self, samples: Samples) -> Samples:
        """The samples that are ready, shape (2 n,)."""
        held = self._held = np.concatenate([self._held, samples])
        ready = len(held) - (2 * REACH - 1)
        if ready <= 0:
            return np.zeros(0, np.int16)
        # in place: at these lengths the number of calls and arrays is what costs
        between = np.correlate(held.astype(np.float64), _SCALED, "valid")
        between += 0.5
        np.floor(between, out=between)
        np.maximum(between, -32_768.0, out=between)
        np.minimum(between, 32_767.0, out=between)
        doubled = np.empty(2 * ready, np.int16)
        doubled[::2] = held[REACH - 1 : REACH - 1 + ready]
        doubled[1::2] = between
        self._held = held[ready:]
        return doubled

    def flush(self) -> Samples:
        """What was kept back, as if silence followed."""
        return self.feed(np.zeros(REACH, np.int16))
