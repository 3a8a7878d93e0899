"""The nouns of sound and call. The nouns people see on the wire are in `events`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
"""Hertz. Everything after `audio/` is 16 kHz mono int16 for one role."""

FRAME_S = 0.02
"""Seconds in a frame; webrtcvad takes 10, 20 or 30 ms."""

FRAME_SAMPLES = 320
"""Samples in a frame."""

Samples = npt.NDArray[np.int16]
"""Mono samples, shape (n,), native int16."""

_NOTHING = np.zeros((), np.int16)


def _no_sound() -> Samples:
    return np.zeros(0, np.int16)


class Role(StrEnum):
    """Who is speaking. It comes from the audio channel, never from guessing at voices."""

    AGENT = "agent"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class Industry(StrEnum):
    """Decides which packs apply; `other` gets the base pack and says so."""

    INSURANCE = "insurance"
    WEALTH = "wealth"
    LOAN = "loan"
    CREDIT_CARD = "credit_card"
    COLLECTION = "collection"
    EDUCATION = "education"
    HEALTH = "health"
    TELECOM = "telecom"
    RETAIL = "retail"
    PROPERTY = "property"
    AUTO = "auto"
    AFTER_SALES = "after_sales"
    OTHER = "other"


class Business(StrEnum):
    """Why the centre calls."""

    MARKETING = "marketing"
    SERVICE = "service"
    COLLECTION = "collection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """20 ms of one role."""

    role: Role
    position: int
    """Sample number of the first sample since the call began."""
    samples: Samples
    """Shape (320,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of speech of one role, cut by the end-pointer."""

    call: str
    role: Role
    number: int
    """Counts the segments of this call and role from 0; the same for all revisions of one."""
    start: int
    """Sample number of the first sample (pre-roll included)."""
    samples: Samples
    closed: bool
    """False while the speaker goes on: a partial hypothesis may be made of it."""
    after: Samples = field(default_factory=_no_sound)
    """Sound after the end, where speech was cut that goes on: heard along with the segment, so that
    its last words are heard in their place, but its own words belong to the next one."""
    before: Samples = field(default_factory=_no_sound)
    """Sound before the start, where speech was cut: heard along with the segment, so that its first
    words do not begin out of nothing; its words belong to the segment before."""
    voice: bool = False
    """Whether an earlier look at this open speech found it to be a voice, and no music or tone."""

    @property
    def start_s(self) -> float:
        """Seconds of media time."""
        return self.start / SAMPLE_RATE

    @property
    def end_s(self) -> float:
        """Seconds of media time."""
        return (self.start + len(self.samples)) / SAMPLE_RATE

    def hollow(self) -> Segment:
        """The same stretch without its sound: as long, and next to no memory."""
        hollow = np.broadcast_to(_NOTHING, len(self.samples))
        return replace(self, samples=hollow, after=_no_sound(), before=_no_sound())
