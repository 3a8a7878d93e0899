"""How often speech that still goes on is heard again: as often as the recogniser has time for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TARGET: Final = 0.8
"""Share of the recogniser's time that may be used; above it queues grow faster than they pay."""
STEP_S: Final = 1.0
"""Seconds over which utilisation is taken."""


@dataclass(slots=True, kw_only=True)
class Pace:
    """The period of partials. Pure: the owner says what time it is and how busy it was."""

    shortest_s: float = 0.3
    longest_s: float = 4.0
    every_s: float = 0.3
    """Seconds of media time between two partials of a role, now."""
    _at_s: float | None = None
    _busy_s: float = 0.0

    def saw(self, now_s: float, busy_s: float, workers: int) -> None:
        """`busy_s`: seconds workers have spent hearing since the beginning, all together."""
        if self._at_s is None:
            self._at_s, self._busy_s = now_s, busy_s
            return
        elapsed_s = now_s - self._at_s
        if elapsed_s < STEP_S:
            return
        used = (busy_s - self._busy_s) / (elapsed_s * workers)
        self._at_s, self._busy_s = now_s, busy_s
        # partials are most of the work: their period follows the load in proportion, quickly up
        # and slowly down so that it does not swing
        change = min(2.0, max(0.8, used / TARGET))
        self.every_s = min(self.longest_s, max(self.shortest_s, self.every_s * change))
