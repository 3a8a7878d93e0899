"""Pieces of any length in, frames of 20 ms out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.types import FRAME_SAMPLES, Frame, Role, Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The last frame of a role, filled up with silence."""

    frame: Frame
    padding: int
    """How many samples at its end nobody recorded."""


class Framer:
    """One role's frames; positions count 16 kHz samples from `start`."""

    def __init__(self, role: Role, *, start: int = 0) -> None:
        self._role = role
        self._next = start
        self._held = np.zeros(0, dtype=np.int16)

    @property
    def position(self) -> int:
        """Sample number just after all that was fed."""
        return self._next + len(self._held)

    def feed(self, samples: Samples) -> list[Frame]:
        """The frames that are now whole."""
        joined = np.concatenate((self._held, samples)) if len(self._held) else samples
        whole = len(joined) - len(joined) % FRAME_SAMPLES
        # a copy: the caller may reuse its buffer, and a view would keep a long block alive
        self._held = joined[whole:].copy()
        return [
            self._frame(joined[at : at + FRAME_SAMPLES]) for at in range(0, whole, FRAME_SAMPLES)
        ]

    def flush(self) -> Tail | None:
        """The last partial frame padded with zeros; None when nothing was left over."""
        if not len(self._held):
            return None
        padding = FRAME_SAMPLES - len(self._held)
        padded = np.pad(self._held, (0, padding))
        self._held = np.zeros(0, dtype=np.int16)
        return Tail(frame=self._frame(padded), padding=padding)

    def _frame(self, samples: Samples) -> Frame:
        frame = Frame(role=self._role, position=self._next, samples=samples.copy())
        self._next += FRAME_SAMPLES
        return frame
