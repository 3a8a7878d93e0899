"""Where what happened in a call becomes record, log and news, in that order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from monitor.alerts import action_log, log
from monitor.alerts.actions import Limits
from monitor.alerts.feed import Feed
from monitor.alerts.privacy import Privacy, Shown
from monitor.clock import Clock
from monitor.events import Alert, AnyEvent, CallStarted, Coverage, Utterance
from monitor.ops.ledger import Ledger
from monitor.store import calls, sealed
from monitor.store.sealed import Seal
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
        ledger: Ledger | None = None,
        seal: Seal | None = None,
    ) -> None:
        """`limits`: how long alerts may stay unanswered. `took` is told the seconds each commit
        took, waiting included.

        `seal` closes what is kept of the words before numbers in them were masked; without it
        that is not kept.
        """
        self._store = store
        self._feed = feed
        self._clock = clock
        self._took = took
        self._limits = limits
        self._ledger = ledger or Ledger()
        self._seal = seal
        self._privacy = Privacy()
        self._listeners: list[Listener] = []
        self._under_way: set[asyncio.Task[None]] = set()

    def listen(self, listener: Listener) -> None:
        """Tell `listener` of everything published from now on."""
        self._listeners.append(listener)

    async def publish(self, call: CallStarted, events: Sequence[AnyEvent]) -> None:
        """Record events of one call; returns when they are committed and subscribers are woken.

        Private numbers are masked before anything is written or shown.
        Words that may still change (`final` False) are passed on and not recorded. Publish the
        events of a call one batch after the other. Raises `Unavailable` when the database takes
        no write, `Overloaded` when too many wait. A caller that is cancelled does not undo it.
        """
        shown = self._privacy.show(call, events)
        task = asyncio.create_task(self._publish(shown))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)

    async def drain(self) -> None:
        """Wait for everything under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _publish(self, shown: Shown) -> None:
        call, events = shown.call, shown.events
        wall = self._clock.wall()
        if any(_durable(event) for event in events):
            begun = self._clock.monotonic()
            events = await self._store.write(
                lambda on: _record(on, shown, wall, self._seal, self._limits)
            )
            self._took(self._clock.monotonic() - begun)
        placed = [log.logged(event) for event in events if isinstance(event, Alert)]
        if wanted := sum(isinstance(event, Alert) for event in shown.events):
            self._ledger.count("rows", len(placed))
            self._ledger.count("repeated", wanted - len(placed))
            if wanted > len(placed):
                self._feed.doubtful(call.team)
        if placed:
            self._feed.committed(call.team, placed)
        self._ledger.count("covered", sum(_heard_s(event) for event in events))
        for listener in self._listeners:
            listener(call, events)


def _heard_s(event: AnyEvent) -> float:
    """Seconds of sound that arrived and whose fate is in the record now."""
    if not isinstance(event, Coverage) or event.state in ("gap", "paused", "queued"):
        return 0.0
    return event.end - event.start


def _durable(event: AnyEvent) -> bool:
    return not (isinstance(event, Utterance) and not event.final)


def _record(
    connection: Connection, shown: Shown, wall: float, seal: Seal | None, limits: Limits
) -> tuple[AnyEvent, ...]:
    call, events = shown.call, shown.events
    number = calls.ensure(connection, call, wall)
    if seal is not None:
        sealed.add(connection, number, shown.hidden, seal)
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
