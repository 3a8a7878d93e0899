"""The verdict that counts on each alert, out of everything that was ever said about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.qa.review_precision import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict, a decision on an appeal, or a miss."""

    team: str
    alert: str
    kind: str
    verdict: str
    rule: str


def counting(said: Iterable[Said]) -> dict[tuple[str, str], Judged]:
    """(team, alert) to the verdict that counts: the last one, or what an appeal made of it."""
    found: dict[tuple[str, str], Judged] = {}
    for one in said:
        key = (one.team, one.alert)
        if one.kind == "verdict":
            found[key] = Judged(rule=one.rule, verdict=one.verdict)
        elif one.kind == "decision" and one.verdict == "granted":
            found[key] = Judged(rule=one.rule, verdict="false_alarm")
    return found


def judged(said: Iterable[Said]) -> list[Judged]:
    """Everything that counts for precision: a verdict for each alert, and every miss of a rule."""
    every = list(said)
    misses = [Judged(rule=one.rule, verdict="miss") for one in every if one.kind == "miss"]
    return [*counting(every).values(), *(one for one in misses if one.rule)]
