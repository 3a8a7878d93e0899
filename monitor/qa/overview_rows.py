"""Rows of a period for the overview."""

from __future__ import annotations

from sqlalchemy import Connection, select

from monitor.qa.overview import AlertFact, CallFact
from monitor.store.tables import calls
from monitor.store.tables_desk import digests, findings


def of_period(
    connection: Connection, *, since: float, until: float, teams: tuple[str, ...] | None
) -> tuple[list[CallFact], list[AlertFact]]:
    """Calls that began in the period, and the alerts of those calls that were not withdrawn."""
    inside = [calls.c.started_wall >= since, calls.c.started_wall < until]
    if teams is not None:
        inside.append(calls.c.team.in_(teams))
    made = connection.execute(
        select(
            calls.c.number,
            calls.c.team,
            calls.c.agent,
            calls.c.started_wall,
            digests.c.duration_s,
            digests.c.covered_s,
            digests.c.opening,
        )
        .outerjoin(digests, digests.c.call_number == calls.c.number)
        .where(*inside)
    )
    raised = connection.execute(
        select(
            findings.c.alert_id,
            findings.c.call_number,
            findings.c.team,
            findings.c.agent,
            findings.c.category,
            findings.c.rule,
            findings.c.severity,
            findings.c.raised_wall,
        )
        .join(calls, calls.c.number == findings.c.call_number)
        .where(findings.c.state != "withdrawn", *inside)
    )
    facts = [CallFact(**row) for row in made.mappings()]
    alerts = [
        AlertFact(
            call=row.call_number,
            id=row.alert_id,
            team=row.team,
            agent=row.agent,
            category=row.category,
            rule=row.rule,
            severity=row.severity,
            raised_wall=row.raised_wall,
        )
        for row in raised
    ]
    return facts, alerts
