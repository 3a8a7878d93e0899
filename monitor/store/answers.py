"""What supervisors answered on the wall: weaker than a reviewer's verdict, but far more of it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from monitor.qa.review_verdicts import Said
from monitor.store.tables_actions import standings
from monitor.store.tables_desk import findings

VERDICT = {"acknowledged": "upheld", "false_alarm": "false_alarm"}
"""A supervisor chooses between the two; what was not answered says nothing."""


def said(connection: Connection, teams: tuple[str, ...] | None = None) -> list[Said]:
    """Each answered alert as a verdict; put before those of reviewers, which replace it."""
    query = (
        select(standings.c.team, standings.c.alert_id, standings.c.status, findings.c.rule)
        .join(
            findings,
            (findings.c.team == standings.c.team) & (findings.c.alert_id == standings.c.alert_id),
        )
        .where(standings.c.status.in_(tuple(VERDICT)), findings.c.state != "withdrawn")
    )
    if teams is not None:
        query = query.where(standings.c.team.in_(teams))
    return [
        Said(
            team=row.team,
            alert=row.alert_id,
            kind="verdict",
            verdict=VERDICT[row.status],
            rule=row.rule,
        )
        for row in connection.execute(query)
    ]
