"""Row numbers that people see: drawn from the time, so that they count nothing of other teams.

A number that counts over all teams tells who sees two of them how much others did in between.
These grow with time and within their own group, and the rest of them is random.
"""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, func, select

BEGAN: Final = 1_767_225_600
"""1 January 2026, UTC: numbers stay short, for people and for spreadsheets."""

_ROOM: Final = 256
"""Numbers of a second."""
_TRIES: Final = 16
"""In one second; after so many it was a full one, and the room doubles."""


def fresh(connection: Connection, table: Table, wall: float, *group: ColumnElement[bool]) -> int:
    """A number for a new row of `table`, over every one of its `group`."""
    highest = select(func.max(table.c.number)).where(*group)
    last = connection.execute(highest).scalar() or 0
    floor = max(max(0, int(wall) - BEGAN) * _ROOM, last + 1, 1)
    tries = 0
    while True:
        drawn = floor + secrets.randbelow(_ROOM << (tries // _TRIES))
        if (
            connection.execute(select(table.c.number).where(table.c.number == drawn)).first()
            is None
        ):
            return drawn
        tries += 1


def second_of(number: int) -> int:
    """The second, since the epoch, that a number was drawn in."""
    return number // _ROOM + BEGAN
