"""Events as they were before masking: sealed JSON, a row each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert, select

from monitor import events as vocabulary
from monitor.events import AnyEvent
from monitor.store.tables_sealed import sealed

Seal = Callable[[bytes, str], str]
Open = Callable[[str, str], bytes]


def add(connection: Connection, number: int, events: Sequence[AnyEvent], seal: Seal) -> None:
    """Keep events of the call in row `number` as they were."""
    rows = [
        {"call_number": number, "body": seal(vocabulary.encode(event), _purpose(number))}
        for event in events
    ]
    if rows:
        connection.execute(insert(sealed), rows)


def of_call(connection: Connection, number: int, open_: Open) -> list[bytes]:
    """The events of the call as they were, JSON, in the order they came."""
    query = select(sealed.c.body).where(sealed.c.call_number == number).order_by(sealed.c.number)
    return [open_(body, _purpose(number)) for body in connection.execute(query).scalars()]


def any_kept(connection: Connection) -> bool:
    """Whether anything is kept sealed."""
    return connection.execute(select(sealed.c.number).limit(1)).first() is not None


def _purpose(number: int) -> str:
    return f"call:{number}"
