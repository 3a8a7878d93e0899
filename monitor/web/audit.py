"""`/api/audit`: the audit log, newest first."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.web.api import whole_number
from monitor.web.state import State

_PAGE = 1000


async def listed(request: Request, state: State, _: Principal) -> Response:
    """Entries, newest first: `limit`, `before` (a `seq`); and the public key of checkpoints."""
    limit = whole_number(request, "limit", default=100, low=1, high=_PAGE)
    before = whole_number(request, "before", default=0, low=0, high=2**53) or None
    links = await asyncio.to_thread(lambda: state.audit.shelf.newest(limit, before=before))
    built = {
        "key": state.audit.signer.public,
        "entries": [msgspec.Raw(each.body.encode()) for each in links],
    }
    return Response(msgspec.json.encode(built), media_type="application/json")
