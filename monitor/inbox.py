"""What waits for a call's worker, in the order it came: sound, holes in it, words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from monitor.asr.engine import Answer
from monitor.types import Role, Samples, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Sound of one role at the call's own rate."""

    role: Role
    samples: Samples
    monitored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Sound of all roles that will not come."""

    samples: int
    state: Literal["gap", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Closed speech of a role was read by the recogniser."""

    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Speech that goes on was read."""

    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """No more sound will come."""

    reason: str


Item = Sound | Hole | Words | Guess | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Speech that was handed to the recogniser."""

    segment: Segment
    """Without its sound: only the engine needs that."""
    answer: Answer
    at: float
    """When it was handed over, on the clock of the server."""


def together(items: list[Item]) -> Iterator[Item | list[Sound]]:
    """The items in their order, with sounds that follow each other in one: going to a thread and
    back costs as much as hearing a tenth of a second does."""
    sounds: list[Sound] = []
    for item in items:
        if isinstance(item, Sound):
            sounds.append(item)
            continue
        if sounds:
            yield sounds
            sounds = []
        yield item
    if sounds:
        yield sounds


def runs(sounds: list[Sound]) -> Iterator[tuple[tuple[Role, bool], list[Samples]]]:
    """The sound of each role, in as long pieces as nothing changes in between."""
    held: dict[Role, tuple[bool, list[Samples]]] = {}
    for sound in sounds:
        monitored, parts = held.setdefault(sound.role, (sound.monitored, []))
        if monitored is not sound.monitored:
            yield (sound.role, monitored), parts
            held[sound.role] = (sound.monitored, parts := [])
        parts.append(sound.samples)
    for role, (monitored, parts) in held.items():
        yield (role, monitored), parts


def whole(parts: list[Samples]) -> Samples:
    """The parts in one."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
