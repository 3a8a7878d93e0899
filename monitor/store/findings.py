"""Where each alert stands now: one row per alert, beside the log that holds its revisions."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, insert, select, update

from monitor.events import Alert, decode
from monitor.store.tables import alerts, events
from monitor.store.tables_desk import findings


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as lists and plots need it. Times of the call in seconds of media time."""

    team: str
    alert_id: str
    call_number: int
    agent: str
    category: str
    rule: str
    pack: str
    severity: str
    state: str
    start: float
    end: float
    quote: str
    raised_wall: float
    """Seconds since the epoch, UTC, of its first revision."""


def keep(connection: Connection, number: int, alert: Alert, wall: float) -> None:
    """Take over a revision of an alert of the call in row `number`."""
    values = _values(number, alert)
    changed = connection.execute(
        update(findings)
        .where(findings.c.team == (alert.team or ""), findings.c.alert_id == alert.id)
        .values(values)
    )
    if changed.rowcount == 0:
        connection.execute(insert(findings).values(**values, raised_wall=wall))


def rebuild(connection: Connection) -> int:
    """Make the rows again from the log; returns how many revisions were read."""
    found = connection.execute(
        select(events.c.call_number, events.c.recorded_wall, events.c.body)
        .join(alerts, alerts.c.event_number == events.c.number)
        .order_by(events.c.number)
    ).all()
    for row in found:
        alert = decode(row.body)
        assert isinstance(alert, Alert)
        keep(connection, row.call_number, alert, row.recorded_wall)
    return len(found)


def of_calls(connection: Connection, numbers: Sequence[int]) -> dict[int, list[FindingRow]]:
    """The alerts of these calls, each call's by time."""
    found: dict[int, list[FindingRow]] = {}
    query = (
        select(findings)
        .where(findings.c.call_number.in_(numbers))
        .order_by(findings.c.start, findings.c.alert_id)
    )
    for row in connection.execute(query).mappings():
        found.setdefault(row["call_number"], []).append(msgspec.convert(row, FindingRow))
    return found


def find(connection: Connection, number: int, alert_id: str) -> FindingRow | None:
    """One alert of a call."""
    query = select(findings).where(
        findings.c.call_number == number, findings.c.alert_id == alert_id
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else msgspec.convert(row, FindingRow)


def of_teams(connection: Connection, teams: Sequence[str], alert_id: str) -> FindingRow | None:
    """One alert of these teams."""
    query = select(findings).where(findings.c.team.in_(teams), findings.c.alert_id == alert_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else msgspec.convert(row, FindingRow)


def _values(number: int, alert: Alert) -> dict[str, object]:
    return {
        "team": alert.team or "",
        "alert_id": alert.id,
        "call_number": number,
        "agent": alert.agent or "",
        "category": alert.category,
        "rule": alert.rule,
        "pack": alert.pack,
        "severity": alert.severity,
        "state": alert.state,
        "start": alert.start,
        "end": alert.end,
        "quote": alert.quote,
    }
