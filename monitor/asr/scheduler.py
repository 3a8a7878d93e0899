"""Who is heard next: the queue of all calls, as plain policy without threads or clocks.

Finals first, the one with the earliest deadline before the others; then speculative decodes;
then partials. A newer partial of a role takes the place of the older one. Finals are never dropped:
when more speech waits than the bound allows, partials go first, then speculative decodes, and what
finals pile up beyond it is counted.

Teams share alike, and so do the calls of a team: of optional work, and of finals whose deadline has
passed, the next one is of the team and the call that were heard least, counted in seconds of sound
since they last had nothing waiting. A team with a hundred calls does not make one with two wait.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from monitor.asr.joined import PAUSE_S
from monitor.asr.ladder import OPENING_S
from monitor.speech.endpoint import Kind
from monitor.types import SAMPLE_RATE, Role, Samples, Segment

_ORDER: Final = {Kind.FINAL: 0, Kind.SPECULATIVE: 1, Kind.PARTIAL: 2}

Speaker = tuple[str, str, Role]

Again = Callable[[Segment], Samples | None]
"""Reads the sound of a stretch of a call once more; None when nothing can be read. Blocks."""


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A segment that waits. `token` is the caller's own handle to it."""

    token: int
    segment: Segment
    kind: Kind
    deadline_s: float
    """When its words are wanted; any clock, but one clock for all jobs."""
    since_s: float = 0.0
    """When it began to wait, on the same clock."""
    team: str = ""
    again: Again | None = None
    """Where its sound can be had once more."""
    parked: bool = False
    """Its segment is hollow: the sound has to be had once more."""
    taken: bool = False
    joined: bool = False
    """It is heard in one window with those that were taken with it."""

    @property
    def seconds(self) -> float:
        """Seconds of sound."""
        return len(self.segment.samples) / SAMPLE_RATE

    @property
    def window_s(self) -> float:
        """Seconds that are heard: with what is around a cut."""
        segment = self.segment
        around = len(segment.before) + len(segment.after)
        return (len(segment.samples) + around) / SAMPLE_RATE

    @property
    def speaker(self) -> Speaker:
        """Team, call and role: calls of two teams may have one id."""
        return (self.team, self.segment.call, self.segment.role)

    @property
    def stretch(self) -> tuple[Speaker, int, int, int]:
        """The same for two jobs over exactly the same samples."""
        segment = self.segment
        return (self.speaker, segment.number, segment.start, len(segment.samples))


@dataclass(slots=True, kw_only=True)
class Counts:
    """What has happened so far; all of it only grows."""

    submitted: int = 0
    taken: int = 0
    replaced: int = 0
    """Partials and speculative decodes that newer sound of the same role made pointless."""
    shed: int = 0
    """Partials and speculative decodes dropped because too much speech was waiting."""
    overflows: int = 0
    """Finals accepted although with them more speech waits than the bound."""


@dataclass(slots=True, kw_only=True)
class Schedule:
    """The queue. Not thread-safe: its owner holds a lock.

    The finals of one speaker stay in the order of their deadlines, so that only the first of each
    has to be compared: a thousand that wait cost no more than the speakers do.
    """

    most_s: float = 60.0
    """Seconds of speech that may wait before optional work is shed."""
    batch: int = 1
    """Segments heard together. The bundled model on one core, processor time for each of 3 s with
    a beam of five: 38 ms alone, 33 in twos, 30 in fours, 31 in eights and sixteens; four is the
    knee for every length from 1 to 6 s. On a GPU 8 is a good start."""
    bucket_s: float = 0.5
    """Only windows of the same bucket are batched."""
    agents_first: bool = False
    """Customers wait once the opening of their call is over."""
    join_s: float = 0.0
    """Finals of one speaker are taken together up to so many seconds; 0 for never."""
    counts: Counts = field(default_factory=Counts)
    _finals: dict[Speaker, deque[Job]] = field(default_factory=dict)
    _optional: dict[Speaker, list[Job]] = field(default_factory=dict)
    _waiting: int = 0
    """Samples."""
    _places: dict[int, float] = field(default_factory=dict)
    """Token of a partial to the deadline of the first one it stands for."""
    _heard: dict[tuple[str, ...], float] = field(default_factory=dict)
    """Seconds heard of each team and call that have something waiting."""

    def put(self, job: Job) -> list[Job]:
        """Queue a job; returns the jobs that will now never be taken (perhaps itself)."""
        self.counts.submitted += 1
        replaced = [old for old in self._optional.get(job.speaker, ()) if _replaces(job, old)]
        self.counts.replaced += len(replaced)
        for old in replaced:
            self._remove(old)
        places = [
            self._places.pop(other.token, other.deadline_s)
            for other in replaced
            if other.kind is job.kind
        ]
        if places:
            self._places[job.token] = min(places)
        for share in _shares(job):
            # who comes anew begins level with the least heard of its kind: no credit for silence
            kin = [heard for other, heard in self._heard.items() if other[:-1] == share[:-1]]
            self._heard.setdefault(share, min(kin, default=0.0))
        if job.kind is Kind.FINAL:
            insort(self._finals.setdefault(job.speaker, deque()), job, key=_urgency)
        else:
            self._optional.setdefault(job.speaker, []).append(job)
        self._waiting += len(job.segment.samples)
        shed = self._shed()
        if job.kind is Kind.FINAL and self.waiting_s > self.most_s:
            self.counts.overflows += 1
        return replaced + shed

    def take(self, now_s: float = 0.0) -> list[Job]:
        """The next batch, most urgent first; empty when nothing waits. `now_s`: of the deadlines'
        clock."""
        queues = sorted(self._finals.values(), key=lambda queue: self._turn(queue[0], now_s))
        if queues and self.join_s:
            chosen = self._together(queues[0])
            for job in chosen:
                job.joined = len(chosen) > 1
        else:
            optional = sorted(
                chain.from_iterable(self._optional.values()),
                key=lambda job: self._turn(job, now_s),
            )
            chosen = self._alike(chain(chain.from_iterable(queues), optional))
        for job in chosen:
            self._remove(job)
        self.counts.taken += len(chosen)
        self._charge(chosen)
        return chosen

    def drop_optional(self) -> list[Job]:
        """Forget everything but finals, and return it: the engine is closing."""
        optional = list(chain.from_iterable(self._optional.values()))
        for job in optional:
            self._remove(job)
        self.counts.shed += len(optional)
        return optional

    @property
    def waiting_s(self) -> float:
        """Seconds of speech that wait."""
        return self._waiting / SAMPLE_RATE

    def is_waiting(self, job: Job) -> bool:
        """Whether the job has not been taken yet."""
        held = self._finals if job.kind is Kind.FINAL else self._optional
        return job in held.get(job.speaker, ())

    def waiting(self, kind: Kind) -> int:
        """Jobs of a kind that wait."""
        if kind is Kind.FINAL:
            return sum(map(len, self._finals.values()))
        return sum(job.kind is kind for jobs in self._optional.values() for job in jobs)

    def oldest_final_s(self, now_s: float, team: str | None = None) -> float:
        """How long the oldest final, of a team or of all, has waited, seconds; 0 when none does."""
        first = [queue[0] for queue in self._finals.values()]
        since = [job.since_s for job in first if team in (None, job.team)]
        return max(0.0, now_s - min(since)) if since else 0.0

    def _alike(self, order: Iterator[Job]) -> list[Job]:
        """The first job, and the next ones that are heard in the same way."""
        head = next(order, None)
        if head is None:
            return []
        chosen, bucket = [head], self._bucket(head)
        thorough = head.kind is not Kind.PARTIAL
        for job in order:
            if len(chosen) == self.batch:
                break
            if self._bucket(job) == bucket and (job.kind is not Kind.PARTIAL) == thorough:
                chosen.append(job)
        return chosen

    def _together(self, queue: deque[Job]) -> list[Job]:
        """What waits of one speaker, as much as one window holds."""
        chosen: list[Job] = []
        seconds = 0.0
        for job in queue:
            seconds += job.seconds + PAUSE_S
            if chosen and seconds > self.join_s:
                break
            chosen.append(job)
        return chosen

    def _shed(self) -> list[Job]:
        """Drop the least urgent optional jobs until the rest fits or only finals are left."""
        shed: list[Job] = []
        if self.waiting_s <= self.most_s:
            return shed
        optional = sorted(chain.from_iterable(self._optional.values()), key=_urgency)
        while optional and self.waiting_s > self.most_s:
            worst = optional.pop()
            self._remove(worst)
            shed.append(worst)
        self.counts.shed += len(shed)
        return shed

    def _remove(self, job: Job) -> None:
        held: dict[Speaker, deque[Job]] | dict[Speaker, list[Job]]
        held = self._finals if job.kind is Kind.FINAL else self._optional
        held[job.speaker].remove(job)
        if not held[job.speaker]:
            del held[job.speaker]
        self._waiting -= len(job.segment.samples)

    def _charge(self, chosen: list[Job]) -> None:
        for job in chosen:
            self._places.pop(job.token, None)
            for share in _shares(job):
                self._heard[share] = self._heard.get(share, 0.0) + job.seconds
        waiting = chain(self._finals.values(), self._optional.values())
        left = {share for jobs in waiting for share in _shares(jobs[0])}
        self._heard = {share: heard for share, heard in self._heard.items() if share in left}

    def _turn(self, job: Job, now_s: float) -> tuple[int, bool, bool, float, float, float, int]:
        kind, deadline_s, token = _urgency(job)
        segment = job.segment
        later = segment.role is Role.CUSTOMER and segment.start_s >= OPENING_S
        in_time = job.kind is Kind.FINAL and deadline_s > now_s
        team, call = (self._heard.get(share, 0.0) for share in _shares(job))
        return (
            kind,
            self.agents_first and later,
            in_time,
            0.0 if in_time else team,
            0.0 if in_time else call,
            self._places.get(token, deadline_s),
            token,
        )

    def _bucket(self, job: Job) -> int:
        return -int(-job.window_s // self.bucket_s)


def _shares(job: Job) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Team and call, as keys of what was heard of them; kin share all but the last name."""
    return (job.team,), (job.team, job.segment.call)


def _urgency(job: Job) -> tuple[int, float, int]:
    return (_ORDER[job.kind], job.deadline_s, job.token)


def _replaces(new: Job, old: Job) -> bool:
    """Whether the newer job says all the older would have said."""
    if new.speaker != old.speaker or old.kind is Kind.FINAL:
        return False
    if old.kind is Kind.SPECULATIVE:
        # a partial heard fast is no substitute for the thorough decode that may become final
        return new.kind is not Kind.PARTIAL or new.segment.number > old.segment.number
    return True
