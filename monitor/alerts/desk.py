"""Where what happened in a call becomes record, log and news, in that order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from monitor.alerts import action_log, log
from monitor.alerts.actions import Limits
from monitor.alerts.feed import Feed
from monitor.clock import Clock
from monitor.events import Alert, AnyEvent, CallStarted, Utterance
from monitor.store import calls
from monitor.store.store import Store

Listener = Callable[[CallStarted, Sequence[AnyEvent]], None]
"""Called on the event loop after the commit, with the events as recorded. Must not block."""


NEVER = Limits(critical=0, high=0, medium=0, low=0)
"""Nothing escalates."""


class Desk:
    """Takes the events of calls; the pipeline's only way out."""

    def __init__(
        self,
        store: Store,
        feed: Feed,
        clock: Clock,
        *,
        limits: Limits = NEVER,
        took: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        """`limits`: how long alerts may stay unanswered. `took` is told the seconds each commit
        took, waiting included."""
        self._store = store
        self._feed = feed
        self._clock = clock
        self._took = took
        self._limits = limits
        self._listeners: list[Listener] = []
        self._under_way: set[asyncio.Task[None]] = set()

    def listen(self, listener: Listener) -> None:
        """Tell `listener` of everything published from now on."""
        self._listeners.append(listener)

    async def publish(self, call: CallStarted, events: Sequence[AnyEvent]) -> None:
        """Record events of one call; returns when they are committed and subscribers are woken.

        Words that may still change (`final` False) are passed on and not recorded. Publish the
        events of a call one batch after the other. Raises `Unavailable` when the database takes
        no write, `Overloaded` when too many wait. A caller that is cancelled does not undo it.
        """
        task = asyncio.create_task(self._publish(call, tuple(events)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)

    async def drain(self) -> None:
        """Wait for everything under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _publish(self, call: CallStarted, given: tuple[AnyEvent, ...]) -> None:
        events = given
        wall = self._clock.wall()
        if any(_durable(event) for event in events):
            begun = self._clock.monotonic()
            events = await self._store.write(
                lambda on: _record(on, call, given, wall, self._limits)
            )
            self._took(self._clock.monotonic() - begun)
        placed = [log.logged(event) for event in events if isinstance(event, Alert)]
        if placed:
            self._feed.committed(call.team, placed)
        for listener in self._listeners:
            listener(call, events)


def _durable(event: AnyEvent) -> bool:
    return not (isinstance(event, Utterance) and not event.final)


def _record(
    connection: Connection,
    call: CallStarted,
    events: tuple[AnyEvent, ...],
    wall: float,
    limits: Limits,
) -> tuple[AnyEvent, ...]:
    number = calls.ensure(connection, call, wall)
    news: list[AnyEvent] = []
    for event in events:
        if isinstance(event, Alert):
            placed = log.append(connection, call, number, event, wall)
            if placed is not None:
                action_log.opened(connection, placed, wall, limits)
                news.append(placed)
            continue
        if _durable(event):
            calls.add(connection, number, event, wall)
        news.append(event)
    return tuple(news)
