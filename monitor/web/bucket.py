"""A token bucket: so many per second in the long run, so many at once."""

from __future__ import annotations

from monitor.clock import Clock


class Bucket:
    """Starts full."""

    def __init__(self, per_s: float, burst: float, clock: Clock) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._level = burst
        self._then = clock.monotonic()

    def take(self, amount: float = 1.0) -> bool:
        """Take from the bucket; False, and nothing taken, when it holds too little."""
        now = self._clock.monotonic()
        self._level = min(self._burst, self._level + (now - self._then) * self._per_s)
        self._then = now
        if amount > self._level:
            return False
        self._level -= amount
        return True
