from __future__ import annotations

from monitor.asr.pace import Pace


def run(pace: Pace, cost_s: float, speakers: int, seconds: int, *, start: float = 0.0) -> float:
    """Seconds of work so far when each speaker's partial costs `cost_s`; one worker."""
    busy = start
    pace.saw(0.0, busy, 1)
    for second in range(1, seconds + 1):
        busy += min(1.0, speakers * cost_s / pace.every_s)
        pace.saw(float(second), busy, 1)
    return speakers * cost_s / pace.every_s


def test_few_speakers_are_heard_as_often_as_may_be() -> None:
    pace = Pace()
    run(pace, 0.05, 3, 30)
    assert pace.every_s == pace.shortest_s


def test_the_period_settles_where_the_target_is_met() -> None:
    used = run(Pace(), 0.05, 30, 60)
    assert 0.7 < used < 0.9


def test_there_is_a_longest_period() -> None:
    pace = Pace()
    run(pace, 0.05, 1000, 60)
    assert pace.every_s == pace.longest_s


def test_it_comes_back_when_the_load_is_gone() -> None:
    pace = Pace()
    run(pace, 0.05, 1000, 60)
    pace.saw(100.0, 60.0, 1)
    for second in range(101, 120):
        pace.saw(float(second), 60.0, 1)
    assert pace.every_s == pace.shortest_s


def test_less_than_a_second_says_nothing() -> None:
    pace = Pace()
    pace.saw(0.0, 0.0, 1)
    pace.saw(0.5, 0.5, 1)
    assert pace.every_s == pace.shortest_s
