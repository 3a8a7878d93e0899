"""Policies, holds, deletions and closed calls, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from monitor.store import numbers
from monitor.store.tables import calls
from monitor.store.tables_keeping import closings, deletions, holds, policies, runs


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A row that somebody made."""

    number: int
    made_by: str
    made_wall: float


M = TypeVar("M", bound=Made)


class PolicyRow(Made, frozen=True, kw_only=True):
    """A policy in force, or one that was."""

    industry: str
    artefact: str
    keep_days: int
    delete_days: int | None
    basis: str
    source: str
    retired_by: str | None = None
    retired_wall: float | None = None


class HoldRow(Made, frozen=True, kw_only=True):
    """Something that must not be deleted; an empty call means the whole team."""

    team: str
    call: str
    reason: str
    review_wall: float
    released_by: str | None = None
    released_wall: float | None = None


class DeletionRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is being deleted, or was."""

    number: int
    call_number: int
    team: str
    call: str
    artefact: str
    why: str
    begun_wall: float
    finished_wall: float | None = None
    certificate: str | None = None


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A call whose time may be over."""

    number: int
    team: str
    call: str
    industry: str
    ended_wall: float


def add_policy(on: Connection, **values: Any) -> int:
    """Put a policy in force; returns its number."""
    return _add(on, policies, values)


def retire_policy(on: Connection, number: int, by: str, wall: float) -> bool:
    """Take a policy out of force; False when it is not in force."""
    return _end(on, policies, "retired", number, by, wall)


def policies_in_force(on: Connection) -> list[PolicyRow]:
    """Every policy in force, oldest first."""
    return _in_force(on, policies, "retired", PolicyRow)


def add_hold(on: Connection, **values: Any) -> int:
    """Put a hold on a call or a team; returns its number."""
    mine = holds.c.team == values["team"]
    number = numbers.fresh(on, holds, values["made_wall"], mine)
    return _add(on, holds, values | {"number": number})


def release_hold(on: Connection, number: int, by: str, wall: float) -> bool:
    """Release a hold; False when there is none."""
    return _end(on, holds, "released", number, by, wall)


def holds_in_force(on: Connection, teams: Sequence[str] | None = None) -> list[HoldRow]:
    """Holds in force on these teams and their calls, oldest first; None means every team."""
    mine = [] if teams is None else [holds.c.team.in_(teams)]
    return _in_force(on, holds, "released", HoldRow, *mine)


def candidates(
    on: Connection, artefact: str, *, before: float, after: int, limit: int
) -> list[Ended]:
    """Calls that ended before a time, are not held, and whose artefact is there; by number."""
    held = exists().where(
        holds.c.released_wall.is_(None),
        holds.c.team == calls.c.team,
        or_(holds.c.call == "", holds.c.call == calls.c.call),
    )
    taken = exists().where(
        deletions.c.call_number == calls.c.number, deletions.c.artefact == artefact
    )
    columns = (calls.c.number, calls.c.team, calls.c.call, calls.c.industry, calls.c.ended_wall)
    query = (
        select(*columns)
        .where(calls.c.ended_wall < before, calls.c.number > after, ~held, ~taken)
        .order_by(calls.c.number)
        .limit(limit)
    )
    return [msgspec.convert(row, Ended) for row in on.execute(query).mappings()]


def team_of_hold(on: Connection, number: int) -> str | None:
    """The team of a hold, in force or not."""
    found: str | None = on.execute(select(holds.c.team).where(holds.c.number == number)).scalar()
    return found


def held(on: Connection, team: str, call: str) -> bool:
    """Whether a hold keeps the call."""
    mine = or_(holds.c.call == "", holds.c.call == call)
    query = select(holds.c.number).where(holds.c.released_wall.is_(None), holds.c.team == team)
    return on.execute(query.where(mine).limit(1)).first() is not None


def begin(on: Connection, ended: Ended, artefact: str, why: str, wall: float) -> int | None:
    """Mark something for deletion; None when a hold came in between."""
    if held(on, ended.team, ended.call):
        return None
    values: dict[str, Any] = {"call_number": ended.number, "team": ended.team, "call": ended.call}
    number = numbers.fresh(on, deletions, wall, deletions.c.team == ended.team)
    values |= {"number": number, "artefact": artefact, "why": why, "begun_wall": wall}
    return _add(on, deletions, values)


def unfinished(on: Connection) -> list[DeletionRow]:
    """Deletions that were begun and not finished, oldest first."""
    query = select(deletions).where(deletions.c.finished_wall.is_(None))
    rows = on.execute(query.order_by(deletions.c.number)).mappings()
    return [msgspec.convert(row, DeletionRow) for row in rows]


def finish(on: Connection, number: int, certificate: str, wall: float) -> None:
    """The deletion is done."""
    mine = deletions.c.number == number
    change = update(deletions).where(mine).values(finished_wall=wall, certificate=certificate)
    on.execute(change)


def deleted(on: Connection, *, limit: int, teams: Sequence[str] | None = None) -> list[DeletionRow]:
    """The newest deletions of these teams first; None means every team."""
    query = select(deletions).order_by(deletions.c.number.desc()).limit(limit)
    if teams is not None:
        query = query.where(deletions.c.team.in_(teams))
    return [msgspec.convert(row, DeletionRow) for row in on.execute(query).mappings()]


def last_run(on: Connection) -> float | None:
    """Wall time of the last run."""
    found = on.execute(select(runs.c.wall).where(runs.c.number == 1)).scalar()
    return None if found is None else float(found)


def ran(on: Connection, wall: float) -> None:
    """A run was at this time."""
    on.execute(delete(runs))
    on.execute(insert(runs).values(number=1, wall=wall))


def close(on: Connection, numbers: Sequence[int], reason: str, by: str, wall: float) -> None:
    """Nobody but compliance sees these calls from now on."""
    known = set(on.execute(select(closings.c.call_number)).scalars())
    fresh = [number for number in numbers if number not in known]
    if fresh:
        rows = [
            {"call_number": number, "reason": reason, "made_by": by, "made_wall": wall}
            for number in fresh
        ]
        on.execute(insert(closings), rows)


def closed_of(team: str) -> Select[Any]:
    """The query for the ids of the team's closed calls."""
    query = select(calls.c.call).join(closings, closings.c.call_number == calls.c.number)
    return query.where(calls.c.team == team)


def closed_calls(on: Connection, team: str) -> frozenset[str]:
    """Ids of the team's closed calls."""
    return frozenset(on.execute(closed_of(team)).scalars())


def reopen(on: Connection, numbers: Sequence[int]) -> None:
    """The calls are gone, or open again."""
    on.execute(delete(closings).where(closings.c.call_number.in_(numbers)))


def _add(on: Connection, table: Table, values: dict[str, Any]) -> int:
    made = on.execute(insert(table).values(values).returning(table.c.number))
    return int(made.scalar_one())


def _end(on: Connection, table: Table, how: str, number: int, by: str, wall: float) -> bool:
    mine = (table.c.number == number, table.c[f"{how}_wall"].is_(None))
    change = update(table).where(*mine).values({f"{how}_by": by, f"{how}_wall": wall})
    return on.execute(change).rowcount == 1


def _in_force(
    on: Connection, table: Table, ended: str, kind: type[M], *mine: ColumnElement[bool]
) -> list[M]:
    query = select(table).where(table.c[f"{ended}_wall"].is_(None), *mine).order_by(table.c.number)
    return [msgspec.convert(row, kind) for row in on.execute(query).mappings()]
