"""What one person asked for and another one has to agree to, as rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import msgspec
from sqlalchemy import Connection, insert, select, update

from monitor.store import numbers
from monitor.store.tables_keeping import approvals


class ApprovalRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something asked for. Wall times are seconds since the epoch, UTC."""

    number: int
    action: str
    about: str
    reason: str
    asked_by: str
    asked_wall: float
    decided_by: str | None = None
    decided_wall: float | None = None
    agreed: bool | None = None
    used_wall: float | None = None
    teams: str | None = None
    """Of whoever asked, JSON; None for somebody who has every team."""

    def of(self) -> frozenset[str]:
        """The teams it is about; empty means every team."""
        return frozenset(msgspec.json.decode(self.teams) if self.teams else ())


def add(
    on: Connection,
    *,
    action: str,
    about: str,
    reason: str,
    asked_by: str,
    wall: float,
    teams: Sequence[str] = (),
) -> ApprovalRow:
    """Ask for something; `teams` are those of whoever asks, none for all of them."""
    values = {
        "number": numbers.fresh(on, approvals, wall, approvals.c.asked_by == asked_by),
        "action": action,
        "about": about,
        "reason": reason,
        "asked_by": asked_by,
        "asked_wall": wall,
        "teams": msgspec.json.encode(sorted(teams)).decode() if teams else None,
    }
    made = on.execute(insert(approvals).values(values).returning(approvals.c.number))
    found = find(on, int(made.scalar_one()))
    assert found is not None
    return found


def find(on: Connection, number: int) -> ApprovalRow | None:
    """What was asked for under this number."""
    query = select(approvals).where(approvals.c.number == number)
    row = on.execute(query).mappings().first()
    return None if row is None else msgspec.convert(row, ApprovalRow)


def decide(on: Connection, number: int, *, by: str, agreed: bool, wall: float) -> None:
    """Keep the decision."""
    mine = approvals.c.number == number
    on.execute(
        update(approvals).where(mine).values(decided_by=by, decided_wall=wall, agreed=agreed)
    )


def agreed(
    on: Connection, *, action: str, about: str, asked_by: str, since: float
) -> ApprovalRow | None:
    """What was agreed to after `since` and is not used up; None when there is nothing."""
    query = select(approvals).where(
        approvals.c.action == action,
        approvals.c.about == about,
        approvals.c.asked_by == asked_by,
        approvals.c.agreed.is_(True),
        approvals.c.used_wall.is_(None),
        approvals.c.decided_wall >= since,
    )
    row = on.execute(query.order_by(approvals.c.number).limit(1)).mappings().first()
    return None if row is None else msgspec.convert(row, ApprovalRow)


def used(on: Connection, number: int, *, wall: float) -> None:
    """It cannot be used again."""
    mine = approvals.c.number == number
    on.execute(update(approvals).where(mine).values(used_wall=wall))


def use(
    on: Connection, *, action: str, about: str, asked_by: str, since: float, wall: float
) -> ApprovalRow | None:
    """Use up what was agreed to after `since`; None when there is nothing of the kind."""
    row = agreed(on, action=action, about=about, asked_by=asked_by, since=since)
    if row is not None:
        used(on, row.number, wall=wall)
    return row


def newest(
    on: Connection, *, limit: int, shown: Callable[[ApprovalRow], bool]
) -> list[ApprovalRow]:
    """The newest first of those that are `shown`."""
    query = select(approvals).order_by(approvals.c.number.desc())
    rows = (msgspec.convert(row, ApprovalRow) for row in on.execute(query).mappings())
    return list(islice(filter(shown, rows), limit))
