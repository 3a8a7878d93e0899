"""What a search found: phrases in turns, alone or together, and where to look for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.rules.turns import Turn
from monitor.types import Role

Roles = frozenset[Role]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A phrase in a turn; positions are folded characters."""

    turn: Turn
    start: int
    end: int
    parts: tuple[tuple[int, int], ...]
    phrase: str
    level: str
    alike: int = 0
    """Characters that differ from the phrase and only sound like it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An expression that was met. No leaves: something that is true of the call as it is."""

    leaves: tuple[Leaf, ...] = ()
    at_s: float | None = None
    """Media time, where the time and not a phrase met it."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """Where to look: a stretch of one turn, or (no turn) the whole call so far."""

    turn: Turn | None
    low: int = 0
    high: int = 1_000_000

    def within(self, low: int, high: int) -> View:
        return View(self.turn, max(self.low, low), min(self.high, high))


def speaks(role: Role, roles: Roles) -> bool:
    """Whether a speaker counts among the roles; an unknown one counts as the agent."""
    return role in roles or (role is Role.UNKNOWN and Role.AGENT in roles)


def span(found: Found) -> tuple[float, float]:
    """Seconds of media time from the first to the last of what was found."""
    if not found.leaves:
        at = found.at_s if found.at_s is not None else 0.0
        return at, at
    times = [leaf.turn.times(leaf.start, leaf.end) for leaf in found.leaves]
    return min(start for start, _ in times), max(end for _, end in times)


def is_fresh(found: Found, turn: Turn) -> bool:
    """Whether any of it lies in the new part of the turn."""
    return any(leaf.turn is turn and leaf.end > turn.fresh for leaf in found.leaves)


def is_short(found: Found, chars: int) -> bool:
    """Whether all of it lies in the new part of a turn, and that part is short."""
    return bool(found.leaves) and all(
        leaf.start >= leaf.turn.fresh and len(leaf.turn.folded.text) - leaf.turn.fresh <= chars
        for leaf in found.leaves
    )


def surest(found: Found) -> tuple[int, int, float]:
    """Words before sounds, then the phrase with the least between its parts, then the first."""
    sound = any(leaf.level == "homophone" for leaf in found.leaves)
    loose = sum(
        leaf.end - leaf.start - sum(high - low for low, high in leaf.parts)
        for leaf in found.leaves
        if leaf.parts
    )
    return int(sound), loose, span(found)[0]


def together(founds: Iterable[Found]) -> Found:
    """Several as one."""
    several = list(founds)
    leaves = tuple(dict.fromkeys(leaf for found in several for leaf in found.leaves))
    times = [found.at_s for found in several if found.at_s is not None]
    notes = [found.note for found in several if found.note]
    return Found(leaves, max(times, default=None), "；".join(notes))


def turn_of(found: Found) -> int:
    """The number of the last turn that has a part of it; 0 for none."""
    return max((leaf.turn.number for leaf in found.leaves), default=0)


def in_row(way: tuple[Found, ...], within: int, ordered: bool) -> bool:
    """Whether the parts stand in a row, none over another, near enough."""
    places = []
    for found in way:
        if not found.leaves:
            continue
        if any(leaf.turn is not found.leaves[0].turn for leaf in found.leaves):
            return False
        low = min(leaf.start for leaf in found.leaves)
        places.append((low, max(leaf.end for leaf in found.leaves)))
    if not ordered:
        places.sort()
    pairs = zip(places, places[1:], strict=False)
    return all(0 <= after[0] - before[1] <= within for before, after in pairs)
