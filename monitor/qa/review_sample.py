"""Which calls people should hear: sampling plans that anybody can draw again from their seed.

Pure. A call's place depends on the seed and its number alone, so the same plan over the same calls
draws the same calls, in whatever order they come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Plan = Literal["random", "risk", "new_agents"]

WEIGHTS: Final = {"critical": 12.0, "high": 6.0, "medium": 3.0, "low": 1.5}
"""What one alert adds to a call's weight in a risk-weighted plan; a clean call weighs 1."""

MISSED_OPENING: Final = 4.0
UNCOVERED: Final = 10.0
"""Times the share of the call that nobody could judge: where the machine is blind, people look."""

NEW_DAYS: Final = 30.0
"""Days since the first call during which an agent counts as new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A call that may be drawn."""

    number: int
    agent: str
    severities: tuple[str, ...] = ()
    opening: str = "none"
    uncovered: float = 0.0
    """Share of the agent's channel that is not covered, 0 to 1."""
    agent_days: float = 1e9
    """Days since the agent's first call, at the time of this call."""


def draw(
    candidates: Sequence[Candidate], *, plan: Plan, size: int, seed: str, per_agent: int | None
) -> list[Candidate]:
    """At most `size` calls, at most `per_agent` of one agent, in the order they were drawn."""
    pool = [one for one in candidates if plan != "new_agents" or one.agent_days <= NEW_DAYS]
    ranked = sorted(pool, key=lambda one: _rank(one, plan, seed))
    drawn: list[Candidate] = []
    taken: dict[str, int] = {}
    for one in ranked:
        if len(drawn) == size:
            break
        if per_agent is not None and taken.get(one.agent, 0) >= per_agent:
            continue
        taken[one.agent] = taken.get(one.agent, 0) + 1
        drawn.append(one)
    return drawn


def dealt(numbers: Sequence[int], reviewers: Sequence[str]) -> dict[int, str]:
    """The calls dealt to reviewers in turn."""
    if not reviewers:
        return {}
    return {number: reviewers[at % len(reviewers)] for at, number in enumerate(numbers)}


def weight(one: Candidate) -> float:
    """How much a call weighs in a risk-weighted plan."""
    alerts = sum(WEIGHTS.get(severity, 0.0) for severity in one.severities)
    missed = MISSED_OPENING if one.opening == "missed" else 0.0
    return 1.0 + alerts + missed + UNCOVERED * one.uncovered


def _rank(one: Candidate, plan: Plan, seed: str) -> tuple[float, int]:
    """Lower is drawn earlier: Efraimidis and Spirakis' keys, weight 1 where all are equal."""
    digest = hashlib.sha256(f"{seed}\0{one.number}".encode()).digest()
    chance = (int.from_bytes(digest[:7], "big") + 1) / 2**56
    return -(chance ** (1.0 / (weight(one) if plan == "risk" else 1.0))), one.number
