"""The one table of who may do what. What does not stand here is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, get_args

from monitor.access.principal import Principal
from monitor.errors import Refused

Action = Literal[
    "alerts.watch",
    "alerts.act",
    "alerts.review",
    "alerts.appeal",
    "prompts.watch",
    "prompts.send",
    "calls.read",
    "calls.listen",
    "calls.send",
    "calls.export",
    "recordings.play",
    "recordings.export",
    "privacy.reveal",
    "persons.answer",
    "rules.read",
    "rules.try",
    "rules.propose",
    "rules.approve",
    "overview.read",
    "metrics.read",
    "accounts.read",
    "accounts.manage",
    "audit.read",
    "retention.read",
    "retention.manage",
    "holds.manage",
    "approvals.read",
    "approvals.take_part",
]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)


class Reach(Enum):
    """How far a permission goes."""

    OWN = "own"
    """The agent's own calls, alerts and prompts."""
    TEAM = "team"
    """Calls of the holder's teams; of every team for a QA or compliance holder without teams."""
    ALL = "all"
    """Things that belong to no team, such as rules or accounts."""
    WHOLE = "whole"
    """Things that tell of every team: for holders whose role is not narrowed to some."""


OWN, TEAM, ALL, WHOLE = Reach.OWN, Reach.TEAM, Reach.ALL, Reach.WHOLE

TABLE: Final[dict[Action, dict[str, Reach]]] = {
    "alerts.watch": {"supervisor": TEAM, "compliance": TEAM},
    "alerts.act": {"supervisor": TEAM},
    "alerts.review": {"qa": TEAM, "compliance": TEAM},
    "alerts.appeal": {"agent": OWN},
    "prompts.watch": {"agent": OWN, "supervisor": TEAM},
    "prompts.send": {"supervisor": TEAM},
    "calls.read": {"agent": OWN, "supervisor": TEAM, "qa": TEAM, "compliance": TEAM},
    "calls.listen": {"supervisor": TEAM, "compliance": TEAM},
    "calls.send": {"ingest": TEAM},
    "calls.export": {"qa": TEAM, "compliance": TEAM},
    "recordings.play": {"agent": OWN, "supervisor": TEAM, "qa": TEAM, "compliance": TEAM},
    "recordings.export": {"qa": TEAM, "compliance": TEAM},
    "privacy.reveal": {"compliance": TEAM},
    "persons.answer": {"compliance": TEAM},
    "rules.read": {"supervisor": ALL, "qa": ALL, "compliance": ALL, "auditor": ALL},
    "rules.try": {"supervisor": ALL, "qa": ALL, "compliance": ALL},
    "rules.propose": {"supervisor": ALL, "qa": ALL, "compliance": ALL},
    "rules.approve": {"compliance": ALL},
    "overview.read": {"supervisor": TEAM, "qa": TEAM, "compliance": TEAM},
    "metrics.read": {"admin": ALL},
    "accounts.read": {"admin": ALL, "auditor": ALL},
    "accounts.manage": {"admin": ALL},
    "audit.read": {"compliance": WHOLE, "auditor": ALL},
    "retention.read": {"compliance": ALL, "auditor": ALL},
    "retention.manage": {"compliance": WHOLE},
    "holds.manage": {"compliance": ALL},
    "approvals.read": {"qa": ALL, "compliance": ALL, "auditor": ALL},
    "approvals.take_part": {"qa": ALL, "compliance": ALL},
}

CONTENT: Final[frozenset[Action]] = frozenset(
    action for action, roles in TABLE.items() if {OWN, TEAM} & set(roles.values())
) - {"calls.send"}
"""Actions that show what was said on calls, or act on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether, and why."""

    allowed: bool
    code: str
    """ok, unknown_action, wrong_role, wrong_team or wrong_agent."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The part of the record that a permission opens."""

    teams: tuple[str, ...] | None
    """None means every team."""
    agent: str | None = None
    """Only this agent's calls."""

    def covers(self, team: str, agent: str) -> bool:
        """Whether a call of this team and agent is in it."""
        return (self.teams is None or team in self.teams) and self.agent in (None, agent)


def decide(
    who: Principal, action: str, *, team: str | None = None, agent: str | None = None
) -> Decision:
    """Whether `who` may do `action` to something of this team and agent.

    Without a team the question is whether there is anything at all it may be done to.
    """
    roles = TABLE.get(action)  # type: ignore[call-overload]
    if roles is None:
        return Decision(allowed=False, code="unknown_action", why=f"no action is named {action}")
    reach = roles.get(who.role)
    if reach is None:
        held = ", ".join(sorted(roles))
        why = f"role {who.role} has no {action}; it belongs to: {held}"
        return Decision(allowed=False, code="wrong_role", why=why)
    if reach is WHOLE and who.teams:
        why = f"{action} tells of every team, and the holder has {', '.join(who.teams)} alone"
        return Decision(allowed=False, code="wrong_team", why=why)
    if reach in (OWN, TEAM) and team is not None and not _in_teams(who, team):
        return Decision(allowed=False, code="wrong_team", why=f"{team} is another team")
    if reach is OWN and agent is not None and (not who.agent or agent != who.agent):
        return Decision(allowed=False, code="wrong_role", why="an agent has only the own calls")
    return Decision(allowed=True, code="ok", why=f"role {who.role} has {action}: {reach.value}")


def require(
    who: Principal, action: str, *, team: str | None = None, agent: str | None = None
) -> None:
    """Raise `Refused` unless `who` may."""
    decision = decide(who, action, team=team, agent=agent)
    if not decision.allowed:
        raise Refused(decision.code, decision.why)


def scope(who: Principal, action: str, team: str | None = None) -> Scope:
    """What `who` may do `action` to, when it asks for `team` or for all it has.

    Raises `Refused`.
    """
    require(who, action, team=team)
    reach = TABLE[action][who.role]  # type: ignore[index]
    agent = who.agent if reach is OWN else None
    if team is not None:
        return Scope(teams=(team,), agent=agent)
    return Scope(teams=None if reach in (ALL, WHOLE) or who.everywhere else who.teams, agent=agent)


def actions_of(role: str) -> tuple[Action, ...]:
    """What the role may do to something; for menus."""
    return tuple(action for action in ACTIONS if role in TABLE[action])


def _in_teams(who: Principal, team: str) -> bool:
    return who.everywhere or team in who.teams
