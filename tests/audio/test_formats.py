from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from monitor.audio.formats import KINDS, open_audio, sniff
from monitor.errors import BadAudio
from tests.audio.sounds import encode, fmt, stereo, tone, wav


def read(path: Path) -> tuple[np.ndarray, int, list[str]]:
    with open_audio(path) as source:
        blocks = list(source.blocks())
        assert all(block.dtype == np.int16 for block in blocks)
        return np.concatenate(blocks), source.rate, [str(one) for one in source.notices]


def fault(path: Path) -> str:
    with pytest.raises(BadAudio) as raised, open_audio(path) as source:
        list(source.blocks())
    line = str(raised.value)
    assert raised.value.exit_status == 2
    assert "\n" not in line
    assert line.startswith(f"{path}: ")
    return line.removeprefix(f"{path}: ")


def loudest_hertz(samples: np.ndarray, rate: int) -> float:
    middle = samples[rate // 4 : rate // 4 + rate]
    return float(np.argmax(np.abs(np.fft.rfft(middle * np.hanning(len(middle))))))


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 32_000, 44_100, 48_000])
def test_wav_of_every_rate(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "call.wav"
    sound = tone(0.2, rate)
    path.write_bytes(wav(sound.tobytes(), header=fmt(rate=rate)))
    samples, read_rate, notices = read(path)
    assert read_rate == rate
    assert np.array_equal(samples[:, 0], sound)
    assert notices == []


def test_flac_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "call.flac"
    both = stereo(tone(2.5), tone(2.5, hertz=600))
    soundfile.write(path, both, 8_000)
    samples, rate, notices = read(path)
    assert rate == 8_000
    assert np.array_equal(samples, both)
    assert notices == []


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_ogg(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "call.ogg"
    both = stereo(tone(2, 16_000), tone(2, 16_000, 600))
    soundfile.write(path, both, 16_000, subtype, format="OGG")
    samples, rate, notices = read(path)
    assert (rate, samples.shape) == (16_000, (32_000, 2))
    assert loudest_hertz(samples[:, 0], rate) == 440
    assert loudest_hertz(samples[:, 1], rate) == 600
    assert notices == []


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("call.mp3", "libmp3lame", 16_000),
        ("call.mp3", "libmp3lame", 44_100),
        ("call.m4a", "aac", 16_000),
        ("call.aac", "aac", 8_000),
    ],
)
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_lossy_files(tmp_path: Path, name: str, codec: str, rate: int, layout: str) -> None:
    path = tmp_path / name
    left, right = tone(2, rate), tone(2, rate, 600)
    encode(
        path,
        left if layout == "mono" else stereo(left, right),
        codec=codec,
        rate=rate,
        layout=layout,
    )
    samples, read_rate, notices = read(path)
    assert read_rate == rate
    assert samples.shape[1] == (1 if layout == "mono" else 2)
    assert abs(len(samples) / rate - 2) < 0.35
    assert loudest_hertz(samples[:, 0], rate) == 440
    assert loudest_hertz(samples[:, -1], rate) == (440 if layout == "mono" else 600)
    assert notices == []


def test_amr(tmp_path: Path) -> None:
    path = tmp_path / "call.amr"
    # 50 frames of the lowest mode, which no encoder here writes: a header byte and 12 of speech
    path.write_bytes(b"#!AMR\n" + bytes([0x04] + [0x55] * 12) * 50)
    samples, rate, _ = read(path)
    assert (rate, samples.shape) == (8_000, (8_000, 1))


def test_what_it_holds_counts_not_its_name(tmp_path: Path) -> None:
    path = tmp_path / "call.mp3"
    path.write_bytes(wav(tone(0.1).tobytes()))
    assert len(read(path)[0]) == 800


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("call.wav", b"", "is empty (0 bytes)"),
        ("call.wav", b"hello\r\n", "is not a WAV recording: it holds text"),
        ("call.wav", "您好，这里是江海银行".encode(), "is not a WAV recording: it holds text"),
        ("call.mp3", b"#EXTM3U\nfile:///etc/passwd\n", "is not a MP3 recording: it holds text"),
        (
            "call.bin",
            bytes(20),
            f"is not a {KINDS} recording: it starts with the bytes 00 00 00 00 00 00 00 00",
        ),
        ("call.flac", b"fLaC" + bytes(100), None),
        ("call.ogg", b"OggS" + bytes(100), None),
        ("call.mp3", b"ID3\x04" + bytes(100), None),
        ("call.mp3", b"\xff\xfb\x90\x00" + bytes(2_000), None),
        ("call.m4a", b"\0\0\0\x1cftypM4A " + bytes(100), None),
        ("call.amr", b"#!AMR\n", None),
    ],
)
def test_each_fault_has_one_line(tmp_path: Path, name: str, content: bytes, message) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    line = fault(path)
    if message is not None:
        assert line == message
    else:
        assert line.startswith(("cannot be decoded: ", "holds no sound", "has no sound"))


def test_rates_and_channels_nobody_supports(tmp_path: Path) -> None:
    path = tmp_path / "call.flac"
    soundfile.write(path, tone(0.1, 22_050), 22_050)
    assert fault(path).startswith("22050 Hz is not supported; supported are 8000, 16000")
    soundfile.write(path, np.zeros((800, 3), np.int16), 8_000)
    assert fault(path) == "has 3 channels; only mono and stereo are supported"
    mp3 = tmp_path / "call.mp3"
    encode(mp3, tone(0.5, 22_050), codec="libmp3lame", rate=22_050)
    assert fault(mp3).startswith("22050 Hz is not supported")


def test_what_is_no_file(tmp_path: Path) -> None:
    assert fault(tmp_path) == "is a folder"
    assert fault(tmp_path / "none.wav") == "no such file"
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    assert fault(fifo) == "is not a regular file"


@pytest.mark.parametrize("name", ["call.flac", "call.ogg", "call.mp3", "call.aac"])
def test_a_cut_file_is_read_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(1).integers(-8_000, 8_000, 32_000).astype(np.int16)
    if name in ("call.flac", "call.ogg"):
        soundfile.write(path, noise, 8_000)
    else:
        encode(path, noise, codec="aac" if name.endswith("aac") else "libmp3lame", rate=8_000)
    os.truncate(path, path.stat().st_size // 2)
    samples, rate, notices = read(path)
    assert 0.8 < len(samples) / rate < 3.2
    if name in ("call.flac", "call.mp3"):
        assert notices[-1].startswith("declares 4.")


def test_damage_inside_an_mp3_is_skipped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "call.mp3"
    encode(path, tone(4, 16_000), codec="libmp3lame", rate=16_000)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = b"\xff\xfb\x12" * 66 + b"\0\0"
    path.write_bytes(content)
    samples, rate, _ = read(path)
    assert 3 < len(samples) / rate < 5


def test_titles_in_gbk_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "call.mp3"
    encode(path, tone(1, 16_000), codec="libmp3lame", rate=16_000)
    title = "江海银行".encode("gbk").ljust(30, b"\0")
    with path.open("ab") as file:
        file.write(b"TAG" + title + bytes(95))
    assert len(read(path)[0]) >= 16_000


def test_a_recording_that_changes_its_rate_is_refused(tmp_path: Path) -> None:
    first, second = tmp_path / "first.mp3", tmp_path / "second.mp3"
    encode(first, tone(1, 16_000), codec="libmp3lame", rate=16_000)
    encode(second, tone(2, 24_000), codec="libmp3lame", rate=24_000)
    path = tmp_path / "call.mp3"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    # which of the two FFmpeg takes for the file's own is its affair
    assert fault(path).startswith("changes from ")


def test_sniffing_needs_only_the_first_bytes() -> None:
    assert sniff(b"\xff\xf1\x50\x80") == "aac"
    assert sniff(b"\xff\xfb\x90\x00") == "mp3"
    assert sniff(b"\xff\xf3\x90\x00") == "mp3"
    assert sniff(b"\xff\xe0\x00\x00") is None
    assert sniff(b"") is None


def test_files_are_given_back(tmp_path: Path) -> None:
    path = tmp_path / "call.mp3"
    encode(path, tone(1, 16_000), codec="libmp3lame", rate=16_000)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with open_audio(path) as source:
            next(source.blocks())
        source.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "call.mp3"
    path.write_bytes(b"\xff\xfb\x90\x00" + bytes(2_000))
    fault(path)
    assert capfd.readouterr() == ("", "")
