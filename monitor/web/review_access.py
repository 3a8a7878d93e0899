"""What the desks' handlers share: whose calls, whose name, and how a body is read."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access import permissions
from monitor.access.permissions import Action
from monitor.access.principal import Principal
from monitor.errors import BadInput, Refused

PACK_BYTES: Final = 1024 * 1024

Teams = tuple[str, ...] | None
"""The teams whose calls are meant; None is all of them."""


def who(principal: Principal) -> str:
    """The name that stands beside what somebody did."""
    return principal.label


def teams(principal: Principal, action: Action, asked: str | None = None) -> Teams:
    """The teams of the holder, or the one that is asked for. Raises `Refused`.

    Agents are refused: they see their own calls elsewhere, without what reviewers wrote.
    """
    found = permissions.scope(principal, action, asked or None)
    if found.agent is not None:
        raise Refused("wrong_role", "the desks are for reviewers and supervisors")
    return found.teams


def counted(principal: Principal) -> Teams:
    """The teams whose calls count in the numbers of rules.

    An auditor's count every team and quote none.
    """
    return principal.teams or None


def refusal(fault: BadInput) -> HTTPException:
    """Bad input as an answer: line and field where they are known."""
    line = f"line {fault.line}: " if fault.line is not None else ""
    field = f"{fault.field}: " if fault.field else ""
    return HTTPException(400, f"{fault.code}: {line}{field}{fault.message}")


def number(request: Request, name: str, *, default: int, low: int = 0, high: int = 2**53) -> int:
    """A whole number of the query."""
    given = request.query_params.get(name)
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 20 and low <= int(given) <= high):
        raise HTTPException(400, f"bad_query: {name} is a whole number from {low} to {high}")
    return int(given)


def wall(request: Request, name: str) -> float | None:
    """A time of the query: seconds since the epoch."""
    given = request.query_params.get(name)
    if not given:
        return None
    try:
        value = float(given)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e11:
        raise HTTPException(400, f"bad_query: {name} is seconds since the epoch")
    return value


def answer(content: Any, status: int = 200) -> Response:
    """The content as JSON."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")
