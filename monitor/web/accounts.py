"""`/api/setup`, `/api/accounts` and the own password: accounts over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.access import totp
from monitor.access.accounts import Accounts, NewAccount
from monitor.access.principal import Principal
from monitor.errors import BadInput, Refused
from monitor.store.accounts import AccountRow
from monitor.web.body import read_json
from monitor.web.sessions import refuse_foreign_page
from monitor.web.state import State, state_of

_Text = Annotated[str, Meta(max_length=512)]
_Teams = Annotated[tuple[Annotated[str, Meta(max_length=128)], ...], Meta(max_length=64)]


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to make."""

    name: _Text
    password: _Text
    role: _Text
    teams: _Teams = ()
    agent: _Text = ""

    def account(self) -> NewAccount:
        """The same, in the words of `access`."""
        return NewAccount(
            name=self.name,
            password=self.password,
            role=self.role,
            teams=self.teams,
            agent=self.agent,
        )


class SetUp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one-time code of the first start, and the first people."""

    code: Annotated[str, Meta(max_length=16)]
    people: Annotated[tuple[Person, ...], Meta(min_length=1, max_length=8)]


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be another way; what is left out stays. A change of rights names all three."""

    role: _Text | None = None
    teams: _Teams = ()
    agent: _Text = ""
    disabled: bool | None = None
    password: _Text | None = None


class OwnPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The old password and the new one; `code` for accounts with an authenticator app."""

    old: _Text
    new: _Text
    code: Annotated[str, Meta(max_length=16)] | None = None


async def set_up(request: Request) -> Response:
    """`POST /api/setup`: make the first accounts, an administrator among them."""
    state = state_of(request)
    refuse_foreign_page(request, state)
    given = await read_json(request, SetUp)
    people = [person.account() for person in given.people]
    if state.first is None or not state.first.take(given.code):
        raise HTTPException(401, "bad_code: the code is wrong or used up; restart for another")
    await state.audit.note("nobody", "accounts.setup", people=[new.name for new in people])
    async with state.hashing:
        made = await _asked(state.door.accounts.add_first, people)
    return JSONResponse({"accounts": [_public(row) for row in made]}, status_code=201)


async def listed(_: Request, state: State, __: Principal) -> Response:
    """`GET /api/accounts`: every account, without secrets."""
    rows = await asyncio.to_thread(state.door.accounts.shelf.listed)
    return JSONResponse({"accounts": [_public(row) for row in rows]})


async def add(request: Request, state: State, who: Principal) -> Response:
    """`POST /api/accounts`: make an account."""
    _signed_in(who)
    person = await read_json(request, Person)
    async with state.hashing:
        row = await _asked(state.door.accounts.add, person.account())
    return JSONResponse(_public(row), status_code=201)


async def change(request: Request, state: State, who: Principal) -> Response:
    """`PATCH /api/accounts/{name}`: other rights, another password, disabled or not."""
    _signed_in(who)
    accounts = state.door.accounts
    wanted = await read_json(request, Change)
    row = await _found(accounts, request.path_params["name"])
    if row.id == who.id:
        raise Refused("own_account", "nobody changes the rights of the own account")
    if wanted.role is not None:
        await _asked(accounts.change_rights, row, wanted.role, wanted.teams, wanted.agent)
    if wanted.password is not None:
        async with state.hashing:
            await _asked(accounts.change_password, row, wanted.password)
    if wanted.disabled is not None:
        await _asked(accounts.disable if wanted.disabled else accounts.enable, row)
    state.door.tell()
    return JSONResponse(_public(await _found(accounts, row.name)))


async def give_totp(request: Request, state: State, who: Principal) -> Response:
    """`POST /api/accounts/{name}/totp`: a new secret for an authenticator app, shown once."""
    _signed_in(who)
    row = await _found(state.door.accounts, request.path_params["name"])
    secret = await _asked(state.door.accounts.give_totp, row)
    state.door.tell()
    return JSONResponse({"secret": secret, "address": totp.address(secret, row.name)})


async def own_password(request: Request) -> Response:
    """`POST /api/session/password`: another password for oneself; other sessions end."""
    state = state_of(request)
    who = await _self(request, state)
    wanted = await read_json(request, OwnPassword)
    accounts = state.door.accounts
    await state.audit.note(who.label, "accounts.password", who.name)
    async with state.hashing:
        await _asked(accounts.sign_in, who.name, wanted.old, wanted.code)
        row = await asyncio.to_thread(accounts.named, who.name)
        await _asked(lambda: accounts.change_password(row, wanted.new, keep=who.session))
    state.door.tell()
    return Response(status_code=204)


async def _self(request: Request, state: State) -> Principal:
    try:
        who = await state.door.of_request(request)
    except Refused as fault:
        status = 403 if fault.code == "bad_csrf" else 401
        raise HTTPException(status, f"{fault.code}: {fault.message}") from None
    if who.kind != "user":
        raise Refused("no_account", "a token has no password")
    return who


def _signed_in(who: Principal) -> None:
    if who.kind != "user" or not who.session:
        raise Refused("sign_in", "accounts are managed by people who signed in, not by tokens")


async def _found(accounts: Accounts, name: str) -> AccountRow:
    try:
        return await asyncio.to_thread(accounts.named, name)
    except BadInput as fault:
        raise HTTPException(404, f"{fault.code}: {fault.message}") from None


async def _asked(job: Any, *given: Any) -> Any:
    try:
        return await asyncio.to_thread(job, *given)
    except BadInput as fault:
        raise HTTPException(400, f"{fault.code}: {fault}") from None


def _public(row: AccountRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "role": row.role,
        "teams": list(row.teams),
        "agent": row.agent,
        "totp": row.totp is not None,
        "disabled": row.disabled_wall is not None,
        "locked_until": msgspec.to_builtins(row.locked_until),
        "created_wall": row.created_wall,
    }
