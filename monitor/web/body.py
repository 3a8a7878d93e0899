"""Bodies of requests: JSON, small, and nothing unknown in it."""

from __future__ import annotations

from typing import Final, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from monitor.errors import BadMessage
from monitor.ingest.strict_json import decode_as

T = TypeVar("T")

MAX_BODY_BYTES: Final = 64 * 1024


async def read_json(request: Request, kind: type[T], *, limit: int = MAX_BODY_BYTES) -> T:
    """The body as a msgspec Struct; answers 400, 413 or 415 otherwise.

    The content type is asked for because a form of another site cannot send it.
    """
    kind_given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind_given != "application/json":
        raise HTTPException(415, "not_json: send Content-Type: application/json")
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise HTTPException(413, f"too_large: a body has at most {limit} bytes")
            parts.append(part)
    except ClientDisconnect:
        raise HTTPException(400, "incomplete: the body did not arrive") from None
    try:
        return decode_as(b"".join(parts), kind, limit=limit)
    except BadMessage as fault:
        raise HTTPException(400, f"{fault.code}: {fault}") from None
