"""How busy each rule is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from monitor.store.tables import calls
from monitor.store.tables_desk import findings


def alerts_by_rule(connection: Connection, *, since: float) -> dict[str, int]:
    """Alerts that stand, raised since a wall time, by rule."""
    query = (
        select(findings.c.rule, func.count())
        .where(findings.c.raised_wall >= since, findings.c.state != "withdrawn")
        .group_by(findings.c.rule)
    )
    return {row.rule: row[1] for row in connection.execute(query)}


def ended_calls(connection: Connection, *, limit: int) -> list[dict[str, Any]]:
    """Ended calls, newest first, with what decides their packs."""
    query = (
        select(calls.c.number, calls.c.call, calls.c.agent, calls.c.industry, calls.c.business)
        .where(calls.c.ended_wall.is_not(None))
        .order_by(calls.c.number.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
