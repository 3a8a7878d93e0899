from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.audio.framer import Framer
from monitor.audio.resample import RATES, Resampler, converted_length
from monitor.types import Role, Samples
from tests.audio.sounds import tone

rates = st.sampled_from(RATES)
cuts = st.lists(st.integers(0, 3_000), max_size=12)


def pieces(samples: Samples, sizes: list[int]) -> list[Samples]:
    return np.split(samples, np.cumsum(sizes).clip(max=len(samples)))


def convert(parts: list[Samples], rate: int) -> Samples:
    resampler = Resampler(rate)
    out = [resampler.feed(part) for part in parts]
    out.append(resampler.flush())
    assert resampler.given == sum(len(part) for part in out)
    return np.concatenate(out)


@given(rate=rates, length=st.integers(0, 6_000), sizes=cuts)
@settings(max_examples=60)
def test_time_is_kept_exactly_however_the_stream_is_cut(rate, length, sizes) -> None:
    noise = np.random.default_rng(length).integers(-20_000, 20_000, length).astype(np.int16)
    whole = convert([noise], rate)
    assert len(whole) == converted_length(length, rate)
    assert np.array_equal(convert(pieces(noise, sizes), rate), whole)


@given(rate=rates, sizes=cuts)
@settings(max_examples=30)
def test_frames_do_not_depend_on_the_cut(rate, sizes) -> None:
    noise = np.random.default_rng(1).integers(-20_000, 20_000, 5_000).astype(np.int16)

    def frames(parts: list[Samples]) -> list[bytes]:
        resampler, framer = Resampler(rate), Framer(Role.AGENT)
        found = [frame for part in parts for frame in framer.feed(resampler.feed(part))]
        found += framer.feed(resampler.flush())
        if tail := framer.flush():
            found.append(tail.frame)
        assert [frame.position for frame in found] == list(range(0, 320 * len(found), 320))
        return [frame.samples.tobytes() for frame in found]

    assert frames(pieces(noise, sizes)) == frames([noise])


def test_converted_length_rounds_half_up() -> None:
    assert converted_length(1, 32_000) == 1
    assert converted_length(161, 32_000) == 81
    assert converted_length(44_100 * 3_600, 44_100) == 16_000 * 3_600
    assert converted_length(1, 48_000) == 0


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_stays_that_tone_in_place(rate: int) -> None:
    out = convert([tone(1.0, rate)], rate)
    assert np.abs(out[500:-500].astype(int) - tone(1.0, 16_000)[500:-500]).max() <= 3


@pytest.mark.parametrize("rate", RATES)
def test_hours_of_frames_do_not_drift(rate: int) -> None:
    resampler = Resampler(rate)
    piece = np.zeros(rate // 50, dtype=np.int16)
    given_out = sum(len(resampler.feed(piece)) for _ in range(2_000)) + len(resampler.flush())
    assert given_out == converted_length(2_000 * (rate // 50), rate)


def test_full_scale_does_not_wrap() -> None:
    square = np.where(tone(0.2, 8_000) > 0, 32_767, -32_768).astype(np.int16)
    out = convert([square], 8_000).astype(int)
    near_edges = np.abs(np.diff(np.sign(out))) > 0
    assert near_edges.sum() < 250


def test_sixteen_kilohertz_passes_through() -> None:
    sound = tone(0.3, 16_000)
    resampler = Resampler(16_000)
    assert np.array_equal(resampler.feed(sound), sound)
    assert len(resampler.flush()) == 0


def test_other_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="11025 Hz"):
        Resampler(11_025)
