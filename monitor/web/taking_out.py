"""Recordings that leave the house: on record first, and by the dozen only with a second person."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import ExitStack

import msgspec
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.access import approvals
from monitor.access.policies import DAY_S
from monitor.access.principal import Principal
from monitor.errors import BadInput
from monitor.evidence.age import Recipient
from monitor.evidence.export import ENTRY, MEDIA, Taken, export
from monitor.evidence.library import Library
from monitor.evidence.wave import WaveView
from monitor.store import desk_records
from monitor.store.recordings import RecordingRow
from monitor.web.audio import opened, recorded
from monitor.web.state import State


async def call_export(request: Request, state: State, principal: Principal) -> Response:
    """The recording to take away: `format`, `recipient` (an age key), `take`.

    Who takes out more in a day than one person may needs a second one, who agrees to this call.
    """
    library, rows = await recorded(request, state, principal, "recordings.export")
    about = f"{rows[0].team}/{rows[0].call}"
    await state.store.read(lambda on: _alone(on, state, principal, about, approvals.check))
    to = request.query_params.get("recipient")
    try:
        recipient = None if to is None else Recipient.parse(to)
        taken = await asyncio.to_thread(_taken, library, rows, request, recipient)
    except BadInput as fault:
        raise HTTPException(400, f"bad_query: {fault}") from None
    row = desk_records.Export(
        by=principal.label,
        role=principal.role,
        at_wall=state.clock.wall(),
        format=taken.kind,
        rows=1,
        filters=msgspec.json.encode({"call": about}).decode(),
        sha256=hashlib.sha256(taken.content).hexdigest(),
    )

    def keep(on: Connection) -> None:
        _alone(on, state, principal, about, approvals.use)
        desk_records.add_export(on, row)

    await state.store.write(keep)
    await state.audit.note(principal.label, ENTRY, about, **taken.entry)
    suffix = taken.kind if recipient is None else f"{taken.kind}.age"
    return Response(
        taken.content,
        media_type=MEDIA[taken.kind if recipient is None else "age"],
        headers={"content-disposition": f'attachment; filename="{taken.mark}.{suffix}"'},
    )


def _alone(
    on: Connection,
    state: State,
    principal: Principal,
    about: str,
    agreed: Callable[..., object],
) -> None:
    """Let pass what one person may take out; beyond that, what `agreed` lets pass."""
    wall = state.clock.wall()
    before = desk_records.exported_recordings(on, principal.label, wall - DAY_S)
    if before >= state.settings.access.bulk_recordings:
        agreed(on, principal, action="recordings.export", about=about, wall=wall)


def _taken(
    library: Library, rows: list[RecordingRow], request: Request, recipient: Recipient | None
) -> Taken:
    with ExitStack() as stack:
        timeline = opened(stack, library, rows, request)
        view = WaveView(timeline=timeline, roles=timeline.roles, start=0, stop=timeline.samples)
        return export(view, request.query_params.get("format", "wav"), recipient)
