"""The log of alerts: per team, numbered without holes, committed before anybody sees them."""

from __future__ import annotations

import secrets

import msgspec
from sqlalchemy import Connection, insert, select, update

from monitor.events import Alert, CallStarted, encode
from monitor.store import calls, findings
from monitor.store.tables import alerts, events, streams


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a team's log. `seq` numbers mean something only within their `epoch`."""

    epoch: str
    """16 hexadecimal digits, random; another one after the database was made anew."""
    seq: int
    """The last alert up to here; 0 is before the first."""


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """A committed alert as it goes to subscribers."""

    seq: int
    alert: str
    """The alert's id; revisions of one alert share it."""
    state: str
    body: str
    """The JSON object, with `seq` and `epoch`."""

    @property
    def call(self) -> str:
        """Of which call it is."""
        return msgspec.json.decode(self.body, type=_OfCall).call


class _OfCall(msgspec.Struct, frozen=True):
    call: str


def append(
    connection: Connection, call: CallStarted, number: int, alert: Alert, wall: float
) -> Alert | None:
    """Log the alert of the call in row `number`; returns it with its place and its team.

    None when the log has this alert with the same state, severity and count: told again, say
    after a crash, it is one alert. Anything else about a known id is a revision: a new place, the
    same id. Call inside the writer's transaction, which makes the place final.
    """
    known = connection.execute(
        select(alerts.c.seq).where(
            alerts.c.team == call.team,
            alerts.c.alert_id == alert.id,
            alerts.c.state == alert.state,
            alerts.c.severity == alert.severity,
            alerts.c.count == alert.count,
        )
    ).scalar()
    if known is not None:
        return None
    place = _take(connection, call.team)
    placed = msgspec.structs.replace(
        alert,
        seq=place.seq,
        epoch=place.epoch,
        team=call.team,
        agent=alert.agent or call.agent,
    )
    event = calls.add(connection, number, placed, wall)
    connection.execute(
        insert(alerts).values(
            team=call.team,
            seq=place.seq,
            event_number=event,
            alert_id=alert.id,
            state=alert.state,
            severity=alert.severity,
            count=alert.count,
        )
    )
    findings.keep(connection, number, placed, wall)
    return placed


def logged(placed: Alert) -> Logged:
    """The form in which a committed alert is sent."""
    assert placed.seq is not None
    return Logged(seq=placed.seq, alert=placed.id, state=placed.state, body=encode(placed).decode())


def head(connection: Connection, team: str) -> Place:
    """The end of the team's log; begins a log for a team that has none (needs the writer)."""
    _begin(connection, team)
    row = connection.execute(
        select(streams.c.next_seq, streams.c.epoch).where(streams.c.team == team)
    ).one()
    return Place(epoch=row.epoch, seq=row.next_seq - 1)


def read(connection: Connection, team: str, *, after: int, limit: int) -> list[Logged]:
    """Alerts of the team that follow `after`, in order, at most `limit`."""
    query = (
        select(alerts.c.seq, alerts.c.alert_id, alerts.c.state, events.c.body)
        .join(events, events.c.number == alerts.c.event_number)
        .where(alerts.c.team == team, alerts.c.seq > after)
        .order_by(alerts.c.seq)
        .limit(limit)
    )
    return [
        Logged(seq=row.seq, alert=row.alert_id, state=row.state, body=row.body)
        for row in connection.execute(query)
    ]


def renew_epochs(connection: Connection) -> int:
    """Give every team's log a new epoch, as after restoring a backup; returns how many."""
    teams = connection.execute(select(streams.c.team)).scalars().all()
    for team in teams:
        change = update(streams).where(streams.c.team == team).values(epoch=_epoch())
        connection.execute(change)
    return len(teams)


def _take(connection: Connection, team: str) -> Place:
    # in the transaction of the row itself: a database sequence would show numbers out of order
    take = (
        update(streams)
        .where(streams.c.team == team)
        .values(next_seq=streams.c.next_seq + 1)
        .returning(streams.c.next_seq, streams.c.epoch)
    )
    row = connection.execute(take).first()
    if row is None:
        _begin(connection, team)
        row = connection.execute(take).one()
    return Place(epoch=row.epoch, seq=row.next_seq - 1)


def _begin(connection: Connection, team: str) -> None:
    known = connection.execute(select(streams.c.team).where(streams.c.team == team)).scalar()
    if known is None:
        connection.execute(insert(streams).values(team=team, next_seq=1, epoch=_epoch()))


def _epoch() -> str:
    return secrets.token_hex(8)
