"""Takes a WAV header off the front of a stream that should have been bare samples.

Clients that send a file as it lies on the disk would otherwise start with 44 or more bytes of
noise, and a header of an odd number of samples would swap left and right for the whole call.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from monitor.errors import BadMessage

MAX_HEADER_BYTES = 64 * 1024

_NAMES = (b"RIFF", b"RF64", b"BW64")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamShape:
    """What was registered, or what a header says."""

    rate: int
    channels: int


class HeaderStripper:
    """Feed it every byte; it gives back the bytes of sound."""

    def __init__(self, expected: StreamShape) -> None:
        self._expected = expected
        self._held = b""
        self._done = False
        self._formatted = False
        self.stripped = 0
        """Bytes of header taken off."""

    def feed(self, data: bytes) -> bytes:
        """The sound in what came so far; raises `BadMessage`.

        Codes: not_l16, wav_header_mismatch (another rate or number of channels than registered)
        and bad_wav_header.
        """
        if self._done:
            return data
        held = self._held + data
        if not _may_be_header(held):
            self._done = True
            self._held = b""
            return held
        start = self._find_sound(held) if len(held) >= 12 else None
        if start is None:
            if len(held) > MAX_HEADER_BYTES:
                message = f"the WAV header has no sound in its first {MAX_HEADER_BYTES} bytes"
                raise BadMessage("bad_wav_header", message)
            self._held = held
            return b""
        self._done = True
        self._held = b""
        self.stripped = start
        return held[start:]

    def flush(self) -> bytes:
        """Bytes held back at the end: sound when they were too few to be a header, else none."""
        held, self._held = self._held, b""
        self._done = True
        return held if len(held) < 12 else b""

    def _find_sound(self, held: bytes) -> int | None:
        position = 12
        while len(held) >= position + 8:
            name, length = struct.unpack_from("<4sI", held, position)
            position += 8
            if name == b"data":
                if not self._formatted:
                    raise BadMessage("bad_wav_header", "the WAV header has no 'fmt ' chunk")
                return position
            if name == b"fmt ":
                if length < 16 or length > 64:
                    raise BadMessage("bad_wav_header", f"a 'fmt ' chunk of {length} bytes")
                if len(held) < position + length:
                    return None
                self._check(_shape(held[position : position + length]))
                self._formatted = True
            position += length + length % 2
        return None

    def _check(self, found: StreamShape) -> None:
        if found != self._expected:
            message = (
                f"the WAV header says {found.rate} Hz and {found.channels} channels, the call was "
                f"registered with {self._expected.rate} Hz and {self._expected.channels}"
            )
            raise BadMessage("wav_header_mismatch", message)


def _may_be_header(held: bytes) -> bool:
    return any(
        held[:4] == name[: len(held)] and held[8:12] == b"WAVE"[: max(len(held) - 8, 0)]
        for name in _NAMES
    )


def _shape(fields: bytes) -> StreamShape:
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", fields)
    if tag == 0xFFFE and len(fields) >= 26:
        tag = struct.unpack_from("<24xH", fields)[0]
    if (tag, bits) != (1, 16):
        message = f"the WAV header announces coding {tag:#06x} of {bits} bits, not 16-bit PCM"
        raise BadMessage("not_l16", message)
    return StreamShape(rate=rate, channels=channels)
