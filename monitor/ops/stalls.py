"""How long the event loop was kept from everything else: sockets, timers, other calls."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from monitor.clock import Clock

EVERY_S: Final = 0.02
WINDOW_S: Final = 60.0


class Stalls:
    """Wakes up often and notes how late it is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._worst: deque[tuple[float, float]] = deque()
        """(time, seconds late), falling in lateness: the first one is the longest."""

    @property
    def longest_s(self) -> float:
        """The longest stall of the last minute."""
        self._forget(self._clock.monotonic())
        return self._worst[0][1] if self._worst else 0.0

    def saw(self, now_s: float, late_s: float) -> None:
        """A wake-up at `now_s` came `late_s` after it was due."""
        while self._worst and self._worst[-1][1] <= late_s:
            self._worst.pop()
        self._worst.append((now_s, late_s))
        self._forget(now_s)

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            due = self._clock.monotonic() + EVERY_S
            await asyncio.sleep(EVERY_S)
            now = self._clock.monotonic()
            self.saw(now, max(0.0, now - due))

    def _forget(self, now_s: float) -> None:
        while self._worst and now_s - self._worst[0][0] > WINDOW_S:
            self._worst.popleft()
