"""What was recorded of a call: its sound, its shape, and what became of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from monitor.access.permissions import Action
from monitor.access.principal import Principal
from monitor.errors import Unavailable
from monitor.evidence.library import Library, takes
from monitor.evidence.timeline import Timeline
from monitor.evidence.wave import WaveView
from monitor.store import recordings
from monitor.store.calls import CallRow
from monitor.store.recordings import RecordingRow
from monitor.types import Role
from monitor.web.api import find_call, whole_number
from monitor.web.grants import LASTS_S
from monitor.web.state import State

_PIECE_BYTES = 256 * 1024
_BINS = 4000
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})$")
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,6})?$")


async def call_audio(request: Request, state: State, principal: Principal) -> Response:
    """Sound as WAV: `from`, `to` (seconds), `channel` (agent, customer, both), `take`.

    A session shows its `grant` too: browsers send cookies along with any request.
    """
    call = await find_call(request, state, principal, "recordings.play")
    if principal.session:
        grant = request.query_params.get("grant", "")
        state.grants.check(principal.session, call.number, grant, state.clock.monotonic())
    library, rows = await _sound_of(state, call)
    stack = ExitStack()
    try:
        timeline = await asyncio.to_thread(opened, stack, library, rows, request)
        view = _view(request, timeline)
        part = _part(request, view.size)
    except BaseException:
        stack.close()
        raise
    headers = {"accept-ranges": "bytes", "content-length": str(part.stop - part.start)}
    partial = "range" in request.headers and len(part) < view.size
    if partial:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{view.size}"
    return StreamingResponse(
        _pieces(stack, view, part),
        status_code=206 if partial else 200,
        media_type="audio/wav",
        headers=headers,
    )


async def call_grant(request: Request, state: State, principal: Principal) -> Response:
    """A grant to hear the call, for the session that asks."""
    call = await find_call(request, state, principal, "recordings.play")
    grant = state.grants.give(principal.session, call.number, state.clock.monotonic())
    return JSONResponse({"grant": grant, "lasts_s": LASTS_S})


async def call_peaks(request: Request, state: State, principal: Principal) -> Response:
    """The shape of the sound: `bins` loudest values per channel, 0..1, and the holes in it."""
    bins = whole_number(request, "bins", default=1200, low=1, high=_BINS)
    library, rows = await recorded(request, state, principal)
    return JSONResponse(await asyncio.to_thread(_shape, library, rows, request, bins))


async def call_recording(request: Request, state: State, principal: Principal) -> Response:
    """The segments of the call as the index has them; no sound."""
    _, rows = await recorded(request, state, principal)
    wanted = ("file", "take", "segment", "state", "reason", "bytes", "lost_s")
    segments = [{name: getattr(row, name) for name in wanted} for row in rows]
    return JSONResponse({"takes": takes(rows), "segments": segments})


async def recorded(
    request: Request, state: State, principal: Principal, action: Action = "recordings.play"
) -> tuple[Library, list[RecordingRow]]:
    """The call of the path as it was recorded, oldest take first; 404 where it was not."""
    return await _sound_of(state, await find_call(request, state, principal, action))


async def _sound_of(state: State, call: CallRow) -> tuple[Library, list[RecordingRow]]:
    rows = await state.store.read(lambda on: recordings.of_call(on, call.team, call.call))
    if not rows or state.library is None:
        raise HTTPException(404, "no_recording: there is no recording of this call")
    return state.library, rows


def opened(
    stack: ExitStack, library: Library, rows: list[RecordingRow], request: Request
) -> Timeline:
    """The take that is asked for, or the last one."""
    take = request.query_params.get("take")
    try:
        return stack.enter_context(library.take(rows, take))
    except Unavailable as fault:
        raise HTTPException(404, f"{fault.code}: {fault.message}") from None


def _shape(
    library: Library, rows: list[RecordingRow], request: Request, bins: int
) -> dict[str, Any]:
    with ExitStack() as stack:
        timeline = opened(stack, library, rows, request)
        shape: dict[str, Any] = {str(role): timeline.peaks(role, bins) for role in timeline.roles}
        # a hole that only playing finds is known once every record was opened
        shape["duration"] = round(timeline.duration_s, 3)
        shape["rate"] = timeline.rate
        shape["holes"] = msgspec.to_builtins(timeline.holes)
        shape["takes"] = takes(rows)
        return shape


def _view(request: Request, timeline: Timeline) -> WaveView:
    channel = request.query_params.get("channel", "both")
    if channel == "both":
        roles = timeline.roles
    elif channel in timeline.roles:
        roles = (Role(channel),)
    else:
        known = ", ".join(["both", *timeline.roles])
        raise HTTPException(400, f"bad_query: channel is one of {known}")
    start = _seconds(request, "from", 0.0)
    stop = _seconds(request, "to", timeline.duration_s)
    if start > stop:
        raise HTTPException(400, "bad_query: from lies after to")
    first, last = (
        min(round(seconds * timeline.rate), timeline.samples) for seconds in (start, stop)
    )
    return WaveView(timeline=timeline, roles=roles, start=first, stop=last)


def _seconds(request: Request, name: str, default: float) -> float:
    given = request.query_params.get(name)
    if given is None:
        return default
    if not _SECONDS.match(given):
        raise HTTPException(400, f"bad_query: {name} is a number of seconds")
    return float(given)


def _part(request: Request, size: int) -> range:
    """The bytes that a Range header asks for; everything when there is none we understand."""
    asked = _RANGE.match(request.headers.get("range", ""))
    if asked is None or asked[0] == "bytes=-":
        return range(size)
    low, high = asked[1], asked[2]
    first = int(low) if low else max(0, size - int(high))
    last = min(int(high), size - 1) if low and high else size - 1
    if first >= size or first > last:
        raise HTTPException(
            416,
            f"bad_range: the sound has {size} bytes",
            headers={"content-range": f"bytes */{size}"},
        )
    return range(first, last + 1)


async def _pieces(stack: ExitStack, view: WaveView, part: range) -> AsyncIterator[bytes]:
    with stack:
        for offset in range(part.start, part.stop, _PIECE_BYTES):
            length = min(_PIECE_BYTES, part.stop - offset)
            yield await asyncio.to_thread(view.read, offset, length)
