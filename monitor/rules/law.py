"""Rules, signals, states and disclosures in the one shape in which they are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from monitor.events import Severity, SignalName
from monitor.rules import expr as ex
from monitor.rules import pack as pk
from monitor.rules.disclosure import Duty
from monitor.rules.finding import Head
from monitor.types import Role

AGENT: Final = frozenset({Role.AGENT})
CUSTOMER: Final = frozenset({Role.CUSTOMER})
ANY: Final = frozenset({Role.AGENT, Role.CUSTOMER, Role.UNKNOWN})
ROLES: Final = {"agent": AGENT, "customer": CUSTOMER, "any": ANY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A rule ready to be judged: rules, signals and states are all of this shape."""

    head: Head
    match: ex.Expr
    roles: frozenset[Role]
    unless: ex.Expr | None = None
    allow: frozenset[int] = frozenset()
    """Numbers of patterns that take their text away from this rule."""
    context: pk.Excuses = pk.Excuses()
    homophones: bool = True
    doubt: bool = False
    """What meets it gets the second look of the doubt scorer."""
    every_turn: bool = False
    timed: bool = False
    """Time, not a phrase, meets it."""
    early: bool = False
    """Nothing said later can take it back but the words around it."""
    signal: SignalName | None = None
    strength: pk.Strength = "strong"
    ends_by: ex.Expr | None = None
    strong_severity: Severity | None = None
    """Of a state, after a strong signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLaw:
    """A disclosure ready to be judged."""

    duty: Duty
    satisfied_by: ex.Expr
    not_by: frozenset[int]
    trigger: ex.Expr | None
    from_s: float
    note: str = ""
    """Said with a met event: that no company name is registered."""
