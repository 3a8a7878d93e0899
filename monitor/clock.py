"""Clocks are passed in, so that minutes of a call take microseconds in a test.

Deadlines and durations of a call are media time (samples counted) and need no clock at all;
these are for latency, time-outs and labels.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """`monotonic` for durations (seconds), `wall` for labels (seconds since the epoch, UTC)."""

    def monotonic(self) -> float: ...

    def wall(self) -> float: ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, *, start_s: float = 0.0, wall_s: float = 1_800_000_000.0) -> None:
        self._now_s = start_s
        self._wall_s = wall_s

    def monotonic(self) -> float:
        return self._now_s

    def wall(self) -> float:
        return self._wall_s + self._now_s

    def advance(self, seconds: float) -> None:
        """Move both clocks forward; going back is refused because no real clock does."""
        if seconds < 0:
            raise ValueError(f"a clock cannot go back: {seconds} s")
        self._now_s += seconds
