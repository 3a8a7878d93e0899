"""What an agent may see of the own alerts, and say about prompts that were of no help."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection, insert, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.access.permissions import require
from monitor.access.principal import Principal
from monitor.errors import Conflict
from monitor.store import keeping
from monitor.store.tables import alerts, events
from monitor.store.tables_actions import feedback, standings
from monitor.web.api import sees_closed
from monitor.web.body import read_json
from monitor.web.state import State

MOST = 50
"""Newest alerts that are shown."""


class Own(Struct, frozen=True, kw_only=True):
    """An alert of the agent's own calls; who decided about it is not the agent's business."""

    alert: msgspec.Raw
    raised: float
    status: str


class Feedback(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prompt was of no help. The same `key` again is the same word."""

    key: Annotated[str, Meta(min_length=8, max_length=64)]
    call: Annotated[str, Meta(min_length=1, max_length=128)]
    reason: Annotated[str, Meta(max_length=128)]
    """The `reason` of the prompt."""
    text: Annotated[str, Meta(max_length=400)] = ""
    """What it said."""


async def own_alerts(request: Request, state: State, who: Principal) -> Response:
    """Alerts of the agent's calls, newest first."""
    team, agent = _asked(request, who)
    require(who, "calls.read", team=team, agent=agent)
    found = await state.store.read(lambda on: _alerts(on, team, agent, closed=sees_closed(who)))
    return Response(msgspec.json.encode({"alerts": found}), media_type="application/json")


async def give(request: Request, state: State, who: Principal) -> Response:
    """Keep what the agent says of a prompt."""
    team, agent = _asked(request, who)
    require(who, "prompts.watch", team=team, agent=agent)
    word = await read_json(request, Feedback)
    if who.agent != agent:
        raise Conflict("not_yours", "only the agent says what was of no help")
    wall = state.clock.wall()
    await state.store.write(lambda on: _keep(on, team, agent, word, wall))
    return JSONResponse({})


def _asked(request: Request, who: Principal) -> tuple[str, str]:
    agent: str = request.path_params["agent"]
    return request.query_params.get("team") or who.team, agent


def _alerts(connection: Connection, team: str, agent: str, *, closed: bool) -> list[Own]:
    shown = [] if closed else [standings.c.call.not_in(keeping.closed_of(team))]
    query = (
        select(standings.c.raised_wall, standings.c.status, events.c.body)
        .join(alerts, (alerts.c.team == standings.c.team) & (alerts.c.seq == standings.c.seq))
        .join(events, events.c.number == alerts.c.event_number)
        .where(standings.c.team == team, standings.c.agent == agent)
        .where(standings.c.state == "confirmed", *shown)
        .order_by(standings.c.seq.desc())
        .limit(MOST)
    )
    return [
        Own(alert=msgspec.Raw(row.body.encode()), raised=row.raised_wall, status=row.status)
        for row in connection.execute(query)
    ]


def _keep(connection: Connection, team: str, agent: str, word: Feedback, wall: float) -> None:
    key = {"team": team, "agent": agent, "key": word.key}
    known = select(feedback.c.key).filter_by(**key)
    if connection.execute(known).scalar() is None:
        values = {"call": word.call, "at_wall": wall, "reason": word.reason, "text": word.text}
        connection.execute(insert(feedback).values(**key, **values))
