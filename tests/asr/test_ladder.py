from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.asr.ladder import CALM_S, RISES_AT_S, STEP_S, Ladder, Level


def test_each_level_is_taken_at_once() -> None:
    ladder = Ladder()
    ages = (0.5, 2.0, 2.1, 5.5, 11.0, 61.0)
    taken = [ladder.saw(float(now), age) for now, age in enumerate(ages)]
    assert taken == [
        Level.ALL,
        Level.ALL,
        Level.NO_PARTIALS,
        Level.NARROW,
        Level.AGENTS_FIRST,
        Level.CLOSED,
    ]


def test_a_level_stays_for_a_while_and_goes_one_by_one() -> None:
    ladder = Ladder()
    ladder.saw(0.0, 12.0)
    assert ladder.saw(CALM_S - 1, 0.0) is Level.AGENTS_FIRST
    assert ladder.saw(CALM_S, 0.0) is Level.JOINED
    assert ladder.saw(CALM_S + STEP_S - 1, 0.0) is Level.JOINED
    assert ladder.saw(CALM_S + STEP_S, 0.0) is Level.NARROW
    assert ladder.saw(CALM_S + 2 * STEP_S, 2.5) is Level.NO_PARTIALS
    assert ladder.saw(2 * CALM_S + 2 * STEP_S - 1, 0.0) is Level.NO_PARTIALS
    assert ladder.saw(2 * CALM_S + 2 * STEP_S, 0.0) is Level.ALL


def test_a_server_that_had_nothing_to_do_gives_nothing_up() -> None:
    ladder = Ladder()
    ladder.saw(0.0, 61.0)
    assert ladder.saw(CALM_S + 5 * STEP_S, 0.1) is Level.ALL


def test_load_near_a_bound_does_not_swing_it() -> None:
    ladder = Ladder()
    taken = {ladder.saw(now / 2, 2.2 if now % 10 == 0 else 1.8) for now in range(400)}
    assert taken == {Level.NO_PARTIALS}


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 100)), max_size=60))
def test_never_below_what_the_age_asks_for(seen: list[tuple[float, float]]) -> None:
    ladder, now = Ladder(), 0.0
    for step, age in seen:
        now += step
        level = ladder.saw(now, age)
        assert all(age <= at for higher, at in RISES_AT_S.items() if higher > level)
