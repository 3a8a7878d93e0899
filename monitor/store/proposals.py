"""Proposed versions of packs, from the first draft to the decision of a second person."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, insert, select, update

from monitor.store.tables_desk import proposals


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: open, published, rejected or withdrawn; `dry_run` is the JSON of its trial."""

    number: int = 0
    pack: str
    base_sha256: str
    text: str
    note: str
    state: str
    by: str
    at_wall: float
    decided_by: str | None = None
    decided_wall: float | None = None
    decision: str | None = None
    dry_run: str | None = None


def add(connection: Connection, row: Proposal) -> int:
    """Keep a proposal; returns its number."""
    values = msgspec.to_builtins(row)
    del values["number"]
    made = connection.execute(insert(proposals).values(values).returning(proposals.c.number))
    return int(made.scalar_one())


def find(connection: Connection, number: int) -> Proposal | None:
    """One proposal."""
    query = select(proposals).where(proposals.c.number == number)
    row = connection.execute(query).mappings().first()
    return None if row is None else msgspec.convert(row, Proposal)


def listed(connection: Connection, limit: int) -> list[Proposal]:
    """Proposals, newest first."""
    query = select(proposals).order_by(proposals.c.number.desc()).limit(limit)
    return [msgspec.convert(row, Proposal) for row in connection.execute(query).mappings()]


def decide(
    connection: Connection, number: int, *, state: str, by: str, wall: float, note: str
) -> bool:
    """Close an open proposal; False when it was closed before."""
    changed = connection.execute(
        update(proposals)
        .where(proposals.c.number == number, proposals.c.state == "open")
        .values(state=state, decided_by=by, decided_wall=wall, decision=note)
    )
    return changed.rowcount == 1


def tried(connection: Connection, number: int, dry_run: str) -> None:
    """Keep what a dry run of the proposal found."""
    where = proposals.c.number == number
    connection.execute(update(proposals).where(where).values(dry_run=dry_run))


def forget(connection: Connection, numbers: Sequence[int]) -> None:
    """Calls are deleted or closed: dry runs keep what they counted and quote them no more."""
    query = select(proposals.c.number, proposals.c.dry_run).where(proposals.c.dry_run.is_not(None))
    for row in connection.execute(query).all():
        found = msgspec.json.decode(row.dry_run)
        forgot = False
        for part in (found, *found.get("by_team", {}).values()):
            quotes = part.get("examples", [])
            kept = [one for one in quotes if one["call"] not in numbers]
            if len(kept) < len(quotes):
                part["examples"], forgot = kept, True
        if forgot:
            tried(connection, row.number, msgspec.json.encode(found).decode())
