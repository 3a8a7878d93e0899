"""The record of calls: one row per call, one row per event, in the words of `monitor.events`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, bindparam, exists, insert, select, update

from monitor import events as vocabulary
from monitor.events import AnyEvent, CallEnded, CallStarted
from monitor.store import numbers
from monitor.store.tables import calls, events
from monitor.store.tables_keeping import closings

# built once: to put a statement together costs more than to run it
_NUMBER: Final = select(calls.c.number).where(
    calls.c.team == bindparam("of_team"), calls.c.call == bindparam("of_call")
)
_ADD: Final = insert(events).returning(events.c.number)
_REACH: Final = (
    update(calls)
    .where(calls.c.number == bindparam("of_number"), calls.c.last_at < bindparam("at"))
    .values(last_at=bindparam("at"))
)


class CallRow(msgspec.Struct, frozen=True, kw_only=True):
    """A call as lists show it. Wall times are seconds since the epoch, UTC."""

    number: int
    team: str
    call: str
    agent: str
    industry: str
    business: str
    started_wall: float
    ended_wall: float | None
    end_reason: str | None
    last_at: float
    """Media time of the last event, seconds."""


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place in the record."""

    number: int
    body: str
    """The JSON object."""


def ensure(connection: Connection, call: CallStarted, wall: float) -> int:
    """The call's row number; makes the row when the call is new."""
    found = connection.execute(_NUMBER, {"of_team": call.team, "of_call": call.call}).scalar()
    if found is not None:
        return int(found)
    made = connection.execute(
        insert(calls)
        .values(
            number=numbers.fresh(connection, calls, wall, calls.c.team == call.team),
            team=call.team,
            call=call.call,
            agent=call.agent,
            industry=call.industry,
            business=call.business,
            started_wall=wall,
        )
        .returning(calls.c.number)
    )
    return int(made.scalar_one())


def add(connection: Connection, number: int, event: AnyEvent, wall: float) -> int:
    """Record an event of the call in row `number`; returns the event's own number."""
    body = vocabulary.encode(event).decode()
    made = connection.execute(
        _ADD, {"call_number": number, "type": _type(event), "recorded_wall": wall, "body": body}
    )
    at = _media_end(event)
    changes: dict[str, object] = {}
    if isinstance(event, CallEnded):
        changes = {"ended_wall": wall, "end_reason": event.reason}
    elif isinstance(event, CallStarted):
        # the same call again after its source was lost: it is live once more
        changes = {"ended_wall": None, "end_reason": None}
    if changes:
        connection.execute(update(calls).where(calls.c.number == number).values(changes))
    if at > 0:
        connection.execute(_REACH, {"of_number": number, "at": at})
    return int(made.scalar_one())


def listed(
    connection: Connection,
    *,
    teams: Collection[str] | None,
    agent: str | None = None,
    closed: bool = False,
    limit: int,
    before: int | None = None,
) -> list[CallRow]:
    """Newest calls first.

    `teams` None means every team, `agent` None every agent, `before` is a row number to page on.
    `closed`: also calls that were closed at a person's request.
    """
    query = (
        _within(select(calls), teams, agent, closed).order_by(calls.c.number.desc()).limit(limit)
    )
    if before is not None:
        query = query.where(calls.c.number < before)
    return [_row(row) for row in connection.execute(query).mappings()]


def find(
    connection: Connection,
    call: str,
    *,
    teams: Collection[str] | None,
    agent: str | None = None,
    closed: bool = False,
) -> list[CallRow]:
    """The calls with this id: at most one in a team, perhaps several in all teams."""
    query = _within(select(calls).where(calls.c.call == call), teams, agent, closed)
    return [_row(row) for row in connection.execute(query).mappings()]


def exported(
    connection: Connection, number: int, *, after: int = 0, limit: int = 1000
) -> list[EventRow]:
    """Events of the call in row `number`, in the order they were recorded."""
    query = (
        select(events.c.number, events.c.body)
        .where(events.c.call_number == number, events.c.number > after)
        .order_by(events.c.number)
        .limit(limit)
    )
    return [EventRow(number=row.number, body=row.body) for row in connection.execute(query)]


def page(connection: Connection, number: int, *, skip: int, limit: int) -> list[str]:
    """Bodies of the call's events behind the first `skip`.

    Counted within the call: the events' own numbers count those of every team.
    """
    query = select(events.c.body).where(events.c.call_number == number)
    page_ = query.order_by(events.c.number).offset(skip).limit(limit)
    return list(connection.execute(page_).scalars())


def close_orphans(connection: Connection, wall: float) -> list[str]:
    """End every call that a killed server left open, and say so in its record; returns ids."""
    open_ones = connection.execute(
        select(calls.c.number, calls.c.call, calls.c.last_at).where(calls.c.ended_wall.is_(None))
    ).all()
    for row in open_ones:
        ended = CallEnded(call=row.call, at=row.last_at, reason="server_lost")
        add(connection, row.number, ended, wall)
    return [row.call for row in open_ones]


def _within(
    query: Select[Any], teams: Collection[str] | None, agent: str | None, closed: bool
) -> Select[Any]:
    if teams is not None:
        query = query.where(calls.c.team.in_(teams))
    if not closed:
        query = query.where(~exists().where(closings.c.call_number == calls.c.number))
    return query if agent is None else query.where(calls.c.agent == agent)


def _row(mapping: object) -> CallRow:
    return msgspec.convert(mapping, CallRow, from_attributes=False)


def _type(event: AnyEvent) -> str:
    return str(event.__struct_config__.tag)


def _media_end(event: AnyEvent) -> float:
    return max(_times(event), default=0.0)


def _times(event: AnyEvent) -> Iterator[float]:
    for field in ("at", "end", "raised_at"):
        value = getattr(event, field, None)
        if isinstance(value, float):
            yield value
