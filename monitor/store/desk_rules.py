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
    connection: Connection, *, limit: int, teams: tuple[str, ...] | None
) -> list[dict[str, Any]]:
    """Ended calls of these teams, newest first, with what decides their packs.

    Calls that were closed at a person's request are not among them.
    """
    query = (
        select(calls.c.number, calls.c.call, calls.c.agent, calls.c.industry, calls.c.business)
        .where(
            calls.c.ended_wall.is_not(None),
            calls.c.number.not_in(select(closings.c.call_number)),
        )
        .order_by(calls.c.number.desc())
        .limit(limit)
    )
    if teams is not None:
        query = query.where(calls.c.team.in_(teams))
    return [dict(row) for row in connection.execute(query).mappings()]
