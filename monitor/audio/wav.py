"""WAV recordings of the kinds call centres keep, read in blocks of a second.

A file that is shorter or longer than its header says is read for what it holds, with a notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from monitor.audio import g711
from monitor.audio.pcm import Block, FloatFaults, from_float
from monitor.audio.source import BLOCK_S, AudioSource, check_floats, note_floats
from monitor.audio.wav_header import Coding, WavHeader, read_header


class WavSource(AudioSource):
    """PCM of 8, 16, 24 or 32 bits, floats of 32 or 64, mu-law and A-law.

    Integers wider than 16 bits lose their low bits. NaN and infinite floats become silence with
    a notice up to 0.1 % of the samples read; above that they are a `BadAudio` naming the first.
    """

    def __init__(self, path: Path, file: BinaryIO, header: WavHeader) -> None:
        super().__init__(path, rate=header.rate, channels=header.channels, duration_s=header.held_s)
        self._file = file
        self._header = header
        self._faults = FloatFaults()
        self._note_length()

    def blocks(self) -> Iterator[Block]:
        header = self._header
        block_bytes = int(BLOCK_S * header.rate) * header.frame_bytes
        self._file.seek(header.start)
        left = header.held - header.held % header.frame_bytes
        position = 0
        while left > 0:
            data = self._file.read(min(block_bytes, left))
            left -= len(data)
            if len(data) % header.frame_bytes or not data:
                self.notice("shrunk", f"the file shrank while it was read, {left} bytes are gone")
                left = 0
                data = data[: len(data) - len(data) % header.frame_bytes]
            block = self._decode(data, position)
            position += len(block)
            yield block
        note_floats(self, self._faults)

    def close(self) -> None:
        self._file.close()

    def _note_length(self) -> None:
        header = self._header
        says, holds, over = header.declared_s, header.held_s, header.held % header.frame_bytes
        rest = f"the last {over} bytes are no whole sample" if over else ""
        if header.declared is not None and says is not None and header.declared != header.held:
            code = "truncated" if header.declared > header.held else "header_too_small"
            line = f"declares {_seconds(says)}, holds {_seconds(holds)}"
            self.notice(code, f"{line}, {rest}" if rest else line)
        elif rest:
            self.notice("partial_frame", rest)

    def _decode(self, data: bytes, position: int) -> Block:
        flat = self._decode_floats(data, position)
        if flat is None:
            flat = _decode_integers(data, self._header.coding)
        return flat.reshape(-1, self.channels)

    def _decode_floats(self, data: bytes, position: int) -> Block | None:
        coding = self._header.coding
        if coding not in (Coding.FLOAT32, Coding.FLOAT64):
            return None
        values = np.frombuffer(data, dtype="<f4" if coding is Coding.FLOAT32 else "<f8")
        shaped = values.reshape(-1, self.channels)
        block, self._faults = from_float(shaped, self._faults, position=position)
        check_floats(self, self._faults)
        return block


def _decode_integers(data: bytes, coding: Coding) -> Block:
    match coding:
        case Coding.MULAW:
            return g711.decode_mulaw(data)
        case Coding.ALAW:
            return g711.decode_alaw(data)
        case Coding.PCM8:
            # eight-bit WAV is the unsigned one
            return (np.frombuffer(data, dtype=np.uint8).astype(np.int16) - 128) << 8
        case Coding.PCM16:
            return np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)
        case Coding.PCM24:
            high = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)[:, 1:]
            return np.ascontiguousarray(high).view("<i2").astype(np.int16, copy=False).ravel()
        case _:
            return (np.frombuffer(data, dtype="<i4") >> 16).astype(np.int16)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{seconds:.3f} s"


def open_wav(path: Path) -> WavSource:
    """Open a WAV file; raises `BadAudio` naming the file and the fault."""
    file = path.open("rb")
    try:
        size = file.seek(0, 2)
        file.seek(0)
        return WavSource(path, file, read_header(path, file, size))
    except BaseException:
        file.close()
        raise
