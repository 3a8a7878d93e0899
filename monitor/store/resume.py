"""A call that comes back under its id after its source was lost: its media time goes on.

An alert is known by call, rule and second, and its sound is found by its second; if time began
anew both would be wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from monitor.events import CallStarted, Coverage, decode
from monitor.store.tables import calls, events
from monitor.types import Role

LONGEST_HOLE_S: Final = 600.0
"""A source that stays away longer has not been on the same call all the time."""


class Resumption(msgspec.Struct, frozen=True, kw_only=True):
    """Where a call goes on."""

    at: float
    """Media time, whole seconds: no second of the call is used twice."""
    gaps: tuple[Coverage, ...]
    """What of each role was not heard between the last known second and there."""


def resumption(
    connection: Connection, call: CallStarted, roles: Sequence[Role], wall: float
) -> Resumption | None:
    """None for a call that is new."""
    row = connection.execute(
        select(calls.c.number, calls.c.started_wall, calls.c.last_at).where(
            calls.c.team == call.team, calls.c.call == call.call
        )
    ).one_or_none()
    if row is None:
        return None
    hole_s = wall - row.started_wall - row.last_at
    reached = row.last_at + (hole_s if 0 < hole_s <= LONGEST_HOLE_S else 0.0)
    at = float(math.floor(reached) + 1)
    known = _known(connection, row.number)
    gaps = tuple(
        Coverage(call=call.call, channel=role, state="gap", start=known.get(role, 0.0), end=at)
        for role in roles
        if known.get(role, 0.0) < at
    )
    return Resumption(at=at, gaps=gaps)


def _known(connection: Connection, number: int) -> dict[Role, float]:
    """Up to where every role is covered."""
    query = (
        select(events.c.body)
        .where(events.c.call_number == number, events.c.type == "coverage")
        .order_by(events.c.number)
    )
    found: dict[Role, float] = {}
    for body in connection.execute(query).scalars():
        event = decode(body)
        if isinstance(event, Coverage):
            found[event.channel] = max(found.get(event.channel, 0.0), event.end)
    return found
