"""What a rule asks of a call: phrases, and operators over them.

A tree of frozen nodes; `line` is the line of the pack. `None` means that the pack did not say.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Literal, cast

from monitor.rules.pattern import Pattern
from monitor.types import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all expressions share."""

    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase(Node):
    """One phrase pattern is said."""

    pattern: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Node):
    """At least one of these."""

    of: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Node):
    """Every one of these, `NoneOf` among them meaning that it must be absent."""

    of: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOf(Node):
    """None of these; only inside AllOf."""

    of: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NOf(Node):
    """At least `n` of these; with weights, those that are met weigh at least `n` together."""

    n: int
    of: tuple[Expr, ...]
    weights: tuple[int, ...] = ()
    """One for each of `of`; empty: each weighs 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near(Node):
    """All of these in any order, at most `within` folded characters between neighbours."""

    of: tuple[Expr, ...]
    within: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Node):
    """All of these in this order, at most `within` folded characters between neighbours."""

    of: tuple[Expr, ...]
    within: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(Node):
    """`of` looks no further than one clause, or one utterance."""

    scope: Literal["clause", "utterance"]
    of: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Short(Node):
    """`of` is said in an utterance of at most `chars` folded characters: 不要。 and no more."""

    chars: int
    of: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """The parts of `of` may lie in different utterances of the call; one limit is given."""

    of: Expr
    seconds: float | None = None
    turns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Node):
    """`of` is said `times` times within `within_s` seconds (None: in the whole call)."""

    of: Expr
    times: int = 1
    within_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class First(Node):
    """`of` is said in the first `seconds` of the call."""

    seconds: float
    of: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Last(Node):
    """`of` is said in the last `seconds` of the call; known only at its end."""

    seconds: float
    of: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class ByRole(Node):
    """`of` is said by this role, whatever the role of the rule."""

    role: Role
    of: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref(Node):
    """A rule or a signal by name: `wealth/guaranteed-return`, `guaranteed-return`, `opt_out`."""

    name: str
    strength: tuple[str, ...] = ()
    """Of a signal; empty for any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After(Node):
    """`of` is said after `ref`, within seconds or turns."""

    ref: Expr
    of: Expr
    within_s: float | None = None
    turns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before(Node):
    """`of` is said before `ref`, within seconds or turns."""

    ref: Expr
    of: Expr
    within_s: float | None = None
    turns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSaid(Node):
    """`of` was not said by a time, before something, or within a time after something."""

    of: Expr
    by_s: float | None = None
    before: Expr | None = None
    after: Expr | None = None
    within_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent(Node):
    """`of` was said by this role within the last `within_s` seconds."""

    of: Expr
    role: Role | None = None
    within_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductIs(Node):
    """The call's product is one of these."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustryIs(Node):
    """The call's industry is one of these."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaIs(Node):
    """Every one of these fields of the call's metadata has this value."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRate(Node):
    """Faster than `over_cpm` characters a minute in an utterance of `min_chars` or more."""

    over_cpm: float
    min_chars: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(Node):
    """Nobody speaks for longer than `over_s`."""

    over_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkOver(Node):
    """Both speak at once for longer than `over_s`."""

    over_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption(Node):
    """The role begins `times` times within `within_s` while the other speaks."""

    times: int = 1
    within_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar(Node):
    """An utterance is like known violations of a category; raises suspicion, never more."""

    category: str
    over: float | None = None
    """Score from 0 to 1; None for the threshold the model was measured at."""


Expr = (
    Phrase
    | AnyOf
    | AllOf
    | NoneOf
    | NOf
    | Near
    | Ordered
    | Scope
    | Short
    | Window
    | Said
    | First
    | Last
    | ByRole
    | Ref
    | After
    | Before
    | NotSaid
    | Recent
    | ProductIs
    | IndustryIs
    | MetaIs
    | SpeechRate
    | Silence
    | TalkOver
    | Interruption
    | Similar
)


@cache
def _inner(kind: Hashable) -> tuple[str, ...]:
    """The fields of a kind of expression that may hold others."""
    return tuple(one.name for one in fields(cast("type[Node]", kind)) if "Expr" in str(one.type))


def children(expr: Expr) -> Iterator[Expr]:
    """The expressions directly inside one."""
    for name in _inner(cast("Hashable", type(expr))):
        value = getattr(expr, name)
        if isinstance(value, tuple):
            yield from value
        elif value is not None:
            yield value


def walk(expr: Expr) -> Iterator[Expr]:
    """An expression and everything inside it, outermost first."""
    left = [expr]
    while left:
        one = left.pop()
        yield one
        if not isinstance(one, Phrase):
            left.extend(reversed(list(children(one))))


def patterns(expr: Expr | None) -> Iterator[Phrase]:
    """Every phrase inside an expression."""
    if expr is not None:
        yield from (item for item in walk(expr) if isinstance(item, Phrase))
