"""Real calls, the real queue, a clock that the test moves: too much speech, and nothing lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.asr.base import Transcript
from monitor.asr.engine import Engine
from monitor.asr.ladder import Level
from monitor.asr.parking import Parking
from monitor.asr.scheduler import Schedule
from monitor.clock import VirtualClock
from monitor.events import Alert, AnyEvent, CallStarted, Coverage, Event, Utterance, Word
from monitor.lane import Lane
from monitor.live import LiveCall
from monitor.ops.trace import Trace
from monitor.pipeline import CallPipeline
from monitor.speech.endpoint import Rules
from monitor.types import SAMPLE_RATE, Role, Samples, Segment
from tests.asr.spoken import samples

ROLES = (Role.AGENT, Role.CUSTOMER)
SENTENCE = samples("spoken-1.wav")
TURN = np.concatenate([SENTENCE, np.zeros(SAMPLE_RATE, np.int16)])
LATE_S = 10.0


class Slow:
    """A recogniser that is held until the test lets it go."""

    def __init__(self) -> None:
        self.batch: list[Segment] = []
        self._go = threading.Semaphore(0)

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        self.batch = list(segments)
        self._go.acquire()
        return [_said(segment) for segment in segments]

    def release(self) -> None:
        self.batch = []
        self._go.release()

    def close(self) -> None: ...


def _said(segment: Segment) -> Transcript:
    seconds = segment.end_s - segment.start_s
    words = tuple(
        Word(
            text=chr(0x4E00 + number),
            start=segment.start_s + number / 4,
            end=segment.start_s + (number + 1) / 4,
        )
        for number in range(max(1, int(seconds * 4)))
    )
    return Transcript(
        call=segment.call,
        role=segment.role,
        number=segment.number,
        start_s=segment.start_s,
        end_s=segment.end_s,
        text="".join(word.text for word in words),
        words=words,
        voiced_s=seconds,
    )


class Alarmed:
    """A judge that raises an alert of every closed utterance."""

    def hear(self, utterance: Utterance) -> list[Event]:
        if not utterance.final:
            return []
        return [
            Alert(
                call=utterance.call,
                id=f"{utterance.call} {utterance.channel} {utterance.segment}",
                category="threat_abuse",
                rule="r/r",
                pack="r@1",
                severity="high",
                start=utterance.start,
                end=utterance.end,
                quote="话",
                raised_at=utterance.end,
            )
        ]

    def cover(self, coverage: Coverage) -> list[Event]:
        return []

    def advance(self, at_s: float) -> list[Event]:
        return []

    def end(self, at_s: float, reason: str) -> list[Event]:
        return []


@dataclass
class World:
    """Calls, their record, and one recogniser that takes `cost` seconds for each of sound."""

    cost: float
    parking: Parking
    clock: VirtualClock = field(default_factory=VirtualClock)
    ear: Slow = field(default_factory=Slow)
    record: list[AnyEvent] = field(default_factory=list)
    calls: list[LiveCall] = field(default_factory=list)
    levels: set[Level] = field(default_factory=set)
    reread: int = 0

    async def publish(self, call: CallStarted, events: Sequence[AnyEvent]) -> None:
        self.record.extend(events)

    def open(self) -> None:
        self.engine = Engine(
            [self.ear],
            schedule=Schedule(batch=4),
            clock=self.clock,
            join_s=25.0,
            parking=self.parking,
        )
        self.ears = Lane("ears")

    def again(self, segment: Segment) -> Samples:
        self.reread += 1
        return np.resize(TURN, len(segment.samples))

    def call(self) -> None:
        about = CallStarted(call=f"c{len(self.calls)}")
        call = LiveCall(
            about,
            lambda: CallPipeline(
                about,
                Alarmed(),
                roles=ROLES,
                speech=Rules(partial_every_s=0.6, partial_longest_s=3.0),
                late_after_s=LATE_S,
            ),
            rate=SAMPLE_RATE,
            roles=ROLES,
            engine=self.engine,
            desk=self,  # type: ignore[arg-type]
            ears=self.ears,
            clock=self.clock,
            trace=Trace(None),
            again=self.again,
        )
        self.calls.append(call)

    async def speak(self, turns: int) -> None:
        """Every call says so many sentences on both sides, in real time of the virtual clock."""
        for _ in range(turns):
            for call in self.calls:
                for role in ROLES:
                    await call.audio(role, TURN, 0)
            await self.pass_time(len(TURN) / SAMPLE_RATE)

    async def pass_time(self, seconds: float) -> None:
        until = self.clock.monotonic() + seconds
        while True:
            await self._settled()
            self.levels.add(self.engine.level)
            took_s = self.cost * sum(len(one.samples) for one in self.ear.batch) / SAMPLE_RATE
            now = self.clock.monotonic()
            if not self.ear.batch or now + took_s > until:
                self.clock.advance(max(0.0, until - now))
                return
            self.clock.advance(took_s)
            self.ear.release()

    async def _settled(self) -> None:
        """Every call took its sound in; the recogniser holds something, or nothing waits."""

        def moving() -> bool:
            stats = self.engine.stats()
            waits = stats.finals + stats.speculative + stats.partials + stats.running
            return any(call._waiting_s > 0 for call in self.calls) or (
                bool(waits) and not self.ear.batch
            )

        while moving():  # noqa: ASYNC110
            await asyncio.sleep(0.0002)

    async def end(self) -> None:
        ending = [asyncio.create_task(call.end("hangup")) for call in self.calls]
        while not all(each.done() for each in ending):
            if self.ear.batch:
                self.clock.advance(0.1)
                self.ear.release()
            await asyncio.sleep(0.0002)
        await self.engine.close()
        self.ears.close()

    def states(self, call: str, role: Role) -> list[tuple[str, float]]:
        """The role's coverage as states and seconds; asserts that it has no hole or overlap."""
        spans = [
            one
            for one in self.record
            if isinstance(one, Coverage) and (one.call, one.channel) == (call, role)
        ]
        at_s = 0.0
        for span in spans:
            assert span.start == at_s
            assert span.end > span.start
            at_s = span.end
        return [(span.state, span.end - span.start) for span in spans]


def check(world: World, seconds: dict[str, float]) -> None:
    alerts = [one for one in world.record if isinstance(one, Alert)]
    assert len({one.id for one in alerts}) == len(alerts)
    heard = [one for one in world.record if isinstance(one, Utterance) and one.final]
    assert len(heard) == len(alerts)
    for call, lasted_s in seconds.items():
        for role in ROLES:
            spans = world.states(call, role)
            assert sum(length for _, length in spans) == pytest.approx(lasted_s, abs=0.002)
            assert {state for state, _ in spans} <= {"transcribed", "silence", "unmonitored"}


async def overloaded(calls: int, cost: float, turns: int, keep_s: float) -> World:
    world = World(cost=cost, parking=Parking(keep_s))
    world.open()
    for _ in range(calls):
        world.call()
    await world.speak(turns)
    await world.end()
    check(world, {f"c{n}": turns * len(TURN) / SAMPLE_RATE for n in range(calls)})
    return world


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(
    calls=st.integers(1, 3),
    cost=st.sampled_from([0.1, 1.0, 4.0]),
    turns=st.integers(1, 3),
    keep_s=st.sampled_from([0.0, 5.0, 600.0]),
)
def test_every_second_has_one_state_at_any_load(
    calls: int, cost: float, turns: int, keep_s: float
) -> None:
    asyncio.run(overloaded(calls, cost, turns, keep_s))


async def test_at_three_times_the_load_nothing_is_lost_and_late_is_said() -> None:
    world = await overloaded(calls=2, cost=2.0, turns=6, keep_s=5.0)
    assert Level.AGENTS_FIRST in world.levels
    assert world.reread > 0
    assert world.engine.stats().parked == world.reread
    alerts = [one for one in world.record if isinstance(one, Alert)]
    assert {one.late for one in alerts} == {True, False}


async def test_words_are_late_by_the_clock_too_when_no_more_sound_comes() -> None:
    world = World(cost=1000.0, parking=Parking())
    world.open()
    world.call()
    await world.speak(1)
    world.clock.advance(2 * LATE_S)
    await world.end()
    alerts = [one for one in world.record if isinstance(one, Alert)]
    assert {one.late for one in alerts} == {True}


async def test_a_call_that_begins_when_nothing_more_can_be_heard_is_not_monitored() -> None:
    world = World(cost=8.0, parking=Parking())
    world.open()
    world.call()
    while world.engine.level < Level.CLOSED:
        await world.speak(1)
    before_s = world.clock.monotonic()
    world.call()
    assert not world.calls[-1].monitored
    assert world.calls[0].monitored
    await world.speak(2)
    # the load ends for the others; when they are heard the new call is, too
    world.cost = 0.01
    while not world.calls[-1].monitored:
        await world.pass_time(1.0)
    await world.speak(2)
    whole_s = len(TURN) / SAMPLE_RATE
    await world.end()
    states = world.states("c1", Role.AGENT)
    assert states[0][0] == states[1][0] == "unmonitored"
    assert sum(length for state, length in states if state == "unmonitored") == pytest.approx(
        2 * whole_s, abs=0.002
    )
    assert "transcribed" in {state for state, _ in states}
    assert sum(length for _, length in states) == pytest.approx(4 * whole_s, abs=0.002)
    assert before_s > 60
