from __future__ import annotations

import numpy as np
import pytest

from monitor.audio.halfband import REACH, HalfBand
from tests.audio.sounds import tone


def double(sound: np.ndarray) -> np.ndarray:
    band = HalfBand()
    return np.concatenate([band.feed(sound), band.flush()])


def level_db(sound: np.ndarray, hertz: float) -> float:
    """Level of a frequency in 16 kHz sound, dB of full scale."""
    window = np.hanning(len(sound))
    turn = np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / 16_000)
    return float(20 * np.log10(2 * abs((sound * window * turn).sum()) / window.sum() / 32_768))


def test_lags_four_milliseconds() -> None:
    sound = np.arange(100, dtype=np.int16)
    assert len(HalfBand().feed(sound)) == 2 * (100 - REACH)
    assert REACH / 8_000 == 0.004


def test_what_was_given_comes_out_unchanged() -> None:
    noise = np.random.default_rng(1).integers(-20_000, 20_000, 999).astype(np.int16)
    assert np.array_equal(double(noise)[::2], noise)


@pytest.mark.parametrize("hertz", [100, 300, 1_000, 2_000, 3_000, 3_400, 3_600])
def test_flat_over_the_telephone_band_and_without_images(hertz: int) -> None:
    sound = (16_000 * np.sin(2 * np.pi * hertz * np.arange(8_000) / 8_000)).astype(np.int16)
    out = double(sound)[500:-500]
    assert abs(level_db(out, hertz) - 20 * np.log10(16_000 / 32_768)) < 0.1
    assert level_db(out, 8_000 - hertz) < -70


def test_silence_and_constants_stay_what_they_are() -> None:
    assert not double(np.zeros(400, np.int16)).any()
    assert set(double(np.full(400, 12_345, np.int16))[200:-200].tolist()) == {12_345}


def test_loud_sound_is_clipped_not_wrapped() -> None:
    square = np.where(tone(0.2, 8_000) > 0, 32_767, -32_768).astype(np.int16)
    out = double(square).astype(int)
    assert (np.abs(np.diff(np.sign(out))) > 0).sum() < 250
