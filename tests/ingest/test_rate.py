from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.ingest.rate import BURST_S, HEADROOM, Bucket, RateCheck


def test_real_time_always_fits() -> None:
    bucket = Bucket()
    for piece in range(1_000):
        bucket, within = bucket.take(0.1, piece * 0.1)
        assert within


def test_ten_seconds_may_come_at_once_and_no_more() -> None:
    bucket, within = Bucket().take(10.0, 0.0)
    assert within
    bucket, within = bucket.take(0.1, 0.0)
    assert not within
    bucket, within = bucket.take(1.25, 1.0)
    assert within


def test_twice_real_time_is_found_out() -> None:
    bucket, fits = Bucket(), 0
    for piece in range(1_000):
        bucket, within = bucket.take(0.2, piece * 0.1)
        if not within:
            break
        fits += 1
    # the burst is eaten at 2 - 1.25 seconds a second
    assert 130 < fits < 140


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=40))
def test_never_more_than_the_bound(pieces: list[tuple[float, float]]) -> None:
    bucket, now_s, taken_s = Bucket(), 100.0, 0.0
    for wait_s, audio_s in pieces:
        now_s += wait_s
        bucket, within = bucket.take(audio_s, now_s)
        taken_s += audio_s if within else 0.0
        assert taken_s <= BURST_S + (now_s - 100.0) * HEADROOM + 1e-6


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket, _ = Bucket().take(10.0, 50.0)
    assert not bucket.take(1.0, 10.0)[1]


def verdicts(arrivals: list[tuple[float, int]], rate: int = 16_000) -> set[float | None]:
    check, found = RateCheck(rate=rate), set()
    for now_s, samples in arrivals:
        check, verdict = check.add(samples, now_s)
        found.add(verdict)
    return found


def regular(seconds: float, speed: float, piece_s: float = 0.1) -> list[tuple[float, int]]:
    count = round(seconds / piece_s)
    return [(n * piece_s, round(16_000 * piece_s * speed)) for n in range(count)]


@pytest.mark.parametrize("piece_s", [0.02, 0.1, 0.2])
@pytest.mark.parametrize(("speed", "verdict"), [(0.5, 0.5), (2.0, 2.0), (0.52, 0.5)])
def test_wrong_labels_are_found_in_seven_seconds(piece_s, speed, verdict) -> None:
    assert verdicts(regular(7, speed, piece_s)) == {None, verdict}


@pytest.mark.parametrize("speed", [1.0, 0.9, 1.2, 0.6, 1.8])
def test_right_labels_are_left_alone(speed: float) -> None:
    assert verdicts(regular(60, speed)) == {None}


def test_a_stall_and_the_burst_after_it_are_no_wrong_label() -> None:
    stalled = [(at, n) for at, n in regular(30, 1.0) if not 10 <= at < 13]
    stalled.append((13.0, 48_000))
    assert verdicts(sorted(stalled)) == {None}
