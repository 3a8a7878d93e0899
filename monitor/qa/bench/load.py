"""Calls for a benchmark: who speaks when, what must come of it, and what came.

Lanes of calls, one after the other in each, begin spread out and stay for a while, so that so many
calls are under way all the time. Ends of phrases come from the synthesis of the recordings, never
from a system under test.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import gcd
from typing import Final

import msgspec

from monitor.demo.scenario import Scene
from monitor.qa.expect import SAME_EVENT_S, Wanted
from monitor.qa.timing import percentile

STRIDE: Final = 5
AFTER_S: Final = 10.0
"""Seconds that a brief call goes on after its phrase: the sentence must end in it."""
OTHER_S: Final = 35.0
"""Seconds of a brief call that must not alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One call of a lane."""

    name: str
    scene: Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Calls one after the other."""

    delay_s: float
    plays: tuple[Play, ...]

    @property
    def seconds(self) -> float:
        """Of sound."""
        return sum(play.scene.seconds for play in self.plays)


def lanes(scenes: Sequence[Scene], count: int, *, hold_s: float, spread_s: float) -> list[Lane]:
    """`count` lanes that begin over `spread_s` seconds and last `hold_s` or a little longer."""
    made = []
    # a stride that shares a factor with the cast would leave most of it out
    stride = next(one for one in range(STRIDE, STRIDE + len(scenes)) if gcd(one, len(scenes)) == 1)
    for lane in range(count):
        plays: list[Play] = []
        seconds = 0.0
        while seconds < hold_s:
            # every lane begins elsewhere in the cast, so that one lane is not one call always
            scene = scenes[(lane * stride + len(plays)) % len(scenes)]
            name = f"{scene.expectation.call.call}-{lane}-{len(plays)}"
            plays.append(Play(name=name, scene=scene))
            seconds += scene.seconds
        made.append(Lane(delay_s=spread_s * lane / count, plays=tuple(plays)))
    return made


def brief(scenes: Sequence[Scene]) -> list[Scene]:
    """A cast for many short runs: two calls that must alert, then one other, each until a while
    after its last phrase. Few calls give many delays so, and false alerts have their chance."""
    must = [one for one in scenes if _last_s(one)]
    rest = iter([one for one in scenes if not _last_s(one)])
    made: list[Scene] = []
    for number, scene in enumerate(must, 1):
        made.append(replace(scene, seconds=min(scene.seconds, _last_s(scene) + AFTER_S)))
        if number % 2 == 0 and (other := next(rest, None)):
            made.append(replace(other, seconds=min(other.seconds, OTHER_S)))
    return made


def _last_s(scene: Scene) -> float:
    """When the last phrase ends that is waited for, 0 without one."""
    return max((one.end or 0.0 for one in scene.expectation.wanted if one.quote), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An alert in somebody's hands."""

    call: str
    category: str
    state: str
    start: float | None
    """Seconds of media time; None from a system that gives no times."""
    at: float
    """Seconds of the monotonic clock."""
    id: str = ""
    end: float | None = None
    late: bool = False
    """It says so itself."""


@dataclass(slots=True)
class Diary:
    """What happened in a run."""

    began: dict[str, float] = field(default_factory=dict)
    """Call to the moment of its first sample."""
    arrivals: list[Arrival] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Calls that could not be played to their end, and why."""

    def begin(self, name: str, at: float | None = None) -> None:
        """The call's first sample is spoken now, or was at `at`."""
        self.began.setdefault(name, time.monotonic() if at is None else at)


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Delays in seconds after the ends of the phrases, and what went wrong."""

    wanted: int
    missed: int
    false: int
    """Confirmed alerts of categories that nobody asked for."""
    supposed: int
    withdrawn: int
    provisional: tuple[float, ...]
    """Until the alert was there in any state."""
    confirmed: tuple[float, ...]

    def at(self, share: float, *, confirmed: bool) -> float | None:
        """A percentile of the delays."""
        return percentile(self.confirmed if confirmed else self.provisional, share)


def score(lanes: Sequence[Lane], diary: Diary) -> Score:
    """Compare what arrived with what had to."""
    by_call: dict[str, list[Arrival]] = {}
    for arrival in diary.arrivals:
        by_call.setdefault(arrival.call, []).append(arrival)
    provisional: list[float] = []
    confirmed: list[float] = []
    wanted = false = 0
    for play in (play for lane in lanes for play in lane.plays):
        came = by_call.get(play.name, [])
        began = diary.began.get(play.name)
        names = {want.name for want in play.scene.expectation.wanted}
        false += len({one.category for one in came if one.state == "confirmed"} - names)
        for want in play.scene.expectation.wanted:
            if not want.quote or want.end is None or want.must != "must":
                continue
            wanted += 1
            mine = [one for one in came if _same(one, want)]
            settled = [one.at for one in mine if one.state == "confirmed"]
            if began is None or not settled:
                continue
            confirmed.append(round(min(settled) - began - want.end, 4))
            provisional.append(round(min(one.at for one in mine) - began - want.end, 4))
    ids = {
        state: {(one.call, one.id) for one in diary.arrivals if one.state == state and one.id}
        for state in ("provisional", "withdrawn")
    }
    return Score(
        wanted=wanted,
        missed=wanted - len(confirmed),
        false=false,
        supposed=len(ids["provisional"]),
        withdrawn=len(ids["withdrawn"]),
        provisional=tuple(provisional),
        confirmed=tuple(confirmed),
    )


def _same(one: Arrival, want: Wanted) -> bool:
    if one.category != want.name or one.state == "withdrawn":
        return False
    # a system without times is given the benefit of the doubt
    return one.start is None or want.start is None or abs(one.start - want.start) < SAME_EVENT_S
