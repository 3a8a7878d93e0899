"""What a ladder of loads says of each system: up to how many calls it held, and against the others.

A load is held when no session failed, the 95th percentile of the delays is within the limit and at
most one alert in a hundred is missed beyond what the system misses with one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from monitor.qa.bench.capacity import Step

LIMITS_S: Final = (1.0, 2.0)
"""Seconds after the end of the phrase at which capacity is read."""
HOPELESS_S: Final = 20.0
"""A median above this, or half of the alerts missed: higher loads say nothing more."""
QUEUE_S: Final = 1.0
"""Seconds that a call may wait for others."""
SLOW_S: Final = 10.0
"""A system that is so late with the fewest calls does not hear even those."""
SPARE: Final = 0.01
"""Share of the alerts that may be missed beyond those that are missed with one call."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that a system held within a limit."""

    system: str
    calls: int
    whole: bool
    """Every load tried was held: it may hold more."""


def last_runs(steps: Sequence[Step]) -> list[Step]:
    """Of each system and load only what was measured in its last ladder."""
    newest = {(one.system, one.calls): one.ladder for one in steps}
    return [one for one in steps if one.ladder == newest[one.system, one.calls]]


def within(step: Step, limit_s: float, *, confirmed: bool, allowed: float = SPARE) -> bool:
    """Whether this load was held. `allowed` is a share of the alerts."""
    p95 = step.score.at(0.95, confirmed=confirmed)
    missed = step.score.missed > allowed * step.score.wanted
    return p95 is not None and p95 <= limit_s and not missed and not step.failed


def over(steps: Sequence[Step]) -> bool:
    """Whether one system need not be asked for more calls after these: its first alerts are late,
    and later than they were with the fewest calls."""
    last = steps[-1]
    return not within(last, max(LIMITS_S[-1], _alone_s(steps, confirmed=False)), confirmed=False)


def hopeless(steps: Sequence[Step]) -> bool:
    """Whether more calls would tell nothing new of a system that did the last of these."""
    score = steps[-1].score
    median = score.at(0.5, confirmed=True)
    return median is None or median > HOPELESS_S or 2 * score.missed > score.wanted


def _alone_s(steps: Sequence[Step], *, confirmed: bool) -> float:
    """The limit that a system keeps while more calls cost it no more than `QUEUE_S`."""
    fewest = min(one.calls for one in steps)
    found = [one.score.at(0.95, confirmed=confirmed) for one in steps if one.calls == fewest]
    known = [value for value in found if value is not None and value < SLOW_S]
    return min(known) + QUEUE_S if known else 0.0


def unhurried(steps: Sequence[Step], *, confirmed: bool = False) -> Held:
    """Calls up to which the p95 is at most `QUEUE_S` over that with the fewest calls, however late
    that is: what the system could hear, apart from when it speaks."""
    return capacity(steps, _alone_s(steps, confirmed=confirmed), confirmed=confirmed)


def capacity(steps: Sequence[Step], limit_s: float, *, confirmed: bool = False) -> Held:
    """Calls up to which one system held every load of its ladder, in every run."""
    alone = [one.score.missed / max(1, one.score.wanted) for one in steps if one.calls == 1]
    allowed = (min(alone) if alone else 0.0) + SPARE
    held = 0
    for load in sorted({one.calls for one in steps}):
        runs = [one for one in steps if one.calls == load]
        if not all(within(one, limit_s, confirmed=confirmed, allowed=allowed) for one in runs):
            return Held(system=steps[0].system, calls=held, whole=False)
        held = load
    return Held(system=steps[0].system if steps else "", calls=held, whole=bool(steps))


def by_system(steps: Sequence[Step]) -> dict[str, list[Step]]:
    """In the order in which they were first measured."""
    found: dict[str, list[Step]] = {}
    for one in steps:
        found.setdefault(one.system, []).append(one)
    return found


def compared(steps: Sequence[Step], ours: str) -> list[str]:
    """For each limit, how many times the best other's capacity ours is. Only systems that were
    measured in one ladder are compared."""
    ladder = next((one.ladder for one in reversed(steps) if one.system != ours), None)
    systems = by_system([one for one in steps if one.ladder == ladder])
    if ours not in systems or len(systems) == 1:
        return []
    said = []
    for confirmed in (False, True):
        what = "confirmed alert" if confirmed else "first alert"
        for limit_s in LIMITS_S:
            held = {
                name: capacity(found, limit_s, confirmed=confirmed)
                for name, found in systems.items()
            }
            said.append(_sentence(f"{what} p95 <= {limit_s:g} s", held, ours))
        held = {name: unhurried(found, confirmed=confirmed) for name, found in systems.items()}
        own = f"{what} p95 <= {QUEUE_S:g} s more than with the fewest calls"
        said.append(_sentence(own, held, ours))
    return said


def _sentence(limit: str, held: dict[str, Held], ours: str) -> str:
    mine = held[ours]
    best = max((one for one in held.values() if one is not mine), key=lambda one: one.calls)
    least = "at least " if mine.whole else ""
    said = f"{limit}: {ours} {least}{mine.calls} calls, "
    if best.calls == 0:
        return said + "no other system held the smallest load"
    return said + f"best other {best.system} {best.calls}: {mine.calls / best.calls:.1f} times"
