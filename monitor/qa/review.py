"""A call under review: what people said about its alerts, and where the call stands after that.

Pure. `Act`s are appended, never changed; a later act of the same kind about the same alert replaces
the earlier one in what counts, and both stay in the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from monitor.errors import Refused

Verdict = Literal["upheld", "false_alarm", "training"]
Kind = Literal["assign", "verdict", "miss", "score", "appeal", "decision", "reopen"]
CaseState = Literal["new", "assigned", "reviewed", "appealed"]
Ruling = Literal["granted", "refused"]

VERDICTS: Final[tuple[str, ...]] = get_args(Verdict)
CASE_STATES: Final[tuple[str, ...]] = get_args(CaseState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that somebody did. `at_wall` is seconds since the epoch, UTC."""

    number: int
    kind: Kind
    by: str
    role: str
    at_wall: float
    alert: str = ""
    verdict: str = ""
    """Of a verdict: one of `Verdict`; of a decision: one of `Ruling`."""
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An agent's objection to an alert, and how it ended."""

    act: Act
    decision: Act | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What counts now, after all acts on a call."""

    state: CaseState
    assignee: str
    verdicts: dict[str, str]
    """Alert id to the verdict that counts."""
    reviewers: dict[str, str]
    """Alert id to who gave the last verdict by hand."""
    appeals: dict[str, Appeal]
    misses: tuple[Act, ...]
    score: Act | None


def standing(acts: Iterable[Act]) -> Standing:
    """Fold the acts on one call, in the order they were made."""
    assignee = ""
    verdicts: dict[str, str] = {}
    reviewers: dict[str, str] = {}
    appeals: dict[str, Appeal] = {}
    misses: list[Act] = []
    score: Act | None = None
    for act in acts:
        match act.kind:
            case "assign":
                assignee = str(act.body.get("to", ""))
            case "verdict":
                verdicts[act.alert], reviewers[act.alert] = act.verdict, act.by
            case "miss":
                misses.append(act)
            case "score":
                score = act
            case "reopen":
                score = None
            case "appeal":
                appeals[act.alert] = Appeal(act=act)
            case "decision":
                appeals[act.alert] = Appeal(act=appeals[act.alert].act, decision=act)
                if act.verdict == "granted":
                    verdicts[act.alert] = "false_alarm"
    return Standing(
        state=_state(assignee, appeals.values(), score),
        assignee=assignee,
        verdicts=verdicts,
        reviewers=reviewers,
        appeals=appeals,
        misses=tuple(misses),
        score=score,
    )


def check_appeal(acts: Sequence[Act], alert: str) -> None:
    """Raise `Refused` when the alert has an appeal already: one objection, one decision."""
    if alert in standing(acts).appeals:
        raise Refused("appealed_before", "this alert was appealed before")


def check_decision(acts: Sequence[Act], alert: str, by: str) -> None:
    """Raise `Refused` without an open appeal, or when the decider judged the alert himself."""
    now = standing(acts)
    appeal = now.appeals.get(alert)
    if appeal is None or appeal.decision is not None:
        raise Refused("no_appeal", "there is no open appeal of this alert")
    if by in (now.reviewers.get(alert), appeal.act.by):
        raise Refused(
            "same_person", "an appeal is decided by somebody who did not review the alert"
        )


def _state(assignee: str, appeals: Iterable[Appeal], score: Act | None) -> CaseState:
    if any(appeal.decision is None for appeal in appeals):
        return "appealed"
    if score is not None:
        return "reviewed"
    return "assigned" if assignee else "new"
