"""What a decoder of any wire protocol tells about a call, in the order it happened."""

from __future__ import annotations

from dataclasses import dataclass

from monitor import events
from monitor.audio.notice import Notice
from monitor.types import Role, Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBegan:
    """The source registered a call. Comes once, before everything else of it."""

    call: events.CallStarted
    rate: int
    """Hertz of the wire."""
    channels: int
    roles: tuple[Role, ...]
    """One per channel, left to right."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AudioChunk:
    """Sound of one role at the rate of the wire."""

    role: Role
    samples: Samples
    """Shape (n,), n >= 1; read-only, it may share memory with the message."""
    position: int
    """Sample number of the first sample, at the rate of the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Sound of all roles that the source says it lost. Positions go on after it."""

    position: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """From here on the source asks that nothing is kept (payment data). Positions go on."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The pause is over."""

    position: int
    samples: int
    """Samples of each role that arrived during the pause and were let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFinished:
    """The call is over; nothing follows."""

    reason: str
    """The source's own word, `hangup`, or `connection_closed` when it just went away."""
    samples: int
    """Media time of the call at the rate of the wire, the same for all roles."""


IngestEvent = CallBegan | AudioChunk | Gap | Paused | Resumed | Notice | CallFinished
