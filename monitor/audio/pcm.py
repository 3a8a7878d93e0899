"""Whole samples out of bytes that arrive in pieces of any size, and int16 out of floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.int16]
"""Interleaved sound, shape (n, channels), native int16."""

MAX_BAD_SHARE = 0.001
"""NaN and infinite floats up to this share become silence and are counted (house policy)."""

MAX_FLOAT = 16.0
"""Floats are meant to lie in -1..1; a track with more than the share above this is not scaled."""


class ByteJoiner:
    """Little-endian int16 from a stream of bytes; what does not make a whole frame is held over."""

    def __init__(self, channels: int) -> None:
        self._frame_bytes = 2 * channels
        self._channels = channels
        self._held = b""

    @property
    def held(self) -> int:
        """Bytes waiting for the rest of their frame."""
        return len(self._held)

    def feed(self, data: bytes) -> Block:
        """All whole frames so far, shape (n, channels); n may be 0."""
        joined = self._held + data
        whole = len(joined) - len(joined) % self._frame_bytes
        self._held = joined[whole:]
        flat = np.frombuffer(joined, dtype="<i2", count=whole // 2)
        return flat.astype(np.int16, copy=False).reshape(-1, self._channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatFaults:
    """What was wrong with float samples so far. Positions are frames since the start."""

    seen: int = 0
    """Samples looked at, all channels."""
    bad: int = 0
    """NaN or infinite."""
    first_bad: int | None = None
    first_value: str = ""
    clipped: int = 0
    """Beyond -1..1."""
    wild: int = 0
    """Beyond -16..16: not a matter of loudness, the track is scaled wrongly."""
    first_wild: int | None = None

    @property
    def too_many_bad(self) -> bool:
        return self.bad > self.seen * MAX_BAD_SHARE

    @property
    def too_many_wild(self) -> bool:
        return self.wild > self.seen * MAX_BAD_SHARE


def from_float(
    values: npt.NDArray[np.floating[Any]], faults: FloatFaults, *, position: int = 0
) -> tuple[Block, FloatFaults]:
    """int16 of floats in -1..1, shape kept; NaN and Inf become 0, the rest is clipped.

    Returns the samples and the faults counted so far; the caller decides what is too much.
    """
    finite = np.isfinite(values)
    size = np.abs(np.where(finite, values, 0.0))
    first_bad, first_value = faults.first_bad, faults.first_value
    if first_bad is None and not finite.all():
        row = int(np.argmin(finite.all(axis=1)))
        first_bad = position + row
        first_value = "NaN" if np.isnan(values[row]).any() else "infinity"
    first_wild = faults.first_wild
    wild = size > MAX_FLOAT
    if first_wild is None and wild.any():
        first_wild = position + int(np.argmax(wild.any(axis=1)))
    clean = np.clip(np.where(finite, values, 0.0), -1.0, 1.0)
    samples = np.clip(np.rint(clean * 32_768.0), -32_768, 32_767).astype(np.int16)
    return samples, FloatFaults(
        seen=faults.seen + values.size,
        bad=faults.bad + int(values.size - np.count_nonzero(finite)),
        first_bad=first_bad,
        first_value=first_value,
        clipped=faults.clipped + int(np.count_nonzero(size > 1.0)),
        wild=faults.wild + int(np.count_nonzero(wild)),
        first_wild=first_wild,
    )
