"""The acts of reviewers, agents and supervisors on calls: appended, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from monitor.store import numbers
from monitor.store.tables import calls
from monitor.store.tables_desk import acts, cases


class ActRow(msgspec.Struct, frozen=True, kw_only=True):
    """An act as kept; `body` is JSON."""

    number: int = 0
    call_number: int | None
    team: str
    alert_id: str = ""
    kind: str
    verdict: str = ""
    rule: str = ""
    severity: str = ""
    by: str
    role: str
    at_wall: float
    key: str | None = None
    body: str = "{}"

    def parsed(self) -> dict[str, Any]:
        """The body as plain data."""
        built: dict[str, Any] = msgspec.json.decode(self.body)
        return built


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where a call stands after its acts."""

    call_number: int
    state: str
    assignee: str
    sample: int | None
    score: float | None
    updated_wall: float


def add(connection: Connection, row: ActRow) -> int:
    """Append an act; returns its number."""
    mine = acts.c.call_number == row.call_number
    values = msgspec.to_builtins(row)
    values |= {
        "number": numbers.fresh(connection, acts, row.at_wall, mine),
        "key": None if row.key is None else _own(row.by, row.key),
    }
    made = connection.execute(insert(acts).values(values).returning(acts.c.number))
    return int(made.scalar_one())


def with_key(connection: Connection, by: str, key: str) -> ActRow | None:
    """The act that `by` already sent under this key; keys of others are their own."""
    query = select(acts).where(acts.c.key == _own(by, key))
    row = connection.execute(query).mappings().first()
    return None if row is None else msgspec.convert(row, ActRow)


def of_call(connection: Connection, number: int) -> list[ActRow]:
    """Every act on a call, in order."""
    query = select(acts).where(acts.c.call_number == number).order_by(acts.c.number)
    return [msgspec.convert(row, ActRow) for row in connection.execute(query).mappings()]


def of_calls(connection: Connection, numbers: Sequence[int]) -> list[ActRow]:
    """Verdicts and decisions on these calls, in order."""
    query = (
        select(acts)
        .where(acts.c.call_number.in_(numbers), acts.c.kind.in_(("verdict", "decision")))
        .order_by(acts.c.number)
    )
    return [msgspec.convert(row, ActRow) for row in connection.execute(query).mappings()]


def judged(
    connection: Connection,
    *,
    since: float = 0.0,
    until: float = 1e12,
    teams: tuple[str, ...] | None = None,
) -> list[ActRow]:
    """Verdicts, decisions and misses made in a time, in order."""
    query = (
        select(acts)
        .where(
            acts.c.kind.in_(("verdict", "decision", "miss")),
            acts.c.at_wall >= since,
            acts.c.at_wall < until,
        )
        .order_by(acts.c.number)
    )
    if teams is not None:
        query = query.where(acts.c.team.in_(teams))
    return [msgspec.convert(row, ActRow) for row in connection.execute(query).mappings()]


def stand(connection: Connection, row: CaseRow) -> None:
    """Keep where a call stands, in place of what was kept before; its sample stays."""
    values = msgspec.to_builtins(row)
    if row.sample is None:
        del values["sample"]
    where = cases.c.call_number == row.call_number
    if connection.execute(update(cases).where(where).values(values)).rowcount == 0:
        connection.execute(insert(cases).values(**({"sample": None} | values)))


def counted(connection: Connection, teams: tuple[str, ...] | None) -> dict[str, int]:
    """How many calls stand in each state; calls nobody touched are not among them."""
    query = select(cases.c.state, func.count()).group_by(cases.c.state)
    if teams is not None:
        mine = calls.c.number == cases.c.call_number
        query = query.join(calls, mine).where(calls.c.team.in_(teams))
    return {row.state: row[1] for row in connection.execute(query)}


def forget(connection: Connection, numbers: Sequence[int]) -> None:
    """Calls are deleted: drop what quotes them, keep which rule was right and which was not."""
    mine = acts.c.call_number.in_(numbers)
    counts = acts.c.kind.in_(("verdict", "decision", "miss"))
    connection.execute(delete(acts).where(mine, ~counts))
    connection.execute(update(acts).where(mine).values(call_number=None, body="{}"))


def _own(by: str, key: str) -> str:
    return sha256(f"{by}\0{key}".encode()).hexdigest()
