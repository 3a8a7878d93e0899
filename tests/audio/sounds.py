"""Small recordings, made by hand so that their faults can be chosen."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from monitor.types import Samples


def tone(seconds: float, rate: int = 8_000, hertz: float = 440.0, level: float = 0.3) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    return np.rint(32_767 * level * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def stereo(left: Samples, right: Samples) -> npt.NDArray[np.int16]:
    return np.stack((left, right), axis=1)


def chunk(name: bytes, body: bytes, declared: int | None = None) -> bytes:
    length = len(body) if declared is None else declared
    return name + struct.pack("<I", length) + body + b"\0" * (len(body) % 2)


def fmt(
    *, tag: int = 1, channels: int = 1, rate: int = 8_000, bits: int = 16, align: int | None = None
) -> bytes:
    align = channels * bits // 8 if align is None else align
    return struct.pack("<HHIIHH", tag, channels, rate, rate * align & 0xFFFFFFFF, align, bits)


def extensible(tag: int, **shape: int) -> bytes:
    plain = fmt(tag=0xFFFE, **shape)
    guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
    return plain + struct.pack("<HHI", 22, shape.get("bits", 16), 0) + guid


def riff(*chunks: bytes, name: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(body)) + body


def wav(
    data: bytes, *, header: bytes | None = None, declared: int | None = None, after: bytes = b""
) -> bytes:
    return riff(chunk(b"fmt ", header or fmt()), chunk(b"data", data, declared), after)


def encode(path: Path, samples: Samples, *, codec: str, rate: int, layout: str = "mono") -> None:
    """Write `samples`, shape (n,) or (n, 2), with FFmpeg; the name decides the container."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
