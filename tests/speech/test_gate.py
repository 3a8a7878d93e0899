from __future__ import annotations

import numpy as np
import pytest

from monitor.speech.endpoint import Kind
from monitor.speech.gate import Sound, judge, measure
from monitor.speech.segmenter import Piece, Segmenter
from monitor.types import Role, Samples
from tests.asr.spoken import SENTENCES, samples
from tests.speech import sounds

KEYS = [(697, 1209), (770, 1336), (852, 1477), (941, 1336), (697, 1477), (770, 1209)] * 2


def segments(sound: sounds.Floats | Samples) -> list[Samples]:
    """What the real segmenter makes of a sound with silence around it."""
    line = sound if sound.dtype == np.int16 else sounds.int16(sound)
    quiet = np.zeros(8_000, np.int16)
    segmenter = Segmenter("c", Role.AGENT)
    found = segmenter.process(np.concatenate([quiet, line, quiet])) + segmenter.flush()
    return [p.segment.samples for p in found if isinstance(p, Piece) and p.kind is Kind.FINAL]


def noisy(sound: Samples, noise: sounds.Floats, snr_db: float) -> Samples:
    voice = sound.astype(float) / 32_768
    power = np.sqrt(np.mean(voice[np.abs(voice) > 0.01] ** 2))
    noise = noise[: len(voice)] / noise.std() * power * 10 ** (-snr_db / 20)
    return sounds.int16(voice + noise)


@pytest.mark.parametrize("level", [1.0, 0.1, 0.02])
@pytest.mark.parametrize("file", [sentence["file"] for sentence in SENTENCES])
def test_telephone_speech_passes_at_any_level(file: str, level: float) -> None:
    sound = (samples(file) * level).astype(np.int16)
    found = [segment for segment in segments(sound) if len(segment) > 8_000]
    assert found
    assert all(judge(segment).is_speech for segment in found)


@pytest.mark.parametrize("kind", [sounds.white, sounds.brown])
@pytest.mark.parametrize("file", [sentence["file"] for sentence in SENTENCES])
def test_speech_8_db_above_noise_passes(file: str, kind: type) -> None:
    sound = noisy(samples(file), kind(8.0), 8.0)[4_000:-8_000]
    assert judge(sound).is_speech
    for segment in segments(sound):
        assert len(segment) < 8_000 or judge(segment).is_speech


@pytest.mark.parametrize(
    ("sound", "expected"),
    [
        (sounds.tone([450], 10, on_s=1, every_s=5), Sound.TONE),
        (sounds.tone([450], 10, on_s=0.35, every_s=0.7), Sound.TONE),
        (sounds.tone([450], 3), Sound.TONE),
        (sounds.tone([1000], 1), Sound.TONE),
        (sounds.tone([1100], 8, on_s=0.5, every_s=3.5), Sound.TONE),
        (sounds.keys(KEYS), Sound.TONE),
        (sounds.tone([50, 100, 150, 250], 4), Sound.TONE),
        (sounds.white(4), Sound.NOISE),
        (sounds.brown(4), Sound.NOISE),
    ],
    ids=["ringback", "busy", "dial", "beep", "fax", "keys", "hum", "white", "brown"],
)
@pytest.mark.parametrize("level", [1.0, 0.2])
def test_line_sounds_are_named(sound: sounds.Floats, expected: Sound, level: float) -> None:
    long = [segment for segment in segments(sound * level) if len(segment) > 9_600]
    assert [judge(segment).sound for segment in long] == [expected] * len(long)


@pytest.mark.parametrize("hertz", [350, 440, 450, 1_000, 2_100])
def test_short_tone_is_a_tone(hertz: float) -> None:
    found = segments(sounds.tone([hertz], 0.5))
    assert [judge(segment).sound for segment in found] == [Sound.TONE] * len(found)


@pytest.mark.parametrize("timbre", sounds.TIMBRES)
def test_most_music_is_stopped(timbre: str) -> None:
    found = [
        judge(segment).sound
        for seed in range(4)
        for segment in segments(sounds.music(timbre, 6.0, seed))
        if len(segment) > 24_000
    ]
    stopped = sum(sound in (Sound.MUSIC, Sound.TONE) for sound in found)
    assert stopped >= 0.75 * len(found) > 0


def test_silence_is_silence() -> None:
    assert judge(np.zeros(16_000, np.int16)).sound is Sound.SILENCE
    hiss = np.random.default_rng(0).integers(-3, 4, 16_000).astype(np.int16)
    assert judge(hiss).sound in (Sound.SILENCE, Sound.NOISE)


@pytest.mark.parametrize("length", [1, 100, 1024, 5_000])
def test_short_sounds_have_numbers(length: int) -> None:
    sound = samples("spoken-0.wav")[10_000 : 10_000 + length]
    assert measure(sound).active_s > 0
    assert judge(sound).sound in (Sound.SPEECH, Sound.SILENCE)
