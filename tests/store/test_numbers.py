"""Numbers that people see count nothing of other teams."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from monitor.events import CallStarted
from monitor.store import calls, numbers, tables

NOON = 1_800_000_000.0


@pytest.fixture
def on() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    tables.record.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def begin(on: Connection, team: str, count: int, wall: float = NOON) -> list[int]:
    started = [CallStarted(call=f"c{number}", team=team) for number in range(count)]
    return [calls.ensure(on, each, wall) for each in started]


@pytest.mark.parametrize("others", [0, 1, 100])
def test_a_number_tells_its_second_whatever_others_do(on: Connection, others: int) -> None:
    begin(on, "north", others)
    (mine,) = begin(on, "south", 1)
    assert numbers.second_of(mine) == NOON
    begin(on, "north", others + 50)
    later = calls.ensure(on, CallStarted(call="later", team="south"), NOON + 60)
    assert numbers.second_of(later) == NOON + 60


def test_numbers_of_a_team_grow_even_when_the_clock_does_not(on: Connection) -> None:
    mine = begin(on, "south", 300) + begin(on, "east", 1)
    back = calls.ensure(on, CallStarted(call="back", team="south"), NOON - 3600)
    assert [*sorted(mine[:-1]), back] == [*mine[:-1], back]
    assert len({*mine, back}) == len(mine) + 1


def test_a_full_second_has_room(on: Connection) -> None:
    drawn = [number for team in range(400) for number in begin(on, f"t{team}", 1)]
    assert len(set(drawn)) == 400
    assert max(drawn) < 2**53


def test_clocks_before_this_program_do_for_tests(on: Connection) -> None:
    assert begin(on, "south", 1, wall=0.0)[0] >= 1
