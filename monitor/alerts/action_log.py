"""The record of actions: per team, numbered without holes, committed before anybody sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Update, delete, exists, func, insert, select, update

from monitor.alerts import actions as pure
from monitor.alerts.actions import SYSTEM, Action, Deed, Facts, Limits, Standing
from monitor.errors import Conflict
from monitor.events import Alert
from monitor.store.tables import calls
from monitor.store.tables_actions import actions, feedback, standings


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a deed."""

    action: Action
    agent: str
    again: bool
    """The deed was recorded before under the same key; nothing changed."""


def opened(connection: Connection, alert: Alert, wall: float, limits: Limits) -> None:
    """An alert or a revision of it was logged: keep how it stands. In the same transaction."""
    assert alert.team is not None
    assert alert.seq is not None
    row = _row(connection, alert.team, alert.id)
    raised = wall if row is None else row.raised_wall
    known = Facts(call=alert.call, severity=alert.severity, state=alert.state, raised=raised)
    past = [] if row is None else of_alert(connection, alert.team, alert.id)
    now = pure.standing(known, past, limits)
    values = {
        "call": alert.call,
        "agent": alert.agent or "",
        "severity": alert.severity,
        "state": alert.state,
        "seq": alert.seq,
        "raised_wall": raised,
        **_columns(known, now),
    }
    if row is None:
        key = {"team": alert.team, "alert_id": alert.id}
        connection.execute(insert(standings).values(**key, **values))
    else:
        connection.execute(_at(alert.team, alert.id).values(**values))


def act(
    connection: Connection,
    team: str,
    alert_id: str,
    deed: Deed,
    *,
    actor: str,
    name: str,
    wall: float,
    limits: Limits,
) -> Done:
    """Record the deed; `actor` owns the key, `name` is shown. Raises `Conflict`."""
    row = _row(connection, team, alert_id)
    if row is None:
        raise Conflict("no_alert", "no such alert")
    known = connection.execute(
        select(actions.c.body).where(
            actions.c.team == team, actions.c.actor == actor, actions.c.key == deed.key
        )
    ).scalar()
    if known is not None:
        return Done(action=pure.decode(known), agent=row.agent, again=True)
    past = of_alert(connection, team, alert_id)
    about = facts(row)
    undoes = pure.check(deed, past, pure.standing(about, past, limits))
    bare = Action(
        seq=head(connection, team) + 1,
        alert=alert_id,
        call=row.call,
        action=deed.action,
        by=name,
        at=wall,
        reason=deed.reason.strip(),
        text=deed.text.strip(),
        undoes=undoes,
        level=row.level + 1 if deed.action == "escalate" else 0,
    )
    now = pure.standing(about, [*past, bare], limits)
    action = msgspec.structs.replace(bare, standing=now)
    _keep(connection, team, action, actor=actor, key=deed.key)
    connection.execute(_at(team, alert_id).values(**_columns(about, now)))
    return Done(action=action, agent=row.agent, again=False)


def escalate_due(
    connection: Connection, wall: float, limits: Limits, *, most: int
) -> list[tuple[str, Action]]:
    """Escalate the alerts nobody answered in time, the longest overdue first; with their teams."""
    due = connection.execute(
        select(standings.c.team, standings.c.alert_id, standings.c.level)
        .where(standings.c.due_wall <= wall)
        .order_by(standings.c.due_wall)
        .limit(most)
    ).all()
    told = []
    for row in due:
        done = act(
            connection,
            row.team,
            row.alert_id,
            Deed(action="escalate", key=_key(connection, row.team), reason="not_answered"),
            actor=SYSTEM,
            name=SYSTEM,
            wall=wall,
            limits=limits,
        )
        told.append((row.team, done.action))
    return told


def next_due(connection: Connection) -> float | None:
    """Wall time of the next escalation."""
    found: float | None = connection.execute(select(func.min(standings.c.due_wall))).scalar()
    return found


def head(connection: Connection, team: str) -> int:
    """The newest action of the team; 0 before the first."""
    found = connection.execute(select(func.max(actions.c.seq)).where(actions.c.team == team))
    return int(found.scalar() or 0)


def read(connection: Connection, team: str, *, after: int, limit: int) -> list[tuple[int, str]]:
    """Actions of the team that follow `after`: their places and JSON objects."""
    query = (
        select(actions.c.seq, actions.c.body)
        .where(actions.c.team == team, actions.c.seq > after)
        .order_by(actions.c.seq)
        .limit(limit)
    )
    return [(row.seq, row.body) for row in connection.execute(query)]


def of_alert(connection: Connection, team: str, alert_id: str) -> list[Action]:
    """Everything done about one alert, oldest first."""
    query = (
        select(actions.c.body)
        .where(actions.c.team == team, actions.c.alert_id == alert_id)
        .order_by(actions.c.seq)
    )
    return [pure.decode(body) for body in connection.execute(query).scalars()]


def call_of(connection: Connection, team: str, alert_id: str) -> str | None:
    """The call in which the alert was raised."""
    row = _row(connection, team, alert_id)
    return None if row is None else str(row.call)


def facts(row: Row[Any]) -> Facts:
    """What a row of `standings` says about the alert."""
    return Facts(call=row.call, severity=row.severity, state=row.state, raised=row.raised_wall)


def forget(connection: Connection, numbers: Sequence[int]) -> None:
    """Calls are deleted: that something was done stays, what people wrote about it goes."""
    mine = (calls.c.number.in_(numbers), calls.c.team == standings.c.team)
    here = exists().where(*mine, calls.c.call == standings.c.call)
    same = (actions.c.team == standings.c.team) & (actions.c.alert_id == standings.c.alert_id)
    done = select(actions.c.team, actions.c.seq, actions.c.body).join(standings, same).where(here)
    for row in connection.execute(done).all():
        action = pure.decode(row.body)
        bare = msgspec.structs.replace(action.standing, reason="")
        empty = msgspec.structs.replace(action, reason="", text="", standing=bare)
        place = (actions.c.team == row.team, actions.c.seq == row.seq)
        connection.execute(update(actions).where(*place).values(body=pure.encode(empty)))
    connection.execute(delete(standings).where(here))
    theirs = (calls.c.number.in_(numbers), calls.c.team == feedback.c.team)
    connection.execute(
        delete(feedback).where(exists().where(*theirs, calls.c.call == feedback.c.call))
    )


def _keep(connection: Connection, team: str, action: Action, *, actor: str, key: str) -> None:
    connection.execute(
        insert(actions).values(
            team=team,
            seq=action.seq,
            alert_id=action.alert,
            actor=actor,
            key=key,
            body=pure.encode(action),
        )
    )


def _key(connection: Connection, team: str) -> str:
    return f"escalation-{head(connection, team) + 1}"


def _row(connection: Connection, team: str, alert_id: str) -> Row[Any] | None:
    return connection.execute(
        select(standings).where(standings.c.team == team, standings.c.alert_id == alert_id)
    ).first()


def _at(team: str, alert_id: str) -> Update:
    return update(standings).where(standings.c.team == team, standings.c.alert_id == alert_id)


def _columns(facts: Facts, now: Standing) -> dict[str, object]:
    waits = now.status == "new" and facts.state != "withdrawn"
    return {"status": now.status, "level": now.level, "due_wall": now.due, "open": int(waits)}
