"""`/api/session`: sign in, ask who is signed in, sign out."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor import loopback
from monitor.access.permissions import actions_of
from monitor.access.principal import Principal
from monitor.access.sessions import csrf_of
from monitor.errors import Refused
from monitor.web.auth import COOKIE, own_origin
from monitor.web.body import read_json
from monitor.web.state import State, state_of

_Secret = Annotated[str, Meta(max_length=512)]


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token; or name and password and, for accounts that have one, the code of the app; or the
    one-time code of the first start alone."""

    token: _Secret | None = None
    name: _Secret | None = None
    password: _Secret | None = None
    code: Annotated[str, Meta(max_length=16)] | None = None


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    name: str
    role: str
    team: str
    """The first team; empty for a holder of all teams or of none."""
    teams: tuple[str, ...]
    agent: str
    csrf: str
    """To be sent as `X-CSRF-Token` with everything that changes something."""
    actions: tuple[str, ...]
    """What this role may do to something, for menus; the server decides each time anew."""


async def sign_in(request: Request) -> Response:
    """`POST`: begin a session; its cookie comes with the answer."""
    state = state_of(request)
    refuse_foreign_page(request, state)
    given = await read_json(request, SignIn)
    who = await _who(request, state, given)
    await state.audit.note(who.label, "session.begin", who.role, peer=peer(request))
    _, cookie = await asyncio.to_thread(state.door.sessions.begin, who)
    answer = _answer(_about(who, cookie))
    set_cookie(request, answer, cookie, max_age_s=round(state.settings.access.session_s))
    return answer


async def show(request: Request) -> Response:
    """`GET`: who is signed in."""
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        return _nobody(state_of(request), "no_session", "nobody is signed in")
    try:
        who = await state_of(request).door.resume(cookie)
    except Refused as fault:
        return _nobody(state_of(request), fault.code, fault.message)
    return _answer(_about(who, cookie))


async def sign_out(request: Request) -> Response:
    """`DELETE`: the session is over, and so are its sockets."""
    door = state_of(request).door
    try:
        who = await door.of_request(request)
    except Refused as fault:
        status = 403 if fault.code == "bad_csrf" else 401
        raise HTTPException(status, f"{fault.code}: {fault.message}") from None
    state_of(request).audit.jot(who.label, "session.end")
    await asyncio.to_thread(door.sessions.end, who.session)
    door.tell()
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def set_cookie(request: Request, answer: Response, cookie: str, *, max_age_s: int) -> None:
    """The cookie goes over TLS only, unless the browser is on this very machine."""
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=max_age_s,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.hostname not in loopback.NAMES,
    )


def refuse_foreign_page(request: Request, state: State) -> None:
    """Nobody signs a browser in from another site."""
    if "origin" in request.headers and not own_origin(request, state.settings.server.origins):
        raise HTTPException(403, "foreign_origin: sign in from the server's own page")


async def _who(request: Request, state: State, given: SignIn) -> Principal:
    if not state.tries.take(peer(request)):
        raise HTTPException(429, "too_many_tries: wait a minute")
    try:
        if given.token is not None:
            return await state.door.admit(given.token)
        if given.code is not None and given.name is None:
            return await _first_use(request, state, given.code)
        if given.name is None or given.password is None:
            raise HTTPException(400, "bad_login: send token, or name and password")
        async with state.hashing:
            return await asyncio.to_thread(
                state.door.accounts.sign_in, given.name, given.password, given.code
            )
    except Refused as fault:
        state.audit.jot(
            "nobody", "session.begin", outcome="refused", code=fault.code, peer=peer(request)
        )
        code = "bad_login" if fault.code == "locked" else fault.code
        raise HTTPException(401, f"{code}: {fault.message}") from None


async def _first_use(request: Request, state: State, code: str) -> Principal:
    """Who types the code of the first start sees the demo team, and only on this machine."""
    if peer(request) not in loopback.ADDRESSES or state.first is None or not state.first.take(code):
        raise HTTPException(401, "bad_code: the code is wrong or used up; restart for another")
    return await asyncio.to_thread(state.door.first_use, state.clock)


def peer(request: Request) -> str:
    """The address that asks."""
    return "" if request.client is None else request.client.host


def _nobody(state: State, code: str, message: str) -> Response:
    error: dict[str, Any] = {"error": {"code": code, "message": message}}
    if state.first is not None and state.first.good:
        error["first"] = True
    if state.oidc is not None:
        error["oidc"] = {"label": state.settings.oidc.label, "start": "/api/oidc/start"}
    return JSONResponse(error, status_code=401)


def _about(who: Principal, cookie: str) -> SignedIn:
    return SignedIn(
        name=who.name or who.agent or who.team or who.role,
        role=who.role,
        team=who.team,
        teams=who.teams,
        agent=who.agent,
        csrf=csrf_of(cookie),
        actions=actions_of(who.role),
    )


def _answer(about: SignedIn) -> JSONResponse:
    built: dict[str, Any] = msgspec.to_builtins(about)
    return JSONResponse(built)
