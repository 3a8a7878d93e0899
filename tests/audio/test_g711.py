from __future__ import annotations

import av
import numpy as np
import pytest

from monitor.audio import g711
from monitor.types import Samples

ALL_CODES = bytes(range(256))
ALL_SAMPLES = np.arange(-32_768, 32_768).astype(np.int16)


def ffmpeg_decodes(codec: str, data: bytes) -> Samples:
    context = av.CodecContext.create(codec, "r")
    context.sample_rate = 8_000
    context.layout = "mono"
    frames = context.decode(av.Packet(data))
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames])


@pytest.mark.parametrize(
    ("codec", "decode"),
    [("pcm_mulaw", g711.decode_mulaw), ("pcm_alaw", g711.decode_alaw)],
)
def test_every_code_decodes_as_in_ffmpeg(codec, decode) -> None:
    assert np.array_equal(decode(ALL_CODES), ffmpeg_decodes(codec, ALL_CODES))


@pytest.mark.parametrize(
    ("encode", "decode"),
    [(g711.encode_mulaw, g711.decode_mulaw), (g711.encode_alaw, g711.decode_alaw)],
)
def test_a_decoded_value_survives_another_trip(encode, decode) -> None:
    values = decode(ALL_CODES)
    assert np.array_equal(decode(encode(values)), values)


@pytest.mark.parametrize(
    ("encode", "decode"),
    [(g711.encode_mulaw, g711.decode_mulaw), (g711.encode_alaw, g711.decode_alaw)],
)
def test_every_sample_encodes_to_a_neighbour(encode, decode) -> None:
    values = np.sort(decode(ALL_CODES).astype(int))
    wide = ALL_SAMPLES.astype(int)
    above = np.clip(np.searchsorted(values, wide), 1, 255)
    gap = values[above] - values[above - 1]
    error = np.abs(decode(encode(ALL_SAMPLES)) - wide)
    # the standard decides at the edge of a segment, where the gap is not split in the middle
    loud = np.abs(wide) > values.max()
    assert (error[~loud] <= gap[~loud] * 2 / 3 + 1).all()
    assert error.max() <= 644


def test_silence() -> None:
    assert g711.encode_mulaw(np.zeros(2, np.int16)) == b"\xff\xff"
    assert g711.encode_alaw(np.zeros(2, np.int16)) == b"\xd5\xd5"
    assert list(g711.decode_alaw(b"\xd5\x55")) == [8, -8]
    assert len(g711.decode_mulaw(b"")) == 0
