"""What a supervisor's screen begins with: the open alerts, the last settled ones, and a place in
the feed from which nothing is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, func, select
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.alerts import action_log, actions
from monitor.alerts.actions import Limits, Standing
from monitor.store import keeping
from monitor.store.tables import alerts, events, streams
from monitor.store.tables_actions import actions as deeds
from monitor.store.tables_actions import standings
from monitor.web.actions import name_of, team_asked
from monitor.web.api import sees_closed
from monitor.web.state import State

OPEN = 1000
"""Most open alerts a screen begins with; the newest."""

SETTLED = 200
"""Most settled alerts."""

_CHUNK = 500


class Entry(Struct, frozen=True, kw_only=True):
    """An alert, how it stands, and everything done about it."""

    alert: msgspec.Raw
    raised: float
    """Wall time at which it was first recorded."""
    standing: Standing
    actions: tuple[msgspec.Raw, ...] = ()


class View(Struct, frozen=True, kw_only=True):
    """The answer."""

    team: str
    name: str
    epoch: str
    seq: int
    action: int
    now: float
    limits: Limits
    entries: list[Entry]
    left_off: int
    """Open alerts that are older than those shown."""


async def wall_view(request: Request, state: State, who: Principal) -> Response:
    """The screen's beginning; go on with `/ws/alerts` from its epoch, seq and action."""
    team = team_asked(request, who, "alerts.watch")
    await state.feed.head(team)
    view = await state.store.read(
        lambda on: _view(on, team, who, state.clock.wall(), state.deeds.limits)
    )
    return Response(msgspec.json.encode(view), media_type="application/json")


def _view(connection: Connection, team: str, who: Principal, now: float, limits: Limits) -> View:
    closed = sees_closed(who)
    stream = connection.execute(select(streams).where(streams.c.team == team)).one()
    waiting = connection.execute(
        select(func.count()).select_from(standings).where(*_of(team, True, closed))
    ).scalar_one()
    entries = [
        *_entries(connection, team, limits, open_ones=True, closed=closed, most=OPEN),
        *_entries(connection, team, limits, open_ones=False, closed=closed, most=SETTLED),
    ]
    return View(
        team=team,
        name=name_of(who),
        epoch=stream.epoch,
        seq=stream.next_seq - 1,
        action=action_log.head(connection, team),
        now=now,
        limits=limits,
        entries=entries,
        left_off=max(0, waiting - OPEN),
    )


def _entries(
    connection: Connection, team: str, limits: Limits, *, open_ones: bool, closed: bool, most: int
) -> Iterable[Entry]:
    rows = connection.execute(
        select(standings, events.c.body)
        .join(alerts, (alerts.c.team == standings.c.team) & (alerts.c.seq == standings.c.seq))
        .join(events, events.c.number == alerts.c.event_number)
        .where(*_of(team, open_ones, closed))
        .order_by(standings.c.seq.desc())
        .limit(most)
    ).all()
    done = _done(connection, team, [row.alert_id for row in rows])
    for row in rows:
        bodies = done.get(row.alert_id, [])
        past = [actions.decode(body) for body in bodies]
        yield Entry(
            alert=msgspec.Raw(row.body.encode()),
            raised=row.raised_wall,
            standing=actions.standing(action_log.facts(row), past, limits),
            actions=tuple(msgspec.Raw(body.encode()) for body in bodies),
        )


def _done(connection: Connection, team: str, ids: list[str]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(deeds.c.alert_id, deeds.c.body)
            .where(deeds.c.team == team, deeds.c.alert_id.in_(ids[start : start + _CHUNK]))
            .order_by(deeds.c.seq)
        )
        for row in connection.execute(query):
            found[row.alert_id].append(row.body)
    return found


def _of(team: str, open_ones: bool, closed: bool) -> list[ColumnElement[bool]]:
    shown = [] if closed else [standings.c.call.not_in(keeping.closed_of(team))]
    return [standings.c.team == team, standings.c.open == int(open_ones), *shown]
