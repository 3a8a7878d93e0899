"""Everything recorded of a call, read at once."""

from __future__ import annotations

from sqlalchemy import Connection

from monitor.events import AnyEvent, decode
from monitor.store import calls

PAGE = 2000


def events_of(connection: Connection, number: int) -> list[AnyEvent]:
    """Every event of the call in row `number`."""
    found: list[AnyEvent] = []
    after = 0
    while page := calls.exported(connection, number, after=after, limit=PAGE):
        found += [decode(row.body) for row in page]
        after = page[-1].number
    return found
