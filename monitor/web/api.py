"""The record over HTTP, read only. Without a good token there is nothing but health and version."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from monitor import __version__, loopback
from monitor.access.permissions import Action, require, scope
from monitor.access.principal import Principal
from monitor.alerts import log
from monitor.errors import Refused
from monitor.ops import metrics
from monitor.store import calls, keeping
from monitor.store.calls import CallRow
from monitor.web.guarded import ACTION, identify
from monitor.web.sessions import peer
from monitor.web.state import State, state_of

_PAGE = 1000
"""Most rows in an answer."""


async def healthz(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Calls are taken: the database answers, nobody told the server to stop, and a call that
    began now would be heard."""
    state = state_of(request)
    if state.stopping.is_set():
        return JSONResponse({"status": "stopping"}, status_code=503)
    await state.store.read(lambda on: on.execute(select(1)).scalar())
    if not state.host.taking:
        return JSONResponse({"status": "overloaded"}, status_code=503)
    recording = "off" if state.recorder is None else state.recorder.health.state
    return JSONResponse({"status": "ready", "recording": recording})


async def version(_: Request) -> Response:
    """The program's version."""
    return JSONResponse({"version": __version__})


async def call_list(request: Request, state: State, principal: Principal) -> Response:
    """Calls, newest first: `limit`, `before` (a `number`), `team`."""
    part = scope(principal, "calls.read", request.query_params.get("team"))
    limit = whole_number(request, "limit", default=100, low=1, high=_PAGE)
    before = whole_number(request, "before", default=0, low=0, high=2**53) or None
    rows = await state.store.read(
        lambda on: calls.listed(
            on,
            closed=sees_closed(principal),
            teams=part.teams,
            agent=part.agent,
            limit=limit,
            before=before,
        )
    )
    return JSONResponse({"calls": [_public(row) for row in rows]})


async def call_events(request: Request, state: State, principal: Principal) -> Response:
    """Events of a call as recorded: a page of JSON, or all of them with `format=jsonl`."""
    row = await find_call(request, state, principal)
    if request.query_params.get("format") == "jsonl":
        return StreamingResponse(_lines(state, row), media_type="application/x-ndjson")
    after = whole_number(request, "after", default=0, low=0, high=2**31)
    limit = whole_number(request, "limit", default=_PAGE, low=1, high=_PAGE)
    page = await state.store.read(lambda on: calls.page(on, row.number, skip=after, limit=limit))
    return _raw(
        call=_public(row),
        events=[msgspec.Raw(body.encode()) for body in page],
        next=after + limit if len(page) == limit else None,
    )


async def alert_list(request: Request, state: State, principal: Principal) -> Response:
    """Alerts of a team that follow `after`, oldest first; `limit`, `team`."""
    part = scope(principal, "calls.read", request.query_params.get("team"))
    if part.agent is not None:
        raise Refused("wrong_role", "an agent reads the alerts of the own calls, call by call")
    if part.teams is None or len(part.teams) != 1:
        raise HTTPException(400, "bad_query: name a team")
    team = part.teams[0]
    after = whole_number(request, "after", default=0, low=0, high=2**53)
    limit = whole_number(request, "limit", default=100, low=1, high=_PAGE)
    head = await state.feed.head(team)
    found, hidden = await state.store.read(
        lambda on: (log.read(on, team, after=after, limit=limit), keeping.closed_calls(on, team))
    )
    if hidden and not sees_closed(principal):
        found = [each for each in found if each.call not in hidden]
    return _raw(
        team=team,
        epoch=head.epoch,
        seq=head.seq,
        alerts=[msgspec.Raw(each.body.encode()) for each in found],
    )


async def numbers(request: Request) -> Response:
    """Prometheus' numbers, for an admin token or, where the settings say so, for this machine."""
    state = state_of(request)
    local = peer(request) in loopback.ADDRESSES
    if not (local and state.settings.server.metrics_on_loopback):
        require(await identify(request, state), "metrics.read")
    return Response(state.metrics.text(), media_type=metrics.CONTENT_TYPE)


setattr(numbers, ACTION, "metrics.read")


def sees_closed(who: Principal) -> bool:
    """Whether calls that were closed at a person's request are still there for the holder."""
    return who.role == "compliance"


async def find_call(
    request: Request, state: State, who: Principal, action: Action = "calls.read"
) -> CallRow:
    """The call of the path, if the holder has `action` on it; 404 for what is not the holder's."""
    part = scope(who, action, request.query_params.get("team"))
    id_: str = request.path_params["call"]
    rows = await state.store.read(
        lambda on: calls.find(on, id_, closed=sees_closed(who), teams=part.teams, agent=part.agent)
    )
    if not rows:
        raise HTTPException(404, "no_call: no such call")
    if len(rows) > 1:
        raise HTTPException(400, "bad_query: several teams have a call of this id: name a team")
    return rows[0]


async def _lines(state: State, row: CallRow) -> AsyncIterator[bytes]:
    after = 0
    while page := await state.store.read(
        lambda on, after=after: calls.exported(on, row.number, after=after, limit=_PAGE)  # type: ignore[misc]
    ):
        yield "".join(event.body + "\n" for event in page).encode()
        after = page[-1].number


def whole_number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """A number of the query; answers 400 for anything else."""
    given = request.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 20 and low <= int(given) <= high):
        raise HTTPException(400, f"bad_query: {name} is a whole number from {low} to {high}")
    return int(given)


def path_number(request: Request, name: str) -> int:
    """A row number of the path; answers 404 for anything else."""
    given: str = request.path_params[name]
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise HTTPException(404, "no_such_number: there is nothing of this number")
    return int(given)


def _public(row: CallRow) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(row)
    return built | {"live": row.ended_wall is None}


def _raw(**parts: Any) -> Response:
    return Response(msgspec.json.encode(parts), media_type="application/json")
