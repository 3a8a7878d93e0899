from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.audio import g711
from monitor.audio.wav import open_wav
from monitor.errors import BadAudio
from tests.audio.sounds import chunk, extensible, fmt, riff, stereo, tone, wav

SOUND = tone(0.5)


@pytest.fixture
def put(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "call.wav"
        path.write_bytes(content)
        return path

    return write


def read(path: Path) -> tuple[np.ndarray, list[str]]:
    with open_wav(path) as source:
        blocks = list(source.blocks())
        assert all(block.dtype == np.int16 for block in blocks)
        assert all(block.shape[1] == source.channels for block in blocks)
        assert all(len(block) <= source.rate for block in blocks)
        return np.concatenate(blocks), [str(notice) for notice in source.notices]


def fault(path: Path) -> str:
    with pytest.raises(BadAudio) as raised, open_wav(path) as source:
        list(source.blocks())
    line = str(raised.value)
    assert raised.value.exit_status == 2
    assert "\n" not in line
    assert line.startswith(f"{path}: ")
    return line.removeprefix(f"{path}: ")


WIDE = SOUND.astype(np.int32)
ENCODINGS = {
    "8 bit": (fmt(bits=8), ((WIDE >> 8) + 128).astype(np.uint8).tobytes(), 256),
    "16 bit": (fmt(), SOUND.tobytes(), 0),
    "24 bit": (
        fmt(bits=24),
        (WIDE << 8).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
        0,
    ),
    "32 bit": (fmt(bits=32), (WIDE << 16).astype("<i4").tobytes(), 0),
    "float": (fmt(tag=3, bits=32), (SOUND / 32_768).astype("<f4").tobytes(), 0),
    "double": (fmt(tag=3, bits=64), (SOUND / 32_768).astype("<f8").tobytes(), 0),
    "mu-law": (fmt(tag=7, bits=8), g711.encode_mulaw(SOUND), 330),
    "A-law": (fmt(tag=6, bits=8), g711.encode_alaw(SOUND), 330),
    "extensible": (extensible(1), SOUND.tobytes(), 0),
    "extensible float": (
        extensible(3, bits=32),
        (SOUND / 32_768).astype("<f4").tobytes(),
        0,
    ),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_reads_every_coding(put, name: str) -> None:
    header, data, tolerance = ENCODINGS[name]
    samples, notices = read(put(wav(data, header=header)))
    assert notices == []
    assert len(samples) == len(SOUND)
    assert np.abs(samples[:, 0].astype(int) - SOUND).max() <= tolerance


def test_keeps_left_and_right(put) -> None:
    both = stereo(SOUND, -SOUND)
    samples, _ = read(put(wav(both.tobytes(), header=fmt(channels=2))))
    assert np.array_equal(samples, both)


def test_skips_other_chunks_before_and_after(put) -> None:
    content = riff(
        chunk(b"LIST", b"odd"),
        chunk(b"fmt ", fmt()),
        chunk(b"fact", b"1234"),
        chunk(b"data", SOUND.tobytes()),
        chunk(b"id3 ", b"name"),
    )
    samples, notices = read(put(content))
    assert np.array_equal(samples[:, 0], SOUND)
    assert notices == []


def test_long_form_takes_its_length_from_ds64(put) -> None:
    sizes = (0).to_bytes(8, "little") + len(SOUND.tobytes()).to_bytes(8, "little") + bytes(12)
    content = riff(
        chunk(b"ds64", sizes),
        chunk(b"fmt ", fmt()),
        chunk(b"data", SOUND.tobytes(), 0xFFFFFFFF),
        name=b"RF64",
    )
    samples, notices = read(put(content))
    assert np.array_equal(samples[:, 0], SOUND)
    assert notices == []


def test_length_unknown_to_the_writer_is_no_fault(put) -> None:
    samples, notices = read(put(wav(SOUND.tobytes(), declared=0xFFFFFFFF)))
    assert len(samples) == len(SOUND)
    assert notices == []


def test_truncated_file_is_read_and_reported(put) -> None:
    samples, notices = read(put(wav(SOUND.tobytes(), declared=12 * 16_000)))
    assert np.array_equal(samples[:, 0], SOUND)
    assert notices == ["declares 12.0 s, holds 0.5 s"]


def test_cut_inside_a_sample_drops_the_half(put) -> None:
    samples, notices = read(put(wav(SOUND.tobytes())[:-3]))
    assert np.array_equal(samples[:, 0], SOUND[:-2])
    assert notices == ["declares 0.5 s, holds 0.5 s, the last 1 bytes are no whole sample"]


def test_recorder_that_crashed_left_a_small_length(put) -> None:
    samples, notices = read(put(wav(SOUND.tobytes(), declared=640)))
    assert np.array_equal(samples[:, 0], SOUND)
    assert notices == ["declares 0.040 s, holds 0.5 s"]


def test_recorder_that_crashed_left_no_length(put) -> None:
    samples, notices = read(put(wav(SOUND.tobytes(), declared=0)))
    assert np.array_equal(samples[:, 0], SOUND)
    assert notices == ["declares 0.000 s, holds 0.5 s"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a WAV file"),
        (b"RIFF", "is not a WAV file"),
        ("今天下雨，这是文本文件".encode(), "is not a WAV file"),
        (riff(), "the WAV file has no 'data' chunk: it holds no sound"),
        (riff(chunk(b"fmt ", fmt())), "the WAV file has no 'data' chunk: it holds no sound"),
        (
            riff(chunk(b"data", b"1234")),
            "the WAV header has no 'fmt ' chunk before the sound",
        ),
        (riff(chunk(b"fmt ", b"12345678")), "the WAV 'fmt ' chunk has 8 of 16 bytes"),
        (wav(b"", header=fmt()), "holds no sound"),
        (wav(b"", header=fmt(), declared=16_000), "holds no sound (it declares 1.0 s)"),
        (wav(b"1234", header=fmt(channels=0)), "declares 0 channels"),
        (
            wav(b"1234", header=fmt(channels=3)),
            "has 3 channels; only mono and stereo are supported",
        ),
        (
            wav(b"1234", header=fmt(channels=65_535, align=2)),
            "has 65535 channels; only mono and stereo are supported",
        ),
        (wav(b"1234", header=fmt(rate=0)), "declares a sample rate of 0 Hz"),
        (
            wav(b"1234", header=fmt(rate=11_025)),
            "11025 Hz is not supported; supported are 8000, 16000, 24000, 32000, 44100, 48000",
        ),
        (
            wav(b"1234", header=fmt(rate=0xFFFFFFFF)),
            "4294967295 Hz is not supported; supported are 8000, 16000, 24000, 32000, 44100, 48000",
        ),
        (
            wav(b"1234", header=fmt(bits=12, align=2)),
            "WAV coding 0x0001 with 12 bits per sample is not supported",
        ),
        (
            wav(b"1234", header=fmt(bits=0, align=2)),
            "WAV coding 0x0001 with 0 bits per sample is not supported",
        ),
        (
            wav(b"1234", header=fmt(tag=0x31)),
            "WAV coding 0x0031 with 16 bits per sample is not supported",
        ),
        (
            wav(b"1234", header=fmt(align=3)),
            "the WAV header contradicts itself: 3 bytes per frame for 1 x 16 bits",
        ),
        (
            wav(b"1234", header=fmt(tag=0xFFFE)),
            "the extensible WAV header is cut short",
        ),
        (
            wav(SOUND.tobytes()[:-1]),
            "declares 7999 bytes of sound, not a whole number of 2-byte frames",
        ),
        (wav(b"\1"), "holds no sound (it declares 0.0 s)"),
    ],
)
def test_each_fault_has_its_line(put, content: bytes, message: str) -> None:
    assert fault(put(content)) == message


def test_huge_lengths_allocate_nothing(put) -> None:
    path = put(riff(chunk(b"fmt ", fmt() + b"\0\0", 0x7FFFFFF0), chunk(b"data", b"12")))
    tracemalloc.start()
    assert "no 'data' chunk" in fault(path)
    path.write_bytes(wav(SOUND.tobytes(), declared=0xFFFFFFFE))
    read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_an_hour_is_never_in_memory(put) -> None:
    path = put(wav(b"", declared=8_000 * 2 * 3_600))
    os.truncate(path, 44 + 8_000 * 2 * 3_600)
    tracemalloc.start()
    with open_wav(path) as source:
        assert source.duration_s == 3_600
        assert sum(len(block) for block in source.blocks()) == 8_000 * 3_600
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def floats(*values: float, count: int = 8_000) -> bytes:
    track = np.zeros(count, dtype="<f4")
    track[100 : 100 + len(values)] = values
    return wav(track.tobytes(), header=fmt(tag=3, bits=32))


def test_a_few_values_that_are_no_numbers_become_silence(put) -> None:
    samples, notices = read(put(floats(np.nan, np.inf, -np.inf, 0.5)))
    assert list(samples[99:105, 0]) == [0, 0, 0, 0, 16_384, 0]
    assert notices == [
        "3 samples that are not numbers were made silence, the first (NaN) is sample 100 (0.013 s)"
    ]


def test_many_values_that_are_no_numbers_are_refused(put) -> None:
    line = fault(put(floats(*[np.nan] * 9)))
    assert line == (
        "9 of the first 8000 samples are not numbers, the first (NaN) is sample 100 (0.013 s)"
    )
    assert "(infinity) is sample 100" in fault(put(floats(*[np.inf] * 9)))


def test_a_track_that_is_not_scaled_is_refused(put) -> None:
    assert fault(put(floats(*[20_000.0] * 9))) == (
        "9 of the first 8000 samples lie far outside -1..1, the first is sample 100 (0.013 s); "
        "the float track is not scaled"
    )


def test_huge_floats_are_clipped_and_counted(put) -> None:
    samples, notices = read(put(floats(1e30, -3e38, 1.5, 1.0)))
    assert list(samples[100:104, 0]) == [32_767, -32_768, 32_767, 32_767]
    assert notices == ["3 samples beyond full scale were clipped"]


def test_a_file_that_shrinks_while_it_is_read(put) -> None:
    path = put(wav(tone(3.0).tobytes()))
    with open_wav(path) as source:
        blocks = source.blocks()
        next(blocks)
        os.truncate(path, 20_001)
        rest = sum(len(block) for block in blocks)
        assert 8_000 + rest == (20_001 - 44) // 2
        assert [notice.code for notice in source.notices] == ["shrunk"]


@given(
    coding=st.sampled_from(sorted(ENCODINGS)),
    places=st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), min_size=1, max_size=6),
    length=st.integers(0, 600),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_headers_are_read_or_refused(put, coding, places, length) -> None:
    header, data, _ = ENCODINGS[coding]
    content = bytearray(wav(data[:512], header=header)[:length])
    for place, value in places:
        if place < len(content):
            content[place] = value
    path = put(bytes(content))
    try:
        samples, _ = read(path)
        refused = ""
    except BadAudio as error:
        refused = str(error)
    assert refused.startswith(f"{path}: ") if refused else 0 < len(samples) <= length
    assert len(refused.splitlines()) <= 1
