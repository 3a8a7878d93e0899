"""A stretch of a take as a WAV file that exists only while it is read, from any byte on."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from monitor.evidence.timeline import Timeline
from monitor.types import Role

HEADER_BYTES = 44
_SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveView:
    """16-bit PCM of `roles`, left to right, between two samples."""

    timeline: Timeline
    roles: tuple[Role, ...]
    start: int
    stop: int

    @property
    def frame_bytes(self) -> int:
        """Of one sample of all channels."""
        return _SAMPLE_BYTES * len(self.roles)

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return HEADER_BYTES + (self.stop - self.start) * self.frame_bytes

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the file; fewer at its end."""
        end = min(offset + length, self.size)
        parts = [self.header()[offset : min(end, HEADER_BYTES)]]
        low, high = max(offset - HEADER_BYTES, 0), end - HEADER_BYTES
        if high > low:
            first, last = low // self.frame_bytes, -(-high // self.frame_bytes)
            skip = low - first * self.frame_bytes
            parts.append(self.frames(first, last)[skip : skip + high - low])
        return b"".join(parts)

    def frames(self, first: int, last: int) -> bytes:
        """Interleaved samples, counted from the start of the stretch."""
        sides = [
            self.timeline.sound(role, self.start + first, self.start + last) for role in self.roles
        ]
        return np.stack(sides, axis=1).astype("<i2", copy=False).tobytes()

    def header(self) -> bytes:
        """The first 44 bytes."""
        rate, channels = self.timeline.rate, len(self.roles)
        body = self.size - HEADER_BYTES
        return (
            struct.pack("<4sI4s", b"RIFF", body + 36, b"WAVE")
            + struct.pack(
                "<4sIHHIIHH",
                b"fmt ",
                16,
                1,
                channels,
                rate,
                rate * self.frame_bytes,
                self.frame_bytes,
                8 * _SAMPLE_BYTES,
            )
            + struct.pack("<4sI", b"data", body)
        )
