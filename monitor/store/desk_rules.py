"""How busy each rule is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from monitor.store.tables import calls
from monitor.store.tables_desk import findings
from monitor.store.tables_keeping import closings


def alerts_by_rule(
    connection: Connection, *, since: float, teams: tuple[str, ...] | None
) -> dict[str, int]:
    """Alerts of these teams that stand, raised since a wall time, by rule; None is every team."""
    query = (
        select(findings.c.rule, func.count())
        .where(findings.c.raised_wall >= since, findings.c.state != "withdrawn")
        .group_by(findings.c.rule)
    )
    if teams is not None:
        query = query.where(findings.c.team.in_(teams))
    return {row.rule: row[1] for row in connection.execute(query)}


def ended_calls(
    connection: Connection, *, of_each: int, teams: tuple[str, ...] | None
) -> list[dict[str, Any]]:
    """The newest ended calls of each of these teams, with what decides their packs.

    Calls that were closed at a person's request are not among them.
    """
    newest = func.row_number().over(partition_by=calls.c.team, order_by=calls.c.number.desc())
    ended = select(
        calls.c.number,
        calls.c.team,
        calls.c.call,
        calls.c.agent,
        calls.c.industry,
        calls.c.business,
        newest.label("place"),
    ).where(
        calls.c.ended_wall.is_not(None),
        calls.c.number.not_in(select(closings.c.call_number)),
    )
    if teams is not None:
        ended = ended.where(calls.c.team.in_(teams))
    each = ended.subquery()
    query = select(each).where(each.c.place <= of_each).order_by(each.c.number.desc())
    return [dict(row) for row in connection.execute(query).mappings()]
