"""Two persons for what one alone must not do: one asks, another agrees, then it happens once.

All of it is for people with an account; a token has no person behind it. Whoever does the thing
calls `use` in the transaction in which it is done. Where the second person is the one who does it,
as with rule packs that somebody else proposed, that is `agree_and_use`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from monitor.access.permissions import Action, require
from monitor.access.principal import Principal
from monitor.errors import NeedsSecondPerson, Refused
from monitor.store import approvals
from monitor.store.approvals import ApprovalRow

GOOD_FOR_S: Final = 86_400.0
"""What was agreed to is done within a day, or asked for again."""

DECIDED_WITH: Final[dict[str, Action]] = {
    "holds.release": "holds.manage",
    "recordings.export": "recordings.export",
    "calls.export": "calls.export",
    "persons.answer": "persons.answer",
    "retention.shorten": "retention.manage",
}
"""Things that need a second person -> the permission both of them need."""


def ask(
    on: Connection, who: Principal, *, action: str, about: str, reason: str, wall: float
) -> ApprovalRow:
    """Ask a second person for something; raises `Refused`."""
    _person(who)
    require(who, _permission(action))
    return approvals.add(
        on,
        action=action,
        about=about,
        reason=reason,
        asked_by=who.label,
        wall=wall,
        teams=who.teams,
    )


def shown(who: Principal, row: ApprovalRow) -> bool:
    """Whether what was asked is any business of `who`: of the own teams, or the own request."""
    asked = row.of()
    return not who.teams or row.asked_by == who.label or (bool(asked) and asked <= {*who.teams})


def decide(
    on: Connection, who: Principal, number: int, *, agreed: bool, wall: float
) -> ApprovalRow:
    """Agree or not to what another one asked for; raises `Refused`."""
    _person(who)
    row = approvals.find(on, number)
    if row is None or not shown(who, row):
        raise Refused("no_approval", f"nothing was asked for under number {number}")
    require(who, _permission(row.action))
    if row.asked_by == who.label:
        raise Refused("own_request", "somebody else has to decide what you asked for")
    if row.decided_by is not None:
        raise Refused("decided", f"{row.decided_by} has decided this")
    approvals.decide(on, number, by=who.label, agreed=agreed, wall=wall)
    found = approvals.find(on, number)
    assert found is not None
    return found


def use(on: Connection, who: Principal, *, action: str, about: str, wall: float) -> ApprovalRow:
    """Use what was agreed to, once; raises `NeedsSecondPerson` when nobody did."""
    _person(who)
    row = approvals.use(
        on,
        action=action,
        about=about,
        asked_by=who.label,
        since=wall - GOOD_FOR_S,
        wall=wall,
    )
    if row is None:
        raise NeedsSecondPerson(action, about)
    return row


def check(on: Connection, who: Principal, *, action: str, about: str, wall: float) -> None:
    """Raise what `use` would raise, and use nothing up: before work that may be for nothing."""
    _person(who)
    since = wall - GOOD_FOR_S
    if approvals.agreed(on, action=action, about=about, asked_by=who.label, since=since) is None:
        raise NeedsSecondPerson(action, about)


def agree_and_use(
    on: Connection,
    who: Principal,
    *,
    action: str,
    about: str,
    reason: str,
    asked_by: str,
    asked_wall: float,
    wall: float,
) -> ApprovalRow:
    """Keep that `who` does what somebody else asked for; raises `Refused` if that was `who`."""
    _person(who)
    if asked_by == who.label:
        raise Refused("own_request", "somebody else has to decide what you asked for")
    if not asked_by.startswith("user:"):
        raise Refused("sign_in", f"{asked_by} is no person: somebody who signed in has to ask")
    row = approvals.add(
        on, action=action, about=about, reason=reason, asked_by=asked_by, wall=asked_wall
    )
    approvals.decide(on, row.number, by=who.label, agreed=True, wall=wall)
    approvals.used(on, row.number, wall=wall)
    return row


def _permission(action: str) -> Action:
    found = DECIDED_WITH.get(action)
    if found is None:
        known = ", ".join(DECIDED_WITH)
        raise Refused("unknown_action", f"{action} needs no second person; these do: {known}")
    return found


def _person(who: Principal) -> None:
    if who.kind != "user":
        raise Refused("sign_in", "people who signed in ask and decide, not tokens")
