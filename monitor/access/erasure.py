"""Taking things away for good, in two steps that may each be done again after a crash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import Connection, delete, select

from monitor.alerts import action_log
from monitor.store import acts, keeping, proposals
from monitor.store.store import Store
from monitor.store.tables import alerts, calls, events
from monitor.store.tables_sealed import sealed

FORGET: Final = (acts.forget, action_log.forget, proposals.forget)
"""What quotes calls elsewhere; forgotten before the calls' own rows go."""


class Gone(Protocol):
    """What a certificate says of one thing."""

    @property
    def what(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def sha256_before(self) -> str: ...


class Eraser(Protocol):
    """Erases one artefact of calls, which are named by their row numbers."""

    @property
    def name(self) -> str: ...

    async def begin(self, numbers: Sequence[int]) -> None:
        """From here on nobody gets it; safe to do again."""

    async def finish(self, numbers: Sequence[int]) -> Sequence[Gone]:
        """Keys first, then the thing; safe to do again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A `Gone`."""

    what: str
    id: str
    sha256_before: str


@dataclass(frozen=True, slots=True)
class RecordEraser:
    """Erases words, alerts and disclosures of calls, and the calls' own rows."""

    store: Store

    @property
    def name(self) -> str:
        """What it erases."""
        return "record"

    async def begin(self, numbers: Sequence[int]) -> None:
        """What was sealed goes first: from here on nobody opens it."""
        mine = sealed.c.call_number.in_(numbers)
        await self.store.write(lambda on: on.execute(delete(sealed).where(mine)))

    async def finish(self, numbers: Sequence[int]) -> list[Erased]:
        """Delete the rows, in one transaction; SQLite overwrites what they stood in."""
        return await self.store.write(lambda on: self._erase(on, numbers))

    def _erase(self, on: Connection, numbers: Sequence[int]) -> list[Erased]:
        query = select(calls.c.number, calls.c.team, calls.c.call)
        gone = [
            Erased(
                what="record", id=f"{row.team}/{row.call}", sha256_before=_digest(on, row.number)
            )
            for row in on.execute(query.where(calls.c.number.in_(numbers)))
        ]
        for forget in FORGET:
            forget(on, numbers)
        of_calls = select(events.c.number).where(events.c.call_number.in_(numbers))
        on.execute(delete(alerts).where(alerts.c.event_number.in_(of_calls)))
        on.execute(delete(sealed).where(sealed.c.call_number.in_(numbers)))
        on.execute(delete(events).where(events.c.call_number.in_(numbers)))
        on.execute(delete(calls).where(calls.c.number.in_(numbers)))
        keeping.reopen(on, numbers)
        return gone


def _digest(on: Connection, number: int) -> str:
    whole = hashlib.sha256()
    query = select(events.c.body).where(events.c.call_number == number).order_by(events.c.number)
    for body in on.execute(query).scalars():
        whole.update(body.encode() + b"\n")
    return whole.hexdigest()
