"""Live calls: sound from the sockets in, the pipeline off the event loop, events to the desk.

Each call has one worker task and one inbox, so that its pipeline is only ever used by one thread
at a time and its events are published in order.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog

from monitor.alerts.desk import Desk
from monitor.asr.engine import Engine
from monitor.asr.ladder import Level
from monitor.asr.scheduler import Again
from monitor.audio.resample import Resampler, converted_length
from monitor.clock import Clock
from monitor.errors import MonitorError, Overloaded, Unavailable
from monitor.events import Alert, CallEnded, CallStarted, Event
from monitor.inbox import Asked, End, Guess, Hole, Item, Sound, Words, runs, together, whole
from monitor.lane import Lane
from monitor.ops.ledger import Ledger
from monitor.ops.trace import Reached, Trace
from monitor.pipeline import CallPipeline, Heard
from monitor.speech.endpoint import Kind
from monitor.speech.segmenter import Piece
from monitor.types import Role, Samples

logger = structlog.get_logger()

T = TypeVar("T")

INBOX_S = 90.0
"""Seconds of sound that may wait for a call's worker; then its source is held back. A database may
be away for a minute: a source held back for long answers no ping and is cut."""

CAUGHT_UP_S = 1.0
"""Sound that comes while less than this waits has just been spoken. While more waits the source may
be held back, and its sound is older than the moment it comes."""

DUE_S = 1.0
"""Seconds after its end in which the words of a segment are wanted."""

GULP_S = 0.3
"""While the recogniser is swamped, so much sound is heard at a time: less of it costs as much."""

TOGETHER = 64
"""Most things of a call that are taken from its inbox at a time."""

AT_ONCE_S = 1.0
"""So much sound, of all roles together, is heard on the event loop under load, in 2 ms. In a thread
each step on numbers gives the interpreter to the other side and waits to have it back; with a
hundred calls two threads did less than half of what one does."""

BRIEF_FROM_S = 15.0
"""Before this an agent says who calls: names that are cut in two are taken for another's."""

CUSTOMER_RARER = 3.0
"""A customer who still speaks is heard again so many times more rarely, and not at all while the
recogniser is busy: their words can raise no alert before they are final, and its time is for those
who can."""

RETRY_S = 0.2
"""Between tries to publish while the database takes nothing."""


class LiveCall:
    """One call that is being heard; a `web.host.CallHandle`."""

    def __init__(
        self,
        call: CallStarted,
        pipeline: Callable[[], CallPipeline],
        *,
        rate: int,
        roles: tuple[Role, ...],
        engine: Engine,
        desk: Desk,
        ears: Lane,
        clock: Clock,
        trace: Trace,
        ledger: Ledger | None = None,
        again: Again | None = None,
    ) -> None:
        """While the engine takes no calls, one that begins is not heard until it does again."""
        self._call = call
        self._build = pipeline
        self._pipeline: CallPipeline
        self._rate = rate
        self._roles = roles
        self._engine = engine
        self._desk = desk
        self._ears = ears
        self._clock = clock
        self._trace = trace
        self._ledger = ledger or Ledger()
        self._again = again
        self._monitored = engine.level < Level.CLOSED
        self._resamplers = {role: Resampler(rate) for role in roles}
        self._inbox: asyncio.Queue[Item] = asyncio.Queue()
        self._arriving: list[Sound] = []
        """Sound that is to be heard together with what comes next."""
        self._arriving_s = 0.0
        self._waiting_s = 0.0
        self._ahead_s = math.inf
        """The clock less media time, when what came last came while nothing waited."""
        self._room = asyncio.Condition()
        self._reading: dict[Role, deque[Asked]] = {role: deque() for role in roles}
        self._voice = dict.fromkeys(roles, -1)
        """Number of the newest segment of each role in which a voice was heard."""
        self._closed = dict.fromkeys(roles, -1)
        """Number of the newest segment of each role whose closed sound was handed on."""
        self._ending: str | None = None
        self._worker = asyncio.create_task(self._work(), name=f"call {call.call}")

    @property
    def monitored(self) -> bool:
        """Whether sound that comes now is heard.

        A call that is heard goes on being heard, unless no more sound may wait in memory at all.
        """
        if self._monitored:
            self._monitored = not self._engine.full
        else:
            self._monitored = self._engine.level < Level.CLOSED and not self._engine.full
        return self._monitored

    async def audio(self, role: Role, samples: Samples, position: int) -> None:
        """Sound of one role at the call's own rate; waits while too much of it is unheard."""
        if self._waiting_s < CAUGHT_UP_S:
            reached_s = self._call.at + (position + len(samples)) / self._rate
            self._ahead_s = self._clock.monotonic() - reached_s
        if self._waiting_s >= INBOX_S:
            async with self._room:
                await self._room.wait_for(lambda: self._waiting_s < INBOX_S or self._worker.done())
        self._alive()
        self._waiting_s += len(samples) / self._rate
        self._arriving.append(Sound(role=role, samples=samples, monitored=self.monitored))
        self._arriving_s += len(samples) / self._rate
        if not self._engine.swamped or self._arriving_s >= GULP_S * len(self._roles):
            self._swallow()

    async def gap(self, position: int, samples: int) -> None:
        """The source lost sound of all roles."""
        self._alive()
        self._put(Hole(samples=samples, state="gap"))

    async def pause(self, position: int) -> None:
        """Nothing to do: the source's sound stops coming until `resume`."""

    async def resume(self, position: int, samples: int) -> None:
        """The pause is over; so many samples of each role were let go."""
        self._alive()
        self._put(Hole(samples=samples, state="paused"))

    async def end(self, reason: str) -> None:
        """Hear out what is queued, publish `call.ended`; returns when that is committed."""
        self._put(End(reason=reason))
        await asyncio.shield(self._worker)

    def _swallow(self) -> None:
        for sound in self._arriving:
            self._inbox.put_nowait(sound)
        self._arriving, self._arriving_s = [], 0.0

    def _put(self, item: Item) -> None:
        self._swallow()
        self._inbox.put_nowait(item)

    def _alive(self) -> None:
        if self._worker.done():
            raise MonitorError("call_failed", f"call {self._call.call} stopped being heard")

    async def _work(self) -> None:
        pipeline: CallPipeline | None = None
        try:
            # to put rules together takes a second: other calls are not kept waiting for it
            pipeline = self._pipeline = await asyncio.to_thread(self._build)
            pipeline.follow(lambda: self._clock.monotonic() - self._ahead_s)
            while self._ending is None or any(self._reading.values()):
                for item in together(await self._arrived()):
                    await self._take(item)
            await self._publish(await self._away(lambda: self._pipeline.end(self._ending or "")))
        except Exception:
            # a fault in one call must end that call visibly, and no other
            logger.exception("a call failed", call=self._call.call)
            at_s = round(pipeline.position_s, 3) if pipeline else 0.0
            await self._publish([CallEnded(call=self._call.call, at=at_s, reason="internal_error")])
        finally:
            async with self._room:
                self._room.notify_all()

    async def _arrived(self) -> list[Item]:
        """What waits in the inbox, at least one thing."""
        items = [await self._inbox.get()]
        while len(items) < TOGETHER and not self._inbox.empty():
            items.append(self._inbox.get_nowait())
        return items

    async def _take(self, item: Item | list[Sound]) -> None:
        match item:
            case list():
                periods = {role: self._partial_every_s(role) for role in self._roles}
                seconds = sum(len(sound.samples) for sound in item) / self._rate
                if self._engine.swamped and seconds <= AT_ONCE_S:
                    heard = self._hear(item, periods)
                else:
                    heard = await self._away(lambda: self._hear(item, periods))
                await self._heard(heard)
                await self._make_room(seconds)
            case Hole():
                await self._heard(await self._away(lambda: self._miss(item)))
            case Words():
                await self._read(item.role)
            case Guess():
                await self._suppose(item.asked)
            case End():
                await self._heard(await self._away(self._flush))
                self._ending = item.reason

    async def _make_room(self, seconds: float) -> None:
        was_full = self._waiting_s >= INBOX_S
        self._waiting_s -= seconds
        if was_full:
            async with self._room:
                self._room.notify()

    def _partial_every_s(self, role: Role) -> float:
        """Seconds of speech of a role after which the recogniser has time for a partial."""
        every_s = self._engine.partial_every_s
        if role is not Role.CUSTOMER:
            return every_s
        return CUSTOMER_RARER * every_s if self._engine.spare else 0.0

    def _hear(self, sounds: list[Sound], periods: dict[Role, float]) -> Heard:
        found = Heard()
        for role, every_s in periods.items():
            self._pipeline.pace(role, every_s)
            # with hardly a partial, an agent's alert would wait for the end of the sentence
            opened = self._pipeline.position_s >= BRIEF_FROM_S
            brief = opened and role is Role.AGENT
            self._pipeline.brief(role, self._engine.brief_s if brief else 0.0)
        for (role, monitored), parts in runs(sounds):
            resampled = self._resamplers[role].feed(whole(parts))
            if monitored:
                _join(found, self._pipeline.hear(role, resampled))
            else:
                _join(found, self._pipeline.miss(role, len(resampled), "unmonitored"))
        return found

    def _miss(self, hole: Hole) -> Heard:
        found = self._drain()
        self._resamplers = {role: Resampler(self._rate) for role in self._roles}
        for role in self._roles:
            missed = converted_length(hole.samples, self._rate)
            _join(found, self._pipeline.miss(role, missed, hole.state))
        return found

    def _flush(self) -> Heard:
        found = self._drain()
        _join(found, self._pipeline.flush())
        return found

    def _drain(self) -> Heard:
        """What the resamplers still hold."""
        found = Heard()
        for role, resampler in self._resamplers.items():
            _join(found, self._pipeline.hear(role, resampler.flush()))
        return found

    async def _heard(self, heard: Heard) -> None:
        for piece in heard.pieces:
            self._submit(piece)
        await self._publish(heard.events)

    def _submit(self, piece: Piece) -> None:
        segment, role = piece.segment, piece.segment.role
        if self._for_nothing(piece):
            return
        if piece.kind is Kind.PARTIAL and self._voice[role] == segment.number:
            segment = replace(segment, voice=True)
        answer = self._engine.submit(
            segment,
            deadline_s=self._clock.monotonic() + DUE_S,
            kind=piece.kind,
            team=self._call.team,
            again=self._again,
        )
        asked = Asked(segment=segment.hollow(), answer=answer, at=self._clock.monotonic())
        if piece.kind is not Kind.FINAL:
            answer.add_done_callback(lambda _: self._inbox.put_nowait(Guess(asked=asked)))
            return
        self._ledger.count("segments")
        self._closed[role] = segment.number
        self._reading[role].append(asked)
        answer.add_done_callback(lambda _: self._inbox.put_nowait(Words(role=role)))

    def _for_nothing(self, piece: Piece) -> bool:
        """A pause of a customer is heard early only if there is time: a third of such work is done
        again, and their words raise no alert."""
        early = piece.kind is Kind.SPECULATIVE and piece.segment.role is Role.CUSTOMER
        return early and not self._engine.spare

    async def _suppose(self, asked: Asked) -> None:
        """Read words that may still change, unless their final is there already.

        A guess that failed or was shed is no news: its final will be heard for itself.
        """
        segment, answer = asked.segment, asked.answer
        finals = {each.segment.number: each.answer for each in self._reading[segment.role]}
        final = finals.get(segment.number)
        over = segment.number <= self._closed[segment.role] and (final is None or final.done())
        if answer.exception() or (transcript := answer.result()) is None or over:
            return
        if transcript.suppressed is None:
            self._voice[segment.role] = segment.number
        began = self._clock.monotonic()
        events = await self._away(lambda: self._pipeline.read(segment, transcript))
        judged = self._clock.monotonic()
        await self._publish(events)
        if self._trace:
            self._note(asked, events, began, judged)

    async def _read(self, role: Role) -> None:
        """Read what is transcribed, in the order it was spoken."""
        reading = self._reading[role]
        while reading and reading[0].answer.done():
            asked = reading.popleft()
            began = self._clock.monotonic()
            events = await self._away(partial(self._words, asked))
            judged = self._clock.monotonic()
            await self._publish(events)
            if self._trace:
                self._note(asked, events, began, judged)

    def _words(self, asked: Asked) -> Sequence[Event]:
        segment, answer = asked.segment, asked.answer
        transcript = None if answer.exception() else answer.result()
        self._ledger.count("unread" if transcript is None else "texts")
        if transcript is None:
            logger.error("speech could not be read", call=self._call.call, start_s=segment.start_s)
            return self._pipeline.fail(segment)
        return self._pipeline.read(segment, transcript)

    def _note(self, asked: Asked, events: Sequence[Event], read: float, judged: float) -> None:
        alerts = tuple(event.id for event in events if isinstance(event, Alert))
        if not alerts or asked.answer.exception() or (heard := asked.answer.result()) is None:
            return
        self._trace.write(
            Reached(
                call=self._call.call,
                channel=asked.segment.role,
                end_s=asked.segment.end_s,
                closed=asked.at,
                waited_s=heard.waited_s,
                took_s=heard.took_s,
                read=read,
                judged=judged,
                committed=self._clock.monotonic(),
                alerts=alerts,
                final=asked.segment.closed,
            )
        )

    async def _away(self, work: Callable[[], T]) -> T:
        return await self._ears.run(work)

    async def _publish(self, events: Sequence[Event]) -> None:
        self._ledger.count("findings", sum(isinstance(event, Alert) for event in events))
        while events:
            try:
                await self._desk.publish(self._call, events)  # type: ignore[arg-type]
                return
            except (Unavailable, Overloaded) as fault:
                # what was heard is kept until it is written; the inbox fills and holds the source
                logger.error("cannot record", call=self._call.call, why=fault.code)
                await asyncio.sleep(RETRY_S)


def _join(whole: Heard, part: Heard) -> None:
    whole.pieces.extend(part.pieces)
    whole.events.extend(part.events)
