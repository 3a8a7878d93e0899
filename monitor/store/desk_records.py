"""Samples drawn and exports made: who, when, by which plan or filters."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, insert, or_, select

from monitor.store import numbers
from monitor.store.tables_desk import cases, exports, samples

SOUND: Final = ("wav", "flac", "opus")
"""Formats of exported recordings; the others are files of results."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn sample; `plan` is the JSON that draws it again."""

    number: int = 0
    name: str
    team: str
    plan: str
    population: int
    size: int
    by: str
    at_wall: float


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A file that left the house; `sha256` names its bytes."""

    number: int = 0
    by: str
    role: str
    at_wall: float
    format: str
    rows: int
    filters: str
    sha256: str


def add_sample(connection: Connection, row: Sample) -> int:
    """Keep a sample; returns its number."""
    number = numbers.fresh(connection, samples, row.at_wall, samples.c.team == row.team)
    values = msgspec.to_builtins(row) | {"number": number}
    made = connection.execute(insert(samples).values(values).returning(samples.c.number))
    return int(made.scalar_one())


def listed_samples(
    connection: Connection, teams: tuple[str, ...] | None, limit: int, *, by: str
) -> list[dict[str, Any]]:
    """Samples of these teams, and those that `by` drew, with how many calls are reviewed.

    Newest first.
    """
    query = select(samples).order_by(samples.c.number.desc()).limit(limit)
    if teams is not None:
        query = query.where(or_(samples.c.team.in_(teams), samples.c.by == by))
    rows = [msgspec.convert(row, Sample) for row in connection.execute(query).mappings()]
    done = select(cases.c.sample, cases.c.state, func.count()).group_by(
        cases.c.sample, cases.c.state
    )
    counts = {(sample, state): count for sample, state, count in connection.execute(done)}
    return [
        msgspec.to_builtins(row)
        | {
            "plan": msgspec.json.decode(row.plan),
            "reviewed": counts.get((row.number, "reviewed"), 0),
            "appealed": counts.get((row.number, "appealed"), 0),
        }
        for row in rows
    ]


def add_export(connection: Connection, row: Export) -> int:
    """Keep who took which file out; returns its number."""
    number = numbers.fresh(connection, exports, row.at_wall, exports.c.by == row.by)
    values = msgspec.to_builtins(row) | {"number": number}
    made = connection.execute(insert(exports).values(values).returning(exports.c.number))
    return int(made.scalar_one())


def exported_rows(connection: Connection, by: str, since: float) -> int:
    """How many rows somebody took out after `since`."""
    mine = (exports.c.by == by, exports.c.at_wall > since, exports.c.format.not_in(SOUND))
    return int(connection.execute(select(func.sum(exports.c.rows)).where(*mine)).scalar() or 0)


def exported_recordings(connection: Connection, by: str, since: float) -> int:
    """How many recordings somebody took out after `since`."""
    mine = (exports.c.by == by, exports.c.at_wall > since, exports.c.format.in_(SOUND))
    return int(connection.execute(select(func.count()).where(*mine)).scalar_one())


def listed_exports(connection: Connection, limit: int, *, by: str | None) -> list[Export]:
    """Exported results, newest first; `by` None means everybody's."""
    query = select(exports).where(exports.c.format.not_in(SOUND))
    query = query.order_by(exports.c.number.desc()).limit(limit)
    if by is not None:
        query = query.where(exports.c.by == by)
    return [msgspec.convert(row, Export) for row in connection.execute(query).mappings()]
