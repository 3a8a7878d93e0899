from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from monitor.alerts import log
from monitor.events import Alert, CallStarted
from monitor.store import calls
from monitor.store.database import writing_engine
from monitor.store.migrate import RECORD_STEPS, migrate

SOUTH = CallStarted(call="c1", team="south", agent="8012")
NORTH = CallStarted(call="c1", team="north")


def alert(id_: str, **changes: object) -> Alert:
    fields: dict[str, object] = {
        "call": "c1",
        "id": id_,
        "category": "guaranteed_return",
        "rule": "wealth/guaranteed-return",
        "pack": "wealth@1",
        "severity": "high",
        "start": 1.0,
        "end": 2.0,
        "quote": "保本",
        "raised_at": 2.5,
    }
    return Alert(**(fields | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    path: Path = tmp_path_factory.mktemp("log") / "x.db"
    engine = writing_engine(path, journal="wal")
    with engine.connect() as connection:
        with connection.begin():
            migrate(connection, RECORD_STEPS)
        yield connection
    engine.dispose()


@pytest.fixture
def on(database: Connection) -> Iterator[Connection]:
    """A transaction that leaves nothing behind."""
    transaction = database.begin()
    yield database
    transaction.rollback()


def append(on: Connection, call: CallStarted, each: Alert) -> Alert | None:
    return log.append(on, call, calls.ensure(on, call, 1.0), each, 1.0)


def test_each_team_counts_its_own(on: Connection) -> None:
    placed = [append(on, SOUTH, alert("a")), append(on, NORTH, alert("a"))]
    placed.append(append(on, SOUTH, alert("b")))
    assert [(each.team, each.seq) for each in placed if each] == [
        ("south", 1),
        ("north", 1),
        ("south", 2),
    ]
    assert placed[0] is not None
    assert (placed[0].agent, len(placed[0].epoch or "")) == ("8012", 16)
    assert log.head(on, "south").seq == 2


def test_told_again_it_is_one_alert(on: Connection) -> None:
    assert append(on, SOUTH, alert("a")) is not None
    assert append(on, SOUTH, alert("a")) is None
    assert append(on, SOUTH, alert("a", why="in other words")) is None
    assert log.head(on, "south").seq == 1


@pytest.mark.parametrize("change", [{"state": "withdrawn"}, {"severity": "critical"}, {"count": 2}])
def test_a_revision_has_a_new_place_and_the_same_id(
    on: Connection, change: dict[str, object]
) -> None:
    append(on, SOUTH, alert("a"))
    revised = append(on, SOUTH, alert("a", **change))
    assert revised is not None
    assert (revised.id, revised.seq) == ("a", 2)
    assert append(on, SOUTH, alert("a")) is None
    assert [each.alert for each in log.read(on, "south", after=0, limit=9)] == ["a", "a"]


def test_reading_goes_on_after_a_place(on: Connection) -> None:
    for n in range(1, 8):
        append(on, SOUTH, alert(f"a{n}"))
    append(on, NORTH, alert("other"))
    assert [each.seq for each in log.read(on, "south", after=2, limit=3)] == [3, 4, 5]
    body = json.loads(log.read(on, "south", after=6, limit=3)[0].body)
    assert (body["type"], body["id"], body["seq"]) == ("alert", "a7", 7)
    assert body["epoch"] == log.head(on, "south").epoch


def test_a_restored_log_has_another_epoch(on: Connection) -> None:
    before = log.head(on, "south")
    assert log.head(on, "south") == before
    assert log.renew_epochs(on) == 1
    after = log.head(on, "south")
    assert (after.seq, after.epoch != before.epoch) == (before.seq, True)


TOLD = st.tuples(
    st.sampled_from(["south", "north"]),
    st.sampled_from("abcd"),
    st.sampled_from(["provisional", "confirmed", "withdrawn"]),
    st.integers(1, 2),
)


@settings(max_examples=30)
@given(told=st.lists(TOLD, max_size=30))
def test_numbers_have_no_hole_and_nothing_is_told_twice(
    database: Connection, told: list[tuple[str, str, str, int]]
) -> None:
    transaction = database.begin()
    expected: dict[str, list[tuple[str, str, int]]] = {"south": [], "north": []}
    for team, id_, state, count in told:
        call = CallStarted(call="c1", team=team)
        append(database, call, alert(id_, state=state, count=count))
        if (id_, state, count) not in expected[team]:
            expected[team].append((id_, state, count))
    for team, rows in expected.items():
        found = log.read(database, team, after=0, limit=99)
        assert [each.seq for each in found] == list(range(1, len(rows) + 1))
        bodies = [json.loads(each.body) for each in found]
        got = [(b["id"], b.get("state", "confirmed"), b.get("count", 1)) for b in bodies]
        assert got == rows
    transaction.rollback()
