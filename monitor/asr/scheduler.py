"""Who is heard next: the queue of all calls, as plain policy without threads or clocks.

Finals first, the one with the earliest deadline before the others; then speculative decodes;
then partials. A newer partial of a role replaces the older one. Finals are never dropped: when
more speech waits than the bound allows, partials go first, then speculative decodes, and what
finals pile up beyond it is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from monitor.asr.ladder import OPENING_S
from monitor.speech.endpoint import Kind
from monitor.types import SAMPLE_RATE, Role, Segment

_ORDER: Final = {Kind.FINAL: 0, Kind.SPECULATIVE: 1, Kind.PARTIAL: 2}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job:
    """A segment that waits. `token` is the caller's own handle to it."""

    token: int
    segment: Segment
    kind: Kind
    deadline_s: float
    """When its words are wanted; any clock, but one clock for all jobs."""
    since_s: float = 0.0
    """When it began to wait, on the same clock."""

    @property
    def seconds(self) -> float:
        """Seconds of sound."""
        return len(self.segment.samples) / SAMPLE_RATE

    @property
    def speaker(self) -> tuple[str, Role]:
        """Call and role."""
        return (self.segment.call, self.segment.role)

    @property
    def stretch(self) -> tuple[str, Role, int, int, int]:
        """The same for two jobs over exactly the same samples."""
        segment = self.segment
        return (segment.call, segment.role, segment.number, segment.start, len(segment.samples))


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
    """The queue. Not thread-safe: its owner holds a lock."""

    most_s: float = 60.0
    """Seconds of speech that may wait before optional work is shed."""
    batch: int = 1
    """Segments heard together. On a CPU batches of the bundled model gain nothing (49 ms each
    alone, 45 in fours) and delay the first; on a GPU 8 is a good start."""
    bucket_s: float = 0.5
    """Only windows of the same bucket are batched."""
    agents_first: bool = False
    """Customers wait once the opening of their call is over."""
    counts: Counts = field(default_factory=Counts)
    _waiting: list[Job] = field(default_factory=list)

    def put(self, job: Job) -> list[Job]:
        """Queue a job; returns the jobs that will now never be taken (perhaps itself)."""
        self.counts.submitted += 1
        replaced = [other for other in self._waiting if _replaces(job, other)]
        self.counts.replaced += len(replaced)
        self._waiting = [other for other in self._waiting if other not in replaced]
        self._waiting.append(job)
        shed = self._shed()
        if job.kind is Kind.FINAL and self.waiting_s > self.most_s:
            self.counts.overflows += 1
        return replaced + shed

    def take(self) -> list[Job]:
        """The next batch, most urgent first; empty when nothing waits."""
        if not self._waiting:
            return []
        queue = sorted(self._waiting, key=self._turn)
        head = queue[0]
        thorough = head.kind is not Kind.PARTIAL
        chosen = [
            job
            for job in queue
            if self._bucket(job) == self._bucket(head)
            and (job.kind is not Kind.PARTIAL) == thorough
        ][: self.batch]
        self._waiting = [job for job in self._waiting if job not in chosen]
        self.counts.taken += len(chosen)
        return chosen

    def drop_optional(self) -> list[Job]:
        """Forget everything but finals, and return it: the engine is closing."""
        optional = [job for job in self._waiting if job.kind is not Kind.FINAL]
        self._waiting = [job for job in self._waiting if job.kind is Kind.FINAL]
        self.counts.shed += len(optional)
        return optional

    @property
    def waiting_s(self) -> float:
        """Seconds of speech that wait."""
        return sum(job.seconds for job in self._waiting)

    def is_waiting(self, job: Job) -> bool:
        """Whether the job has not been taken yet."""
        return job in self._waiting

    def waiting(self, kind: Kind) -> int:
        """Jobs of a kind that wait."""
        return sum(job.kind is kind for job in self._waiting)

    def oldest_final_s(self, now_s: float) -> float:
        """How long the oldest final has waited, seconds; 0 when none does."""
        since = [job.since_s for job in self._waiting if job.kind is Kind.FINAL]
        return max(0.0, now_s - min(since)) if since else 0.0

    def _shed(self) -> list[Job]:
        """Drop the least urgent optional jobs until the rest fits or only finals are left."""
        shed: list[Job] = []
        optional = sorted(
            (job for job in self._waiting if job.kind is not Kind.FINAL), key=_urgency
        )
        while optional and self.waiting_s > self.most_s:
            worst = optional.pop()
            self._waiting.remove(worst)
            shed.append(worst)
        self.counts.shed += len(shed)
        return shed

    def _turn(self, job: Job) -> tuple[int, bool, float, int]:
        kind, deadline_s, token = _urgency(job)
        segment = job.segment
        later = segment.role is Role.CUSTOMER and segment.start_s >= OPENING_S
        return (kind, self.agents_first and later, deadline_s, token)

    def _bucket(self, job: Job) -> int:
        return -int(-job.seconds // self.bucket_s)


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
