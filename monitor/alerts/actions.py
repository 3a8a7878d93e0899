"""What people do about an alert, and how the alert stands after that. Pure: no clock, no database.

Nothing is ever taken out of the list of deeds: an undo is a deed of its own that names another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from monitor.errors import Conflict
from monitor.events import AlertState, Severity

Verb = Literal["acknowledge", "false_alarm", "prompt", "escalate", "undo"]
Status = Literal["new", "acknowledged", "false_alarm"]

SYSTEM = "system"
"""Who escalates when nobody answered."""

HIGHEST_LEVEL = 2
"""Escalations an alert can have: to the head of the floor, then to compliance."""

TEXT_CHARS = 200
"""Longest reason, and longest sentence sent to an agent."""

_Text = Annotated[str, Meta(max_length=TEXT_CHARS)]


class Deed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody asks for. The same `key` again is the same deed, not a second one."""

    action: Verb
    key: Annotated[str, Meta(min_length=8, max_length=64)]
    reason: _Text = ""
    """Why; must be given for a false alarm."""
    text: _Text = ""
    """What the agent's screen shall say; must be given for a prompt."""
    undoes: int | None = None
    """The `seq` of the action that is taken back; None is the last one that still counts."""


class Standing(Struct, frozen=True, kw_only=True):
    """How an alert stands now. Wall times are seconds since the epoch, UTC."""

    status: Status = "new"
    level: int = 0
    """Escalations that count."""
    by: str = ""
    """Who gave it this status; empty while it is new."""
    at: float | None = None
    reason: str = ""
    due: float | None = None
    """When it escalates unless somebody answers; None: never."""


class Action(Struct, frozen=True, kw_only=True, tag="action"):
    """A deed that was recorded; told to every subscriber of the team's actions."""

    seq: int
    """Place in the team's list of actions, from 1, without a hole."""
    alert: str
    call: str
    action: Verb
    by: str
    at: float
    reason: str = ""
    text: str = ""
    undoes: int | None = None
    level: int = 0
    """Of an escalation: 1 or 2."""
    standing: Standing = Standing()
    """How the alert stands after it."""


class Limits(Struct, frozen=True, kw_only=True):
    """Seconds an alert may stay unanswered before it escalates; 0 is for ever. House policy."""

    critical: float
    high: float
    medium: float
    low: float

    def of(self, severity: Severity) -> float:
        """The limit of this severity."""
        found: float = getattr(self, severity)
        return found


class Facts(Struct, frozen=True, kw_only=True):
    """What the log knows of the alert."""

    call: str
    severity: Severity
    state: AlertState
    raised: float
    """Wall time at which it was first recorded."""


def counting(past: Sequence[Action]) -> list[Action]:
    """The actions that were not taken back, oldest first."""
    undone = {action.undoes for action in past if action.action == "undo"}
    return [each for each in past if each.action != "undo" and each.seq not in undone]


def standing(facts: Facts, past: Sequence[Action], limits: Limits) -> Standing:
    """How the alert stands after these actions."""
    count = counting(past)
    settled = [each for each in count if each.action in ("acknowledge", "false_alarm")]
    level = sum(each.action == "escalate" for each in count)
    if settled:
        last = settled[-1]
        status: Status = "acknowledged" if last.action == "acknowledge" else "false_alarm"
        return Standing(status=status, level=level, by=last.by, at=last.at, reason=last.reason)
    return Standing(level=level, due=_due(facts, past, level, limits))


def _due(facts: Facts, past: Sequence[Action], level: int, limits: Limits) -> float | None:
    limit = limits.of(facts.severity)
    if not limit or level >= HIGHEST_LEVEL or facts.state == "withdrawn":
        return None
    # somebody looked at it: the time begins anew
    touched = [each.at for each in past if each.action in ("escalate", "undo")]
    return max([facts.raised, *touched]) + limit


def check(deed: Deed, past: Sequence[Action], now: Standing) -> int | None:
    """Raise `Conflict` for a deed that makes no sense; returns the seq an undo takes back."""
    match deed.action:
        case "false_alarm" if not deed.reason.strip():
            raise Conflict("no_reason", "say why it is a false alarm")
        case "prompt" if not deed.text.strip():
            raise Conflict("no_text", "say what the agent shall be told")
        case "acknowledge" if now.status == "acknowledged":
            raise Conflict("done_before", f"acknowledged before by {now.by}")
        case "false_alarm" if now.status == "false_alarm":
            raise Conflict("done_before", f"marked as a false alarm before by {now.by}")
        case "escalate" if now.level >= HIGHEST_LEVEL:
            raise Conflict("done_before", "it was escalated as far as it goes")
        case "undo":
            return _undoable(deed, past)
    return None


def _undoable(deed: Deed, past: Sequence[Action]) -> int:
    count = [each.seq for each in counting(past) if each.by != SYSTEM]
    if deed.undoes is None and count:
        return count[-1]
    if deed.undoes in count:
        return deed.undoes
    raise Conflict("nothing_to_undo", "that action is not there, or was taken back before")


_decoder: msgspec.json.Decoder[Action] = msgspec.json.Decoder(Action)


def decode(body: str) -> Action:
    """The action in one JSON object."""
    return _decoder.decode(body)


def encode(action: Action) -> str:
    """One JSON object."""
    return msgspec.json.encode(action).decode()
