"""News of live calls for screens: the latest wins, the oldest gives way, nothing is kept on disk.

Alerts are not here: they have a log and are never skipped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from monitor.events import (
    Alert,
    AnyEvent,
    CallEnded,
    CallStarted,
    Coverage,
    Disclosure,
    Prompt,
    Signal,
    Suspicion,
    Utterance,
)


class Outbox:
    """News for one screen: at most `bound`, one per subject."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._news: dict[Hashable, AnyEvent] = {}
        self._skipped = 0

    def put(self, event: AnyEvent) -> None:
        """Replace the older event about the same subject, or push out the oldest of all."""
        subject = _subject(event)
        self._news.pop(subject, None)
        self._news[subject] = event
        if len(self._news) > self._bound:
            del self._news[next(iter(self._news))]
            self._skipped += 1

    def take(self) -> tuple[list[AnyEvent], int]:
        """Everything held, oldest first, and how many were pushed out since the last time."""
        news, skipped = list(self._news.values()), self._skipped
        self._news.clear()
        self._skipped = 0
        return news, skipped


@dataclass(slots=True)
class _LiveCall:
    started: CallStarted
    latest: dict[Hashable, AnyEvent] = field(default_factory=dict)
    """Disclosures, and prompts that are still on the screen."""


@dataclass(frozen=True, slots=True, eq=False)
class _Screen:
    team: str
    agent: str | None
    outbox: Outbox
    wake: asyncio.Event
    call: str | None = None

    def shows(self, call: CallStarted) -> bool:
        return (
            call.team == self.team
            and self.agent in (None, call.agent)
            and self.call in (None, call.call)
        )

    def put(self, event: AnyEvent) -> None:
        if self.agent is None or isinstance(event, Prompt | Disclosure | CallStarted | CallEnded):
            self.outbox.put(event)


class Board:
    """Knows what is true of every live call, and tells the screens that show it."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], _LiveCall] = {}
        self._screens: set[_Screen] = set()

    @property
    def calls(self) -> int:
        """How many calls are live."""
        return len(self._calls)

    def hear(self, call: CallStarted, events: Sequence[AnyEvent]) -> None:
        """A `Desk` listener."""
        news = [event for event in events if not isinstance(event, Alert)]
        for event in news:
            self._keep(call, event)
        for screen in self._screens:
            if news and screen.shows(call):
                for event in news:
                    screen.put(event)
                screen.wake.set()

    @contextmanager
    def shown(
        self,
        *,
        team: str,
        agent: str | None,
        bound: int,
        wake: asyncio.Event,
        call: str | None = None,
    ) -> Iterator[Outbox]:
        """An outbox that holds, to begin with, what is true of the live calls now.

        With `agent` it has only that agent's calls, and of them prompts and disclosures; with
        `call` only that call.
        """
        screen = _Screen(team, agent, Outbox(bound), wake, call)
        for live in self._calls.values():
            if screen.shows(live.started):
                for event in (live.started, *live.latest.values()):
                    screen.put(event)
        self._screens.add(screen)
        wake.set()
        try:
            yield screen.outbox
        finally:
            self._screens.discard(screen)

    def _keep(self, call: CallStarted, event: AnyEvent) -> None:
        key = (call.team, call.call)
        if isinstance(event, CallEnded):
            self._calls.pop(key, None)
            return
        if isinstance(event, CallStarted):
            self._calls[key] = _LiveCall(event)
        live = self._calls.get(key)
        if live is None:
            return
        if isinstance(event, Disclosure):
            live.latest[_subject(event)] = event
        elif isinstance(event, Prompt):
            if event.state == "shown":
                live.latest[_subject(event)] = event
            else:
                live.latest.pop(_subject(event), None)


def _subject(event: AnyEvent) -> Hashable:
    match event:
        case Utterance():
            return (event.call, "words", event.channel, event.segment, event.start)
        case Disclosure():
            return (event.call, "item", event.item)
        case Prompt():
            return (event.call, "prompt", event.reason)
        case Signal():
            return (event.call, event.signal, event.start)
        case Suspicion():
            return (event.call, event.category, event.start)
        case Coverage():
            return (event.call, "coverage", event.channel, event.start)
        case _:
            return (event.call, type(event))
