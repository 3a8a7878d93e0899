"""The first seconds of a socket: who is it, and may it be here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from monitor.errors import BadMessage, Refused
from monitor.ingest.strict_json import decode_as
from monitor.web.auth import COOKIE, Given, Principal, bearer, own_origin, token_in_query
from monitor.web.line import HangUp, Line
from monitor.web.messages import Hello
from monitor.web.state import State

T = TypeVar("T")


async def greeted(line: Line, state: State) -> tuple[Principal, Hello]:
    """The client's `hello` and who it is; the token may stand in a header instead.

    Raises `BadMessage` for a bad hello, `HangUp` for a late one or no good token.
    """
    refuse_query(line)
    text = await in_time(line.receive_text, state)
    hello = decode_as(text, Hello)
    return await identify(given_with(line, state, hello), state), hello


def given_with(line: Line, state: State, hello: Hello) -> Given:
    """Token of the hello or a header; only without one, and from our own page, the cookie.

    A browser sends its cookies whatever page opens a socket, so the page must be ours.
    """
    token = hello.token or bearer(line.socket.headers)
    if token is None and own_origin(line.socket, state.settings.server.origins):
        return Given(cookie=line.socket.cookies.get(COOKIE))
    return Given(token=token)


def named_team(principal: Principal, hello: Hello) -> str:
    """The team that the hello asks for, else the holder's first; raises `HangUp`."""
    team = hello.team or principal.team
    if not team:
        raise HangUp(4403, "no_team", "name a team in hello")
    return team


async def identify(given: Given, state: State) -> Principal:
    """Who it is; raises `HangUp`."""
    if given == Given():
        raise HangUp(
            4401, "no_token", "send the token in the hello message or an Authorization header"
        )
    try:
        return await state.door.identify(given)
    except Refused as fault:
        raise HangUp(4401, fault.code, fault.message) from None


def refuse_query(line: Line) -> None:
    """Hang up on a client that wrote its token into the address."""
    if token_in_query(line.socket.query_params):
        raise HangUp(
            4401,
            "token_in_url",
            "a token in the address ends up in logs: take it back, and send a new one in the "
            "hello message or an Authorization header",
        )


async def in_time(receive: Callable[[], Awaitable[T]], state: State) -> T:
    """What is received within the time for a hello; raises `HangUp`."""
    limit_s = state.settings.server.hello_s
    try:
        async with asyncio.timeout(limit_s):
            return await receive()
    except TimeoutError:
        raise HangUp(4408, "hello_late", f"no hello within {limit_s:g} s") from None


async def recheck(principal: Principal, state: State) -> None:
    """Run as long as the holder's rights are what they were; raises `HangUp` once they are not."""
    while True:
        await state.door.news(state.settings.server.recheck_s)
        if not await state.door.still_good(principal):
            if principal.session:
                raise HangUp(4401, "session_ended", "the session is over: sign in again")
            raise HangUp(4401, "token_revoked", "this token was taken back")
        if principal.session:
            await asyncio.to_thread(state.door.sessions.use, principal.session)


def as_hang_up(fault: BadMessage) -> HangUp:
    """The close that a bad message earns."""
    return HangUp(4400, fault.code, str(fault))
