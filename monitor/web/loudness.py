"""How loud a role is just now, for the bars on a card."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from monitor.types import Samples

FRESH_S: Final = 0.6
"""Loudness older than this is silence."""

MEASURED_S: Final = 0.2
"""It is measured at most so often, when somebody looks."""

_QUIET_DB: Final = -50.0
_LEVELS: Final = 9
_FALL: Final = 4


@dataclass(slots=True)
class Sound:
    """What a role said just now, and how loud that was when somebody last looked."""

    _fresh: list[Samples] = field(default_factory=list)
    _fresh_s: float = 0.0
    _level: int = 0
    _measured_at: float | None = None

    def add(self, samples: Samples, seconds: float) -> None:
        """Sound that arrived; it costs nothing until somebody looks."""
        if self._fresh_s > FRESH_S:
            self._fresh, self._fresh_s = [], 0.0
        self._fresh.append(samples)
        self._fresh_s += seconds

    def level(self, now: float) -> int:
        """0 to 9 at this monotonic time; falls slowly enough to be seen."""
        due = self._measured_at is None or now - self._measured_at >= MEASURED_S
        if self._fresh and due:
            self._level = max(loudness(np.concatenate(self._fresh)), self._level - _FALL)
            self._fresh, self._fresh_s = [], 0.0
            self._measured_at = now
        return self._level


def loudness(samples: Samples) -> int:
    """0 (silence) to 9 (full scale) of int16 samples, by their peak; every eighth is looked at."""
    some = samples[::8]
    peak = max(int(some.max()), -int(some.min()))
    if peak == 0:
        return 0
    level = 1.0 - 20.0 * float(np.log10(peak / 32768)) / _QUIET_DB
    return max(0, min(_LEVELS, round(level * _LEVELS)))
