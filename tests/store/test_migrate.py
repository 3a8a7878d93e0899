"""Up and down with live data, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text
from typer.testing import CliRunner

from monitor.alerts import log
from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.clock import SystemClock
from monitor.commands import store as command
from monitor.errors import BadInput, Conflict, Unavailable
from monitor.events import CallEnded, CallStarted, Utterance
from monitor.store import acts, approvals, calls, keeping, migrate
from monitor.store.acts import ActRow
from monitor.store.migrate import RECORD_STEPS
from monitor.store.store import Store, writing
from monitor.store.tables_actions import standings
from monitor.store.tables_desk import findings
from monitor.types import Role
from tests.store.postgres import postgres
from tests.web.scripted import alert

CALL = CallStarted(call="c1", team="south", agent="8012")
WORDS = Utterance(call="c1", channel=Role.AGENT, start=0.0, end=1.0, text="您好")


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.sqlite), "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    with postgres() as server:
        yield server.database()


def facts(on: Connection) -> dict[str, Any]:
    """What every version shows, and what the newest makes of it."""
    return {
        "log": log.read(on, "south", after=0, limit=100),
        "findings": on.execute(select(findings).order_by(findings.c.alert_id)).all(),
        "standings": on.execute(
            select(
                standings.c.alert_id, standings.c.seq, standings.c.status, standings.c.open
            ).order_by(standings.c.alert_id)
        ).all(),
    }


def back(folder: Path, url: str, to: int, **how: bool) -> set[str]:
    """Take it back; returns the names of the tables that are left."""
    engine = writing(folder, url)
    try:
        with engine.connect() as connection, connection.begin():
            migrate.take_back(connection, RECORD_STEPS, to, **how)
            return set(inspect(connection).get_table_names())
    finally:
        engine.dispose()


async def test_down_and_up_again_with_live_data(tmp_path: Path, url: str) -> None:
    with Store(tmp_path, url=url) as store:
        desk = Desk(store, Feed(store), SystemClock())
        told = [CALL, WORDS, alert("c1", 1), alert("c1", 2), alert("c1", 1, state="withdrawn")]
        await desk.publish(CALL, [*told, CallEnded(call="c1", at=9.0)])
        before = await store.read(facts)
    assert len(before["log"]) == 3
    for to in range(len(RECORD_STEPS) - 1, 0, -1):
        left = back(tmp_path, url, to)
        assert ("standings" in left) == (to >= 5)
        assert ("recordings" in left) == (to >= 2)
        assert {"calls", "events", "alerts", "streams"} <= left
    with Store(tmp_path, url=url) as store:
        assert await store.read(facts) == before
        desk = Desk(store, Feed(store), SystemClock())
        await desk.publish(CALL, [alert("c1", 3)])
        assert len((await store.read(facts))["log"]) == 4


async def test_what_nothing_makes_again_is_not_lost_unasked(tmp_path: Path, url: str) -> None:
    hold = {"team": "south", "call": "c1", "reason": "投诉", "review_wall": 1.0}
    with Store(tmp_path, url=url) as store:
        await store.write(
            lambda on: keeping.add_hold(on, **hold, made_by="user:chen", made_wall=0.0)
        )
    with pytest.raises(Conflict, match=r"holds \(1\)"):
        back(tmp_path, url, 3)
    for impossible in (0, len(RECORD_STEPS) + 1):
        with pytest.raises(Conflict, match="it can go back"):
            back(tmp_path, url, impossible)
    with Store(tmp_path, url=url) as store:
        # nothing of the attempts was kept
        assert len(await store.read(keeping.holds_in_force)) == 1
    assert "holds" not in back(tmp_path, url, 3, discard=True)


async def test_numbers_go_on_under_an_older_program_and_back(tmp_path: Path, url: str) -> None:
    about = {"action": "holds.release", "about": "hold 1", "reason": "结案", "asked_by": "user:li"}
    with Store(tmp_path, url=url) as store:
        drawn = await store.write(lambda on: calls.ensure(on, CALL, 1.8e9))
        await store.write(lambda on: approvals.add(on, **about, wall=1.8e9, teams=["south"]))
    back(tmp_path, url, 6)
    engine = writing(tmp_path, url)
    older = (
        "INSERT INTO calls (team, call, agent, industry, business, started_wall, last_at)"
        " VALUES ('south', 'c2', '', '', '', 1.8e9, 0) RETURNING number"
    )
    with engine.connect() as on, on.begin():
        assert "calls_of_team" not in {one["name"] for one in inspect(on).get_indexes("calls")}
        assert "teams" not in {one["name"] for one in inspect(on).get_columns("approvals")}
        if url:
            # as that program had it; empty, so that what is there does not stand in the way
            on.execute(text("ALTER TABLE acts ALTER COLUMN call_number TYPE INTEGER"))
            on.execute(text("ALTER TABLE cases ALTER COLUMN sample TYPE INTEGER"))
        its = on.execute(text(older)).scalar_one()
    engine.dispose()
    assert its > drawn
    with Store(tmp_path, url=url) as store:
        third = CallStarted(call="c3", team="south")
        mine = await store.write(lambda on: calls.ensure(on, third, 1.0))
        assert mine > its
        await store.write(lambda on: acts.add(on, miss(mine)))
        assert [one.number > 0 for one in await store.read(lambda on: acts.of_call(on, mine))]
        (row,) = await store.read(lambda on: approvals.newest(on, limit=9, shown=lambda _: True))
        assert (row.about, row.of()) == ("hold 1", frozenset())


def miss(number: int) -> ActRow:
    return ActRow(call_number=number, team="south", kind="miss", by="user:li", role="qa", at_wall=2)


@pytest.mark.sqlite
def test_the_command(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    with pytest.raises(Unavailable, match="no record"):
        run("version", *data)
    with Store(tmp_path), pytest.raises(Unavailable, match="another server"):
        run("version", *data)
    assert "has version 7, this program wants 7" in run("version", *data)
    assert "has version 4" in run("downgrade", "--to", "4", *data)
    assert "has version 4" in run("version", *data)
    with pytest.raises(BadInput, match="go back to 1 … 4"):
        run("downgrade", "--to", "5", *data)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command.app, list(arguments))
    if result.exception is not None:
        raise result.exception
    return result.output
