"""Rows of a period for the overview."""

from __future__ import annotations

from sqlalchemy import Connection, select

from monitor.alerts.actions import decode
from monitor.qa.overview import AlertFact, CallFact
from monitor.store.tables import calls
from monitor.store.tables_actions import actions
from monitor.store.tables_desk import digests, findings

ANSWERS = ("acknowledge", "false_alarm")
"""Actions with which a supervisor answers an alert."""


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
    answered = _answered(connection, since=since, teams=teams)
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
            acknowledged_s=None if at is None else max(0.0, at - row.raised_wall),
        )
        for row in raised
        for at in (answered.get((row.team, row.alert_id)),)
    ]
    return facts, alerts


def _answered(
    connection: Connection, *, since: float, teams: tuple[str, ...] | None
) -> dict[tuple[str, str], float]:
    """(team, alert) to the wall time of its first answer, for answers given since."""
    query = select(actions.c.team, actions.c.body).order_by(actions.c.team, actions.c.seq)
    if teams is not None:
        query = query.where(actions.c.team.in_(teams))
    found: dict[tuple[str, str], float] = {}
    for row in connection.execute(query):
        action = decode(row.body)
        if action.at >= since and action.action in ANSWERS:
            found.setdefault((row.team, action.alert), action.at)
    return found
