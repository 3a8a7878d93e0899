"""The header of a WAV file, read with distrust: nothing in it decides how much is allocated."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from monitor.audio.source import bad, check_shape

MAX_CHUNKS = 1_000
"""Chunks looked at before the sound; each costs one seek, whatever size it claims."""

_UNKNOWN = 0xFFFF_FFFF
"""The length a writer to a pipe declares."""

_EXTENSIBLE = 0xFFFE


class Coding(Enum):
    """How one sample is stored: WAVE format tag and bits."""

    PCM8 = (1, 8)
    PCM16 = (1, 16)
    PCM24 = (1, 24)
    PCM32 = (1, 32)
    FLOAT32 = (3, 32)
    FLOAT64 = (3, 64)
    ALAW = (6, 8)
    MULAW = (7, 8)

    @property
    def bytes(self) -> int:
        """Of one sample."""
        return self.value[1] // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WavHeader:
    """What the header says, and where the sound lies. Sizes in bytes."""

    coding: Coding
    rate: int
    channels: int
    start: int
    declared: int | None
    """None: the writer did not know (it wrote into a pipe)."""
    held: int
    """What really is there for the sound."""

    @property
    def frame_bytes(self) -> int:
        return self.coding.bytes * self.channels

    @property
    def held_s(self) -> float:
        return self.held // self.frame_bytes / self.rate

    @property
    def declared_s(self) -> float | None:
        return None if self.declared is None else self.declared / self.frame_bytes / self.rate


def read_header(path: Path, file: BinaryIO, size: int) -> WavHeader:
    """The header of a file of `size` bytes; raises `BadAudio`."""
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:12] != b"WAVE":
        raise bad(path, "not_wav", "is not a WAV file")
    long_size: int | None = None
    shape: tuple[Coding, int, int] | None = None
    position = 12
    for _ in range(MAX_CHUNKS):
        file.seek(position)
        chunk = file.read(8)
        if len(chunk) < 8:
            break
        name, length = struct.unpack("<4sI", chunk)
        position += 8
        if name == b"data":
            if shape is None:
                raise bad(path, "no_format", "the WAV header has no 'fmt ' chunk before the sound")
            declared = long_size if length == _UNKNOWN else length
            return _located(path, file, size, shape, position, declared)
        if name == b"fmt ":
            shape = _read_format(path, file.read(min(length, 40)))
        elif name == b"ds64":
            fields = file.read(16)
            long_size = struct.unpack("<8xQ", fields)[0] if len(fields) == 16 else None
        position += length + length % 2
    raise bad(path, "no_data", "the WAV file has no 'data' chunk: it holds no sound")


def _read_format(path: Path, fields: bytes) -> tuple[Coding, int, int]:
    if len(fields) < 16:
        raise bad(path, "bad_format", f"the WAV 'fmt ' chunk has {len(fields)} of 16 bytes")
    tag, channels, rate, _, align, bits = struct.unpack("<HHIIHH", fields[:16])
    if tag == _EXTENSIBLE:
        if len(fields) < 26:
            raise bad(path, "bad_format", "the extensible WAV header is cut short")
        tag = struct.unpack("<24xH", fields[:26])[0]
    check_shape(path, rate, channels)
    try:
        coding = Coding((tag, bits))
    except ValueError:
        message = f"WAV coding {tag:#06x} with {bits} bits per sample is not supported"
        raise bad(path, "unsupported_coding", message) from None
    if align != coding.bytes * channels:
        message = (
            f"the WAV header contradicts itself: {align} bytes per frame "
            f"for {channels} x {bits} bits"
        )
        raise bad(path, "bad_format", message)
    return coding, rate, channels


def _located(
    path: Path,
    file: BinaryIO,
    size: int,
    shape: tuple[Coding, int, int],
    start: int,
    declared: int | None,
) -> WavHeader:
    coding, rate, channels = shape
    held = size - start
    if declared is not None and declared < held and _ends_well(file, size, start + declared):
        held = declared
    header = WavHeader(
        coding=coding, rate=rate, channels=channels, start=start, declared=declared, held=held
    )
    if held < header.frame_bytes:
        says = f" (it declares {header.declared_s:.1f} s)" if declared else ""
        raise bad(path, "no_sound", f"holds no sound{says}")
    if held == declared and held % header.frame_bytes:
        message = (
            f"declares {held} bytes of sound, not a whole number of "
            f"{header.frame_bytes}-byte frames"
        )
        raise bad(path, "odd_size", message)
    return header


def _ends_well(file: BinaryIO, size: int, position: int) -> bool:
    """Whether only well-formed chunks (or padding) follow, so that the declared length is true.

    A recorder that crashed leaves a header with a length that is too small, and sound after it.
    """
    position += position % 2
    for _ in range(MAX_CHUNKS):
        if position >= size:
            return True
        file.seek(position)
        chunk = file.read(8)
        if len(chunk) < 8:
            return not chunk.strip(b"\0")
        name, length = struct.unpack("<4sI", chunk)
        if not all(32 <= byte < 127 for byte in name):
            return False
        position += 8 + length
        if position > size:
            return False
        position += length % 2
    return False
