"""What a call's sound passes on its way to the recorder; costs its caller no time at all."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from monitor.events import CallStarted
from monitor.evidence.format import ALL_CHANNELS, Kind, samples_payload
from monitor.evidence.segment import Entry
from monitor.types import Role, Samples

RECORD_S = 1.0
"""Most seconds of sound in a record."""


@dataclass(slots=True, kw_only=True)
class _Sound:
    channel: int
    position: int
    samples: Samples


@dataclass(slots=True, kw_only=True)
class _Mark:
    kind: Kind
    channel: int
    position: int
    samples: int


@dataclass(slots=True, kw_only=True)
class _Run:
    """Sound of one channel without a hole in it, on its way into one record."""

    first: _Sound
    parts: list[Samples] = field(default_factory=list)
    count: int = 0

    def takes(self, sound: _Sound, most: int) -> bool:
        follows = sound.position == self.first.position + self.count
        return follows and self.count + len(sound.samples) <= most

    def add(self, sound: _Sound) -> None:
        self.parts.append(sound.samples)
        self.count += len(sound.samples)

    def entry(self) -> Entry:
        joined = np.concatenate(self.parts).astype("<i2", copy=False)
        return Entry(
            kind=Kind.AUDIO,
            channel=self.first.channel,
            position=self.first.position,
            payload=joined.tobytes(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a take ended. Samples per channel."""

    received: tuple[int, ...]
    recorded: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Every sample that arrived is on disk."""
        return self.received == self.recorded


class Tape:
    """One take of a call: sound from the event loop, entries for the recorder's thread.

    Positions count samples since the take began and are kept as samples since the call did: one
    that comes back goes on where it was. At most `bound` samples wait; what arrives
    beyond that is let go and put on record as lost.
    """

    def __init__(
        self,
        call: CallStarted,
        *,
        rate: int,
        roles: tuple[Role, ...],
        take: str,
        began_wall: float,
        bound: int,
    ) -> None:
        self.call = call
        self.rate = rate
        self.roles = roles
        self.take = take
        self.began_wall = began_wall
        self.done: Future[Kept] = Future()
        self.received = [0] * len(roles)
        self.lost = [0] * len(roles)
        self.reason: str | None = None
        self._origin = round(call.at * rate)
        self._bound = bound
        self._held = 0
        self._waiting: deque[_Sound | _Mark] = deque()
        self._tell: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def hear(self, role: Role, samples: Samples, position: int) -> None:
        """Sound of one role. The array is kept, so nobody may write to it."""
        channel, count = self.roles.index(role), len(samples)
        position += self._origin
        with self._lock:
            self.received[channel] += count
            if not self._roomy(count):
                self._lose(channel, position, count)
                return
            self._held += count
            self._waiting.append(_Sound(channel=channel, position=position, samples=samples))

    @property
    def crowded(self) -> bool:
        """More than half of the room is taken."""
        return 2 * self._held > self._bound

    def fits(self, samples: int, tell: Callable[[], object]) -> bool:
        """Whether there is room for so many more; if not, `tell` is called once there is more.

        A tape has one source, so one `tell` is kept. It is called on the recorder's thread.
        """
        with self._lock:
            roomy = self._roomy(samples)
            self._tell = None if roomy else tell
            return roomy

    def gap(self, position: int, samples: int) -> None:
        """The source lost sound of all roles."""
        self._mark(Kind.GAP, position, samples)

    def pause(self, position: int) -> None:
        """From here on nothing is kept."""
        self._mark(Kind.PAUSE, position, 0)

    def resume(self, position: int, samples: int) -> None:
        """The pause is over; so many samples before `position` were let go."""
        self._mark(Kind.RESUME, position, samples)

    def end(self, reason: str) -> None:
        """No more sound; `done` gets its result once everything is on disk and in the index."""
        self.reason = reason

    def drain(self) -> list[Entry]:
        """Everything that waits, as entries of at most a second each."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
        most = int(self.rate * RECORD_S)
        entries: list[Entry] = []
        runs: dict[int, _Run] = {}
        for item in taken:
            if isinstance(item, _Mark):
                entries += [run.entry() for run in runs.values()]
                runs.clear()
                entries.append(_marked(item))
                continue
            run = runs.get(item.channel)
            if run is not None and not run.takes(item, most):
                entries.append(run.entry())
                run = None
            if run is None:
                run = runs[item.channel] = _Run(first=item)
            run.add(item)
        entries += [run.entry() for run in runs.values()]
        return entries

    def release(self, samples: int) -> None:
        """So many samples are on disk, or given up: there is room for more."""
        with self._lock:
            self._held -= samples
            tell, self._tell = self._tell, None
        if tell is not None:
            tell()

    def give_up(self, entry: Entry) -> None:
        """Count a drained entry as lost."""
        if entry.kind is Kind.AUDIO:
            with self._lock:
                self.lost[entry.channel] += len(entry.payload) // 2

    def _roomy(self, samples: int) -> bool:
        # a piece longer than the whole bound is taken when nothing else waits
        return not self._held or self._held + samples <= self._bound

    def _mark(self, kind: Kind, position: int, samples: int) -> None:
        place = self._origin + position
        mark = _Mark(kind=kind, channel=ALL_CHANNELS, position=place, samples=samples)
        with self._lock:
            self._waiting.append(mark)

    def _lose(self, channel: int, position: int, count: int) -> None:
        self.lost[channel] += count
        for waiting in reversed(self._waiting):
            if not isinstance(waiting, _Mark) or waiting.kind is not Kind.LOST:
                break
            if waiting.channel == channel and waiting.position + waiting.samples == position:
                waiting.samples += count
                return
        self._waiting.append(
            _Mark(kind=Kind.LOST, channel=channel, position=position, samples=count)
        )


def _marked(mark: _Mark) -> Entry:
    payload = b"" if mark.kind is Kind.PAUSE else samples_payload(mark.samples)
    return Entry(kind=mark.kind, channel=mark.channel, position=mark.position, payload=payload)
