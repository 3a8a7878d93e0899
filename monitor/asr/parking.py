"""Speech that waits long gives its sound back and is read from the recording when its turn comes.

Without it, minutes of overload would hold hundreds of megabytes. Plain policy without threads or
clocks; its owner holds a lock.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from monitor.asr.scheduler import Job

KEEP_S: Final = 600.0
"""Seconds of waiting speech kept in memory, 32 kB each; beyond them sound is given back."""
SETTLED_S: Final = 5.0
"""A recorder is at most two seconds behind: sound that came so long ago is in the file."""


class Parking:
    """Knows how much sound waits in memory."""

    def __init__(self, keep_s: float = KEEP_S) -> None:
        self._keep_s = keep_s
        self._recent: deque[Job] = deque()
        self.held_s = 0.0
        """Seconds of sound in memory that wait to be heard."""
        self.parked = 0
        """Segments that gave their sound back, ever."""

    def put(self, job: Job, now_s: float) -> None:
        """A final began to wait."""
        self.held_s += job.seconds
        if job.again is not None:
            self._recent.append(job)
        while self._recent and self._recent[0].since_s <= now_s - SETTLED_S:
            old = self._recent.popleft()
            if self.held_s > self._keep_s and not old.taken:
                self.held_s -= old.seconds
                old.segment = old.segment.hollow()
                old.parked = True
                self.parked += 1

    def take(self, job: Job) -> None:
        """A final is about to be heard."""
        job.taken = True
        if not job.parked:
            self.held_s -= job.seconds
