from __future__ import annotations

import pytest

from monitor.ingest.rate import RateCheck


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
