"""What is given up first when speech comes faster than it can be heard: plain policy.

Driven by one number, the age of the oldest speech not yet heard. A level is taken at once and kept
until nothing has asked for it for `CALM_S`, so that load near a bound does not swing it; then the
way down takes `STEP_S` for each level that nothing asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

CALM_S: Final = 20.0
"""Seconds for which a level stays after it was last needed."""

STEP_S: Final = 3.0
"""Seconds between two steps down, after that: what a step lets in shows in the age within them."""


class Level(IntEnum):
    """Each gives up what those before it do, and one thing more."""

    ALL = 0
    NO_PARTIALS = 1
    """Nothing is heard before it is closed: alerts come with their final words."""
    NARROW = 2
    """One hypothesis instead of three and no second look: a twentieth more wrong characters."""
    JOINED = 3
    """What waits of one speaker is heard as one window, where a window costs the same whatever
    is in it."""
    AGENTS_FIRST = 4
    """Customers wait once their call's opening is over; their words come late, none is lost."""
    CLOSED = 5
    """Calls that begin now are recorded and not heard: better some calls heard than all of them
    too late."""


RISES_AT_S: Final = {
    Level.NO_PARTIALS: 2.0,
    Level.NARROW: 5.0,
    Level.JOINED: 8.0,
    Level.AGENTS_FIRST: 10.0,
    Level.CLOSED: 60.0,
}
"""Age of the oldest speech, in seconds; after the reliability study, section 4.3, but
accuracy goes later there than 3 s."""

OPENING_S: Final = 45.0
"""The part of a call in which both roles are heard first: company, purpose and consent."""


@dataclass(slots=True)
class Ladder:
    """The level now. The owner says what time it is; any clock that only rises."""

    level: Level = Level.ALL
    _needed_s: float = 0.0

    def saw(self, now_s: float, oldest_s: float) -> Level:
        """The level for speech of this age. How often it is asked makes no difference."""
        asked = max((level for level, at in RISES_AT_S.items() if oldest_s > at), default=Level.ALL)
        if asked >= self.level:
            self.level, self._needed_s = asked, now_s
            return self.level
        calm_s = now_s - self._needed_s - CALM_S
        if calm_s >= 0:
            steps = min(self.level - asked, 1 + int(calm_s // STEP_S))
            self.level = Level(self.level - steps)
            # what nothing asks for now goes on falling: its own step is due next
            asked_now = self.level == asked
            self._needed_s = now_s if asked_now else self._needed_s + steps * STEP_S
        return self.level
