"""Every address that shows or changes something stands behind this guard, with an action name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.access.permissions import Action, require
from monitor.access.principal import Principal
from monitor.errors import Refused
from monitor.web.auth import token_in_query
from monitor.web.state import State, state_of

Endpoint = Callable[[Request, State, Principal], Awaitable[Response]]

ACTION = "monitor_action"
"""Attribute of a guarded endpoint that names its action."""


def guarded(endpoint: Endpoint, action: Action) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, for holders whose role has `action` on something.

    Which team's things it may touch is for the endpoint to ask: `permissions.scope` for lists,
    `permissions.require` once the thing is known.
    """

    async def behind_guard(request: Request) -> Response:
        state = state_of(request)
        who = await identify(request, state)
        reading = request.method in ("GET", "HEAD")
        try:
            require(who, action)
            if not reading:
                await state.witness.change(who, action, request)
            answer = await endpoint(request, state, who)
        except Refused as fault:
            state.witness.refused(who, action, request, fault.code)
            raise
        if reading and answer.status_code < 400:
            await state.witness.read(who, action, request)
        return answer

    setattr(behind_guard, ACTION, action)
    return behind_guard


def guarded_route(
    path: str, endpoint: Endpoint, action: Action, *, methods: Sequence[str] = ("GET",)
) -> Route:
    """A route whose endpoint is guarded."""
    return Route(path, guarded(endpoint, action), methods=list(methods))


def action_of(endpoint: Any) -> str | None:
    """The action of a guarded endpoint."""
    found: str | None = getattr(endpoint, ACTION, None)
    return found


async def identify(request: Request, state: State) -> Principal:
    """Who asks, by token or cookie; answers 400, 401 or 403 otherwise."""
    if token_in_query(request.query_params):
        raise HTTPException(
            400, "token_in_url: send the token in an Authorization header; addresses end up in logs"
        )
    try:
        return await state.door.of_request(request)
    except Refused as fault:
        status = 403 if fault.code == "bad_csrf" else 401
        raise HTTPException(status, f"{fault.code}: {fault.message}") from None
