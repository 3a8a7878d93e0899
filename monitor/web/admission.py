"""The first seconds of a socket: who is it, and may it be here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from monitor.errors import BadMessage, Refused
from monitor.ingest.strict_json import decode_as
from monitor.web.auth import Principal, bearer, token_in_query
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
    token = hello.token or bearer(line.socket.headers)
    return await identify(token, state), hello


async def identify(token: str | None, state: State) -> Principal:
    """The holder of the token; raises `HangUp`."""
    if token is None:
        raise HangUp(
            4401, "no_token", "send the token in the hello message or an Authorization header"
        )
    try:
        return await state.door.admit(token)
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
    """Run as long as the token is good; raises `HangUp` once it was taken back."""
    while True:
        await asyncio.sleep(state.settings.server.recheck_s)
        if not await state.door.still_good(principal):
            raise HangUp(4401, "token_revoked", "this token was taken back")


def as_hang_up(fault: BadMessage) -> HangUp:
    """The close that a bad message earns."""
    return HangUp(4400, fault.code, str(fault))
