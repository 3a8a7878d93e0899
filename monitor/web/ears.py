"""Live sound for the people who listen to a call: bounded, and never in the way of the call."""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from typing import Final

from monitor.types import Role, Samples

HELD_S: Final = 4.0
"""Most seconds of sound, of both roles together, that wait for a slow listener."""

MOST_EARS: Final = 8
"""Most people who listen to the same call."""

_ROLES: Final = (Role.AGENT, Role.CUSTOMER, Role.UNKNOWN)
_HEAD: Final = struct.Struct("<BxH")


def piece(role: Role, samples: Samples, rate: int) -> bytes:
    """Role (0 agent, 1 customer, 2 unknown), a zero, the rate (uint16), int16; little-endian."""
    return _HEAD.pack(_ROLES.index(role), rate) + samples.astype("<i2").tobytes()


class Ear:
    """One listener's pieces of sound that were not sent yet; the oldest give way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wake = asyncio.Event()
        self.over = False
        self._held: deque[tuple[float, bytes]] = deque()
        self._held_s = 0.0
        self._skipped = 0

    def put(self, sound: bytes, seconds: float) -> None:
        """Sound that just arrived."""
        self._held.append((seconds, sound))
        self._held_s += seconds
        while self._held_s > HELD_S and len(self._held) > 1:
            self._held_s -= self._held.popleft()[0]
            self._skipped += 1
        self.wake.set()

    def end(self) -> None:
        """The call is over: what is held is the last of it."""
        self.over = True
        self.wake.set()

    def take(self) -> tuple[list[bytes], int]:
        """Everything held, oldest first, and how many pieces gave way since the last time."""
        sounds, skipped = [sound for _, sound in self._held], self._skipped
        self._held.clear()
        self._held_s, self._skipped = 0.0, 0
        self.wake.clear()
        return sounds, skipped
