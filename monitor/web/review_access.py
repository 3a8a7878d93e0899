"""What the desks' handlers share: who may do it, whose calls, and how a body is read."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.errors import BadInput, Refused
from monitor.ingest.strict_json import decode_as
from monitor.web.auth import Principal

T = TypeVar("T", bound=msgspec.Struct)

BODY_BYTES: Final = 64 * 1024
PACK_BYTES: Final = 1024 * 1024

_READERS = ("supervisor", "qa", "compliance", "admin", "auditor")

ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "calls.read": ("supervisor", "qa", "compliance", "auditor"),
    "calls.export": ("qa", "compliance"),
    "alerts.review": ("qa",),
    "alerts.appeal": ("agent",),
    "appeals.decide": ("qa", "supervisor"),
    "rules.read": _READERS,
    "rules.try": ("supervisor", "qa", "compliance", "admin"),
    "rules.propose": ("compliance", "qa"),
    "rules.approve": ("compliance",),
    "overview.read": _READERS,
}


def allow(principal: Principal, action: str) -> None:
    """Raise `Refused` unless the role may do this."""
    if principal.role not in ALLOWED[action]:
        raise Refused("wrong_role", f"the role {principal.role} may not do {action}")


def who(principal: Principal) -> str:
    """The name that stands beside what somebody did."""
    return principal.id


def scope(principal: Principal, asked: str | None) -> str | None:
    """The team whose calls are meant; None is all of them. Raises `Refused`."""
    if not principal.team:
        return asked or None
    if asked and asked != principal.team:
        raise Refused("wrong_team", "this account is for another team")
    return principal.team


async def body(request: Request, kind: type[T], *, limit: int = BODY_BYTES) -> T:
    """The JSON body as `kind`; raises an HTTP error that names the field."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > limit:
            raise HTTPException(413, f"too_large: at most {limit} bytes")
    try:
        return decode_as(bytes(data), kind, limit=limit)
    except BadInput as fault:
        raise refusal(fault) from fault


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
