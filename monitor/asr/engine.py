"""The recogniser behind the event loop: segments of all calls in, transcripts out of threads."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from monitor.asr.base import Transcriber, Transcript
from monitor.asr.brief import brief_s
from monitor.asr.hear import hear
from monitor.asr.ladder import Ladder, Level
from monitor.asr.pace import Pace
from monitor.asr.parking import Parking
from monitor.asr.scheduler import Again, Job, Schedule, Speaker
from monitor.asr.worker import Worker
from monitor.clock import Clock, SystemClock
from monitor.errors import MonitorError, Unavailable
from monitor.speech.endpoint import Kind
from monitor.types import Segment

Ear = Transcriber | Worker
"""What hears: a recogniser in this process or in one of its own."""

SPARE_S: Final = 0.6
"""Period of partials above which the recogniser is busy."""

SWAMPED_S: Final = 3.0
"""And the one from which on there are next to none."""

MOST_HELD_S: Final = 3600.0
"""Seconds of waiting speech in memory (32 kB each) above which no more may be added: nothing of
it can be read from a recording, or it would not be there."""

Answer = asyncio.Future[Transcript | None]
"""The transcript; None when newer sound or overload made the job pointless (never for finals)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How the engine is doing."""

    waiting_s: float
    """Seconds of speech queued."""
    oldest_final_s: float
    """How long the oldest queued final has waited."""
    finals: int
    """Finals queued."""
    speculative: int
    partials: int
    running: int
    """Segments being heard now."""
    submitted: int
    taken: int
    replaced: int
    shed: int
    overflows: int
    held_s: float
    """Seconds of waiting speech whose sound is in memory."""
    parked: int
    """Finals whose sound waits in the recording, ever."""
    reused: int
    """Finals answered by the speculative decode of the same samples."""
    failed: int
    """Segments the recogniser failed on."""
    busy_s: float
    """Seconds workers spent hearing, all together."""
    heard_s: float
    """Seconds of speech heard."""


def recognisers(build: Callable[[], Transcriber], workers: int) -> list[Ear]:
    """`workers` processes, each with what `build` gives, started at once; 0: one in this process.

    Raises `Unavailable` when a recogniser cannot be had.
    """
    if not workers:
        return [build()]
    with ThreadPoolExecutor(workers) as starting:
        return list(starting.map(lambda _: Worker(build), range(workers)))


class Engine:
    """One thread for each transcriber. Create, submit and close it on one event loop.

    `submit` never blocks. A final whose samples a speculative decode has already covered, or is
    covering now, is answered by that decode.
    """

    def __init__(
        self,
        transcribers: Sequence[Ear],
        *,
        schedule: Schedule | None = None,
        clock: Clock | None = None,
        join_s: float = 0.0,
        parking: Parking | None = None,
        sheds: bool = True,
    ) -> None:
        """`sheds`: whether things are given up when speech waits. `join_s`: longest window in
        which what waits of one speaker is heard together under load; 0 where that gains nothing."""
        if not transcribers:
            raise ValueError("an engine needs a transcriber")
        self._loop = asyncio.get_running_loop()
        self._schedule = schedule or Schedule()
        self._join_s = join_s
        self._parking = parking or Parking()
        self._clock = clock or SystemClock()
        self._wake = threading.Condition()
        self._answers: dict[int, tuple[Job, Answer]] = {}
        self._guesses: dict[Speaker, tuple[Job, Answer]] = {}
        self._tokens = itertools.count()
        self._closing = False
        self._running = self._failed = self._reused = 0
        self._busy_s = self._heard_s = 0.0
        self._pace = Pace()
        self._ladder = Ladder()
        self._sheds = sheds
        self._oldest: dict[int, float] = {}
        """Tokens of finals not yet answered, and when they came."""
        self._threads = [
            threading.Thread(target=self._work, args=(each,), name=f"asr-{number}", daemon=True)
            for number, each in enumerate(transcribers)
        ]
        self._transcribers = tuple(transcribers)
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        segment: Segment,
        *,
        deadline_s: float,
        kind: Kind,
        team: str = "",
        again: Again | None = None,
    ) -> Answer:
        """Queue a segment; the future gets its transcript, or None (see `Answer`).

        `deadline_s` orders finals of all calls: seconds of the engine's clock by which the words
        are wanted; each `team` gets its share of the recogniser. With `again` a final that waits
        long may give its sound back. The future raises `MonitorError` when the recogniser failed
        on the segment.
        """
        if self._closing:
            raise Unavailable("engine_closed", "the recogniser is shutting down")
        job = Job(
            token=next(self._tokens),
            segment=segment,
            kind=kind,
            deadline_s=deadline_s,
            since_s=self._clock.monotonic(),
            team=team,
            again=again,
        )
        answer: Answer = self._loop.create_future()
        level = self._climb()
        if kind is Kind.PARTIAL and level >= Level.NO_PARTIALS:
            answer.set_result(None)
            return answer
        guess = self._guesses.pop(job.speaker, None) if kind is not Kind.PARTIAL else None
        if kind is Kind.FINAL and guess and self._reuse(job, *guess):
            self._reused += 1
            guess[1].add_done_callback(lambda done: self._take_over(done, job, answer))
            return answer
        if kind is Kind.SPECULATIVE:
            self._guesses[job.speaker] = (job, answer)
        self._queue(job, answer)
        return answer

    def _queue(self, job: Job, answer: Answer) -> None:
        self._answers[job.token] = (job, answer)
        if job.kind is Kind.FINAL:
            self._oldest[job.token] = job.since_s
        with self._wake:
            dropped = self._schedule.put(job)
            if job.kind is Kind.FINAL:
                self._parking.put(job, job.since_s)
            self._wake.notify()
        for lost in dropped:
            self._answer(lost.token, None)

    def _take_over(self, done: Answer, job: Job, answer: Answer) -> None:
        """The guess is ready that covers a final; one that failed is no verdict on the final."""
        failed = done.cancelled() or done.exception() is not None or done.result() is None
        if failed and not self._closing:
            self._queue(job, answer)
        else:
            _copy(done, answer)

    @property
    def level(self) -> Level:
        """How much is given up to keep up."""
        return self._climb()

    @property
    def full(self) -> bool:
        """Whether what waits leaves no room for more."""
        return self._parking.held_s > MOST_HELD_S

    def _climb(self) -> Level:
        if not self._sheds:
            return Level.ALL
        now_s = self._clock.monotonic()
        # finals come in the order of time, so the first one kept is the oldest
        since_s = next(iter(self._oldest.values()), now_s)
        level = self._ladder.saw(now_s, now_s - since_s)
        self._schedule.agents_first = level >= Level.AGENTS_FIRST
        self._schedule.join_s = self._join_s if level >= Level.JOINED else 0.0
        return level

    @property
    def partial_every_s(self) -> float:
        """Seconds of media time that a role's next partial should wait after the last one; 0 while
        there are none."""
        self._pace.saw(self._clock.monotonic(), self._busy_s, len(self._threads))
        return 0.0 if self._ladder.level >= Level.NO_PARTIALS else self._pace.every_s

    @property
    def spare(self) -> bool:
        """Whether there is time for work that may turn out to be for nothing."""
        return 0.0 < self.partial_every_s <= SPARE_S

    @property
    def swamped(self) -> bool:
        """Whether there is hardly time for anything but finals."""
        return not 0.0 < self.partial_every_s < SWAMPED_S

    @property
    def brief_s(self) -> float:
        """Seconds after which segments should be closed (`asr.brief`); 0 when they may last."""
        return brief_s(self._pace.every_s, self._ladder.level)

    def stats(self) -> Stats:
        """A snapshot."""
        with self._wake:
            schedule, counts = self._schedule, self._schedule.counts
            return Stats(
                waiting_s=schedule.waiting_s,
                oldest_final_s=schedule.oldest_final_s(self._clock.monotonic()),
                finals=schedule.waiting(Kind.FINAL),
                speculative=schedule.waiting(Kind.SPECULATIVE),
                partials=schedule.waiting(Kind.PARTIAL),
                running=self._running,
                submitted=counts.submitted + self._reused,
                taken=counts.taken,
                replaced=counts.replaced,
                shed=counts.shed,
                overflows=counts.overflows,
                held_s=self._parking.held_s,
                parked=self._parking.parked,
                reused=self._reused,
                failed=self._failed,
                busy_s=self._busy_s,
                heard_s=self._heard_s,
            )

    def behind_s(self, team: str) -> float:
        """How long the oldest final of the team has waited."""
        with self._wake:
            return self._schedule.oldest_final_s(self._clock.monotonic(), team)

    async def close(self) -> None:
        """Take nothing more, hear every queued final, then stop the threads."""
        with self._wake:
            self._closing = True
            dropped = self._schedule.drop_optional()
            self._wake.notify_all()
        for job in dropped:
            self._answer(job.token, None)
        for thread in self._threads:
            await self._loop.run_in_executor(None, thread.join)
        # answers travel through the loop: let those of the last batch arrive
        await asyncio.sleep(0)
        for transcriber in self._transcribers:
            await self._loop.run_in_executor(None, transcriber.close)

    def _reuse(self, job: Job, guess: Job, answer: Answer) -> bool:
        """Whether the guess covers the same samples and is done or under way."""
        if guess.stretch != job.stretch or answer.cancelled():
            return False
        if answer.done():
            return answer.exception() is None and answer.result() is not None
        with self._wake:
            return not self._schedule.is_waiting(guess)

    def _work(self, transcriber: Ear) -> None:
        while batch := self._next_batch():
            began = self._clock.monotonic()
            narrow = self._ladder.level >= Level.NARROW
            outcomes = _hear(transcriber, batch, narrow=narrow)
            took_s = self._clock.monotonic() - began
            outcomes = [
                _timed(outcome, began - job.since_s, took_s)
                for job, outcome in zip(batch, outcomes, strict=True)
            ]
            with self._wake:
                self._running -= len(batch)
                self._busy_s += took_s
                self._heard_s += sum(job.seconds for job in batch)
                self._failed += sum(isinstance(outcome, MonitorError) for outcome in outcomes)
            self._loop.call_soon_threadsafe(self._answer_all, batch, outcomes)

    def _next_batch(self) -> list[Job]:
        with self._wake:
            while not (batch := self._schedule.take(self._clock.monotonic())):
                if self._closing:
                    return []
                self._wake.wait()
            self._running += len(batch)
            for job in batch:
                if job.kind is Kind.FINAL:
                    self._parking.take(job)
            return batch

    def _answer_all(self, batch: list[Job], outcomes: list[Transcript | MonitorError]) -> None:
        for job, outcome in zip(batch, outcomes, strict=True):
            self._answer(job.token, outcome)

    def _answer(self, token: int, outcome: Transcript | MonitorError | None) -> None:
        _, answer = self._answers.pop(token)
        self._oldest.pop(token, None)
        if answer.done():
            return
        if isinstance(outcome, MonitorError):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)


def _hear(transcriber: Ear, batch: list[Job], *, narrow: bool) -> list[Transcript | MonitorError]:
    """An outcome for each job; a job that cannot be heard does not take the others with it."""
    fast = narrow or batch[0].kind is Kind.PARTIAL
    joined = batch[0].joined
    try:
        segments = [_sound(job) for job in batch]
        if isinstance(transcriber, Worker):
            return list(transcriber.hear(segments, fast=fast, joined=joined))
        return list(hear(transcriber, segments, fast=fast, joined=joined))
    except Exception as error:
        # whatever went wrong in the engine room becomes a fact about these segments
        if len(batch) > 1:
            for job in batch:
                job.joined = False
            return [
                outcome for job in batch for outcome in _hear(transcriber, [job], narrow=narrow)
            ]
        segment = batch[0].segment
        where = f"{segment.call} {segment.role} {segment.start_s:.2f}..{segment.end_s:.2f} s"
        return [MonitorError("recogniser_failed", f"recogniser failed on {where}: {error}")]


def _sound(job: Job) -> Segment:
    """The job's segment with its sound, from the recording if it was given back."""
    if not job.parked or job.again is None:
        return job.segment
    samples = job.again(job.segment)
    if samples is None:
        raise MonitorError("sound_gone", "the recording of what waited cannot be read")
    return dataclasses.replace(job.segment, samples=samples)


def _timed(
    outcome: Transcript | MonitorError, waited_s: float, took_s: float
) -> Transcript | MonitorError:
    if isinstance(outcome, MonitorError):
        return outcome
    return dataclasses.replace(outcome, waited_s=round(waited_s, 4), took_s=round(took_s, 4))


def _copy(done: Answer, answer: Answer) -> None:
    if answer.done():
        return
    if done.cancelled():
        answer.cancel()
    elif error := done.exception():
        answer.set_exception(error)
    else:
        answer.set_result(done.result())
