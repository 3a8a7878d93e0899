"""`/api/approvals`: ask a second person, and decide what another one asked for."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.access import approvals
from monitor.access.principal import Principal
from monitor.store import approvals as rows
from monitor.text.private import masked
from monitor.web.api import path_number, whole_number
from monitor.web.body import read_json
from monitor.web.state import State


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wants to do, to what, and why."""

    action: Annotated[str, Meta(max_length=32)]
    about: Annotated[str, Meta(min_length=1, max_length=256)]
    reason: Annotated[str, Meta(min_length=2, max_length=500)]


class Verdict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether somebody agrees."""

    agree: bool


async def listed(request: Request, state: State, who: Principal) -> Response:
    """`GET`: what was asked for in the holder's teams, newest first; `limit`."""
    limit = whole_number(request, "limit", default=100, low=1, high=1000)
    found = await state.store.read(
        lambda on: rows.newest(on, limit=limit, shown=partial(approvals.shown, who))
    )
    return JSONResponse({"approvals": msgspec.to_builtins(found)})


async def ask(request: Request, state: State, who: Principal) -> Response:
    """`POST`: ask for something."""
    wanted = await read_json(request, Asked)
    wall = state.clock.wall()
    row = await state.store.write(
        lambda on: approvals.ask(
            on,
            who,
            action=wanted.action,
            about=wanted.about,
            reason=masked(wanted.reason),
            wall=wall,
        )
    )
    await state.audit.note(who.label, "approvals.ask", row.about, wanted=row.action)
    return JSONResponse(msgspec.to_builtins(row), status_code=201)


async def decide(request: Request, state: State, who: Principal) -> Response:
    """`POST /api/approvals/{number}`: agree, or not."""
    verdict = await read_json(request, Verdict)
    number, wall = path_number(request, "number"), state.clock.wall()
    row = await state.store.write(
        lambda on: approvals.decide(on, who, number, agreed=verdict.agree, wall=wall)
    )
    await state.audit.note(
        who.label, "approvals.decide", row.about, wanted=row.action, agreed=verdict.agree
    )
    return JSONResponse(msgspec.to_builtins(row))
