"""`/api/retention`, `/api/holds`, `/api/persons`: what is kept, what stays, what people ask for."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.access import approvals
from monitor.access.permissions import require
from monitor.access.policies import Artefact, Basis
from monitor.access.principal import Principal
from monitor.errors import Refused
from monitor.store import calls, keeping, proposals, sealed
from monitor.store.calls import CallRow
from monitor.text.private import masked
from monitor.web.api import path_number, whole_number
from monitor.web.body import read_json
from monitor.web.state import State

_Reason = Annotated[str, Meta(min_length=2, max_length=500)]
_Name = Annotated[str, Meta(max_length=128)]
_Days = Annotated[int, Meta(ge=0, le=36_600)]
_EVENTS = 100_000


class NewPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy to put in force."""

    industry: Annotated[str, Meta(min_length=1, max_length=32)]
    artefact: Artefact
    keep_days: _Days
    delete_days: _Days | None = None
    basis: Basis
    source: _Reason


class NewHold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that must not be deleted: a call, or with an empty call the whole team."""

    team: Annotated[str, Meta(min_length=1, max_length=128)]
    call: _Name = ""
    reason: _Reason
    review_wall: float
    """When somebody has to look at it again, seconds since the epoch; it holds on after that."""


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person asks for about the calls with him or her."""

    team: Annotated[str, Meta(min_length=1, max_length=128)]
    calls: Annotated[tuple[_Name, ...], Meta(min_length=1, max_length=100)]
    want: Literal["copy", "close", "open"]
    reason: _Reason


async def policies(request: Request, state: State, who: Principal) -> Response:
    """`GET /api/retention`: policies in force, the last run, the newest deletions one may see."""
    limit = whole_number(request, "limit", default=100, low=1, high=1000)
    rules, last, gone = await state.store.read(
        lambda on: (
            keeping.policies_in_force(on),
            keeping.last_run(on),
            keeping.deleted(on, limit=limit, teams=who.teams or None),
        )
    )
    built: dict[str, Any] = {
        "delete": state.settings.retention.delete,
        "policies": msgspec.to_builtins(rules),
        "last_run": last,
        "deletions": msgspec.to_builtins(gone),
    }
    return JSONResponse(built)


async def add_policy(request: Request, state: State, who: Principal) -> Response:
    """`POST /api/retention`: put a policy in force."""
    wanted = await read_json(request, NewPolicy)
    if wanted.delete_days is not None and wanted.delete_days < wanted.keep_days:
        raise HTTPException(400, "bad_policy: deleted before the time it is kept")
    values, wall = msgspec.to_builtins(wanted), state.clock.wall()
    await state.audit.note(who.label, "retention.policy", wanted.industry, **values)
    number = await state.store.write(
        lambda on: keeping.add_policy(on, **values, made_by=who.label, made_wall=wall)
    )
    return JSONResponse({"number": number}, status_code=201)


async def retire_policy(request: Request, state: State, who: Principal) -> Response:
    """`DELETE /api/retention/{number}`: take a policy out of force; needs a second person."""
    number, wall = path_number(request, "number"), state.clock.wall()

    def job(on: Any) -> bool:
        approvals.use(on, who, action="retention.shorten", about=f"policy {number}", wall=wall)
        return keeping.retire_policy(on, number, who.label, wall)

    if not await state.store.write(job):
        raise HTTPException(404, "no_policy: no policy in force has this number")
    await state.audit.note(who.label, "retention.retire", f"policy {number}")
    return Response(status_code=204)


async def run_now(_: Request, state: State, who: Principal) -> Response:
    """`POST /api/retention/run`: run once, whatever the clock did since the last time."""
    await state.audit.note(who.label, "retention.run")
    return JSONResponse({"deleted": await state.keeper.once(clock_confirmed=True)})


async def holds(_: Request, state: State, who: Principal) -> Response:
    """`GET /api/holds`: holds in force on the holder's teams, and whether their review is due."""
    now = state.clock.wall()
    found = await state.store.read(lambda on: keeping.holds_in_force(on, who.teams or None))
    built = [msgspec.to_builtins(row) | {"review_due": row.review_wall <= now} for row in found]
    return JSONResponse({"holds": built})


async def add_hold(request: Request, state: State, who: Principal) -> Response:
    """`POST /api/holds`: nothing of it is deleted until it is released."""
    wanted = await read_json(request, NewHold)
    wall = state.clock.wall()
    if who.teams and wanted.team not in who.teams:
        raise Refused("wrong_team", f"{wanted.team} is another team")
    if wanted.review_wall <= wall:
        raise HTTPException(400, "bad_hold: the review lies in the past")
    values = msgspec.to_builtins(wanted) | {"reason": masked(wanted.reason)}
    about = f"{wanted.team}/{wanted.call}"
    await state.audit.note(who.label, "holds.add", about, reason=values["reason"])
    number = await state.store.write(
        lambda on: keeping.add_hold(on, **values, made_by=who.label, made_wall=wall)
    )
    return JSONResponse({"number": number}, status_code=201)


async def release_hold(request: Request, state: State, who: Principal) -> Response:
    """`DELETE /api/holds/{number}`: release it; needs a second person."""
    number, wall = path_number(request, "number"), state.clock.wall()

    def job(on: Any) -> bool:
        if who.teams and keeping.team_of_hold(on, number) not in who.teams:
            return False
        approvals.use(on, who, action="holds.release", about=f"hold {number}", wall=wall)
        return keeping.release_hold(on, number, who.label, wall)

    if not await state.store.write(job):
        raise HTTPException(404, "no_hold: no hold in force has this number")
    await state.audit.note(who.label, "holds.release", f"hold {number}")
    return Response(status_code=204)


async def answer_person(request: Request, state: State, who: Principal) -> Response:
    """`POST /api/persons`: a copy of a person's calls, or close them to all but compliance."""
    wanted = await read_json(request, Asked)
    require(who, "persons.answer", team=wanted.team)
    reason, wall = masked(wanted.reason), state.clock.wall()
    rows = await _calls(state, wanted)
    detail = {"want": wanted.want, "calls": list(wanted.calls), "reason": reason}
    await state.audit.note(who.label, "persons.answer", wanted.team, **detail)
    numbers = [row.number for row in rows]
    if wanted.want == "copy":
        return JSONResponse({"calls": [await _copy(state, row) for row in rows]})
    if wanted.want == "close":
        await state.store.write(lambda on: _close(on, numbers, reason, who.label, wall))
    else:
        await state.store.write(lambda on: keeping.reopen(on, numbers))
    state.feed.closings_changed(wanted.team)
    return JSONResponse({"calls": [row.call for row in rows]})


def _close(on: Connection, numbers: list[int], reason: str, by: str, wall: float) -> None:
    keeping.close(on, numbers, reason, by, wall)
    proposals.forget(on, numbers)


async def _calls(state: State, wanted: Asked) -> list[CallRow]:
    def job(on: Any) -> list[CallRow]:
        return [
            row
            for call in wanted.calls
            for row in calls.find(on, call, teams=[wanted.team], closed=True)
        ]

    rows = await state.store.read(job)
    missing = set(wanted.calls) - {row.call for row in rows}
    if missing:
        raise HTTPException(404, f"no_call: no such call: {', '.join(sorted(missing))}")
    return rows


async def _copy(state: State, row: CallRow) -> dict[str, Any]:
    """Everything recorded of a call, and what of it is masked as it was said."""
    shown = await state.store.read(lambda on: calls.exported(on, row.number, limit=_EVENTS))
    said = await state.store.read(lambda on: sealed.of_call(on, row.number, state.words.open))
    return await asyncio.to_thread(
        lambda: {
            "call": msgspec.to_builtins(row),
            "events": [msgspec.json.decode(each.body) for each in shown],
            "as_said": [msgspec.json.decode(each) for each in said],
        }
    )
