"""`/api/calls/{call}/reveal`: what is masked, to those who may see it and say why."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.principal import Principal
from monitor.store import sealed
from monitor.text.private import masked
from monitor.web.api import find_call
from monitor.web.body import read_json
from monitor.web.state import State


class Reveal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why somebody needs to see it."""

    reason: Annotated[str, Meta(min_length=2, max_length=500)]


async def reveal(request: Request, state: State, who: Principal) -> Response:
    """`POST`: the events of the call whose numbers were masked, as they were."""
    wanted = await read_json(request, Reveal)
    row = await find_call(request, state, who, "privacy.reveal")
    about, reason = f"{row.team}/{row.call}", masked(wanted.reason)
    await state.audit.note(who.label, "privacy.reveal", about, reason=reason)
    bodies = await state.store.read(lambda on: sealed.of_call(on, row.number, state.words.open))
    built = {"call": row.call, "events": [msgspec.Raw(body) for body in bodies]}
    return Response(msgspec.json.encode(built), media_type="application/json")
