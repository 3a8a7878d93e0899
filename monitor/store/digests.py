"""Digests of ended calls, as `monitor.qa.review_digest` makes them; remade when a call grew."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select

from monitor.store.tables import calls
from monitor.store.tables_desk import digests


class DigestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kept digest; `disclosures` is the JSON of its disclosures."""

    call_number: int
    ended_wall: float
    """When the call ended, as its row said when this was made."""
    duration_s: float
    covered_s: float
    lost_s: float
    agent_talk_s: float
    customer_talk_s: float
    opening: str
    disclosures: str
    words: str


def pending(connection: Connection, limit: int) -> list[tuple[int, float]]:
    """(call number, end) of ended calls whose digest is missing or of an earlier end."""
    query = (
        select(calls.c.number, calls.c.ended_wall)
        .outerjoin(digests, digests.c.call_number == calls.c.number)
        .where(
            calls.c.ended_wall.is_not(None),
            or_(digests.c.ended_wall.is_(None), digests.c.ended_wall != calls.c.ended_wall),
        )
        .order_by(calls.c.number.desc())
        .limit(limit)
    )
    return [(row.number, row.ended_wall) for row in connection.execute(query)]


def keep(connection: Connection, row: DigestRow) -> None:
    """Keep a digest in place of the one before; nothing for a call deleted meanwhile."""
    number = row.call_number
    connection.execute(delete(digests).where(digests.c.call_number == number))
    if connection.execute(select(calls.c.number).where(calls.c.number == number)).first():
        connection.execute(insert(digests).values(msgspec.to_builtins(row)))
