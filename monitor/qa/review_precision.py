"""How often a rule is right, as people judged its alerts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Z: Final = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict that counts on one alert; `verdict` may also be `miss`."""

    rule: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """A rule's record. `low` and `high` bound the precision with 95 % confidence."""

    rule: str
    upheld: int
    """Right, those that call for training among them."""
    training: int
    false_alarms: int
    misses: int
    value: float | None
    low: float | None
    high: float | None


def by_rule(judged: Iterable[Judged]) -> dict[str, Precision]:
    """The record of every rule that somebody judged."""
    counts: dict[str, dict[str, int]] = {}
    for one in judged:
        row = counts.setdefault(one.rule, {})
        row[one.verdict] = row.get(one.verdict, 0) + 1
    return {rule: _precision(rule, row) for rule, row in sorted(counts.items())}


def interval(right: int, judged: int) -> tuple[float, float]:
    """Wilson's interval for `right` of `judged`; judged must be over 0."""
    share = right / judged
    middle = share + Z * Z / (2 * judged)
    spread = Z * math.sqrt(share * (1 - share) / judged + Z * Z / (4 * judged * judged))
    whole = 1 + Z * Z / judged
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def _precision(rule: str, counts: dict[str, int]) -> Precision:
    training, false = counts.get("training", 0), counts.get("false_alarm", 0)
    right = counts.get("upheld", 0) + training
    judged = right + false
    low, high = interval(right, judged) if judged else (None, None)
    return Precision(
        rule=rule,
        upheld=right,
        training=training,
        false_alarms=false,
        misses=counts.get("miss", 0),
        value=right / judged if judged else None,
        low=low,
        high=high,
    )
