from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from monitor import events
from monitor.events import CallEnded, CallStarted, Coverage, Disclosure, Prompt, Signal, Utterance
from monitor.store import calls
from monitor.store.store import Store
from monitor.types import Role

T = TypeVar("T")
CALL = CallStarted(call="c1", team="south", agent="8012", industry="wealth", aliases=("江海银行",))
EVENTS = (
    CALL,
    Utterance(call="c1", channel=Role.AGENT, start=0.5, end=2.5, text="您好"),
    Utterance(call="c1", channel=Role.AGENT, start=3, end=4, text="谢谢", suppressed="loop"),
    Disclosure(call="c1", item="company", state="met", at=2.0, deadline=30.0, quote="江海银行"),
    Prompt(call="c1", text="请说明来电目的", reason="missing_purpose", state="shown", at=20.0),
    Signal(call="c1", signal="opt_out", quote="别再打了", start=21.0, end=22.0),
    Coverage(call="c1", channel=Role.AGENT, state="gap", start=40.0, end=41.5),
    CallEnded(call="c1", at=120.4),
)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[Callable[[Connection], T]], T]]:
    with Store(tmp_path) as store:
        yield lambda job: store.writer.submit(job).result(10)


def test_everything_of_a_call_comes_back_as_it_was(run: Callable) -> None:
    number = run(lambda on: calls.ensure(on, CALL, 100.0))
    for event in EVENTS:
        run(lambda on, event=event: calls.add(on, number, event, 101.0))
    found = run(lambda on: calls.exported(on, number))
    assert [events.decode(row.body) for row in found] == list(EVENTS)
    assert json.loads(found[0].body)["type"] == "call.started"
    row = run(lambda on: calls.listed(on, teams=["south"], limit=5))[0]
    assert (row.last_at, row.ended_wall, row.end_reason) == (120.4, 101.0, "hangup")


def test_a_call_has_one_row(run: Callable) -> None:
    first = run(lambda on: calls.ensure(on, CALL, 1.0))
    assert run(lambda on: calls.ensure(on, CALL, 2.0)) == first
    other = CallStarted(call="c1", team="north")
    assert run(lambda on: calls.ensure(on, other, 3.0)) != first
    assert len(run(lambda on: calls.find(on, "c1", teams=None))) == 2
    assert [row.team for row in run(lambda on: calls.find(on, "c1", teams=["north"]))] == ["north"]


def test_pages_of_calls(run: Callable) -> None:
    for n in range(5):
        run(lambda on, n=n: calls.ensure(on, CallStarted(call=f"c{n}", team="south"), float(n)))
    page = run(lambda on: calls.listed(on, teams=None, limit=2))
    assert [row.call for row in page] == ["c4", "c3"]
    rest = run(lambda on: calls.listed(on, teams=None, limit=9, before=page[-1].number))
    assert [row.call for row in rest] == ["c2", "c1", "c0"]


def test_calls_of_a_killed_server_are_ended(run: Callable) -> None:
    number = run(lambda on: calls.ensure(on, CALL, 1.0))
    for event in EVENTS[:-1]:
        run(lambda on, event=event: calls.add(on, number, event, 1.0))
    done = run(lambda on: calls.ensure(on, CallStarted(call="c2", team="south"), 1.0))
    run(lambda on: calls.add(on, done, CallEnded(call="c2", at=1.0), 1.0))
    assert run(lambda on: calls.close_orphans(on, 9.0)) == ["c1"]
    assert run(lambda on: calls.close_orphans(on, 9.0)) == []
    last = events.decode(run(lambda on: calls.exported(on, number))[-1].body)
    assert last == CallEnded(call="c1", at=41.5, reason="server_lost")
