"""Subscribers read the log from their own cursors; a wake-up only says that there is more."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from monitor.alerts import action_log, log
from monitor.alerts.log import Logged, Place
from monitor.store import keeping
from monitor.store.store import Store

TAIL = 1024
"""Committed alerts of a team kept in memory: a subscriber who is up to date costs no query."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Where a subscriber's reading begins."""

    place: Place
    """The first alert sent is the one after this."""
    head: Place
    """The end of the log."""
    resumed: bool
    """False: what the subscriber holds is of another log; it must forget it and start afresh."""


class Feed:
    """Reads for subscribers, and wakes them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tails: dict[str, list[Logged]] = {}
        self._acted: dict[str, int] = {}
        self._closed: dict[str, frozenset[str]] = {}
        self._changed = 0
        self._sleepers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    async def head(self, team: str) -> Place:
        """The end of the team's log."""
        return await self._store.write(lambda on: log.head(on, team))

    async def start(self, team: str, last: Place | None) -> Start:
        """Where to go on for a subscriber that holds everything up to `last`.

        Without `last` it begins at the end. `seq` 0 asks for all there is, whatever the epoch.
        """
        head = await self.head(team)
        beginning = Place(epoch=head.epoch, seq=0)
        if last is None:
            return Start(place=head, head=head, resumed=True)
        if last.seq == 0:
            return Start(place=beginning, head=head, resumed=True)
        if last.epoch != head.epoch or last.seq > head.seq:
            return Start(place=beginning, head=head, resumed=False)
        return Start(place=last, head=head, resumed=True)

    async def read(self, team: str, *, after: int, limit: int) -> Sequence[Logged]:
        """The alerts that follow `after`, at most `limit`; empty when there are none yet."""
        tail = self._tails.get(team)
        if tail and after + 1 >= tail[0].seq:
            first = after + 1 - tail[0].seq
            return tail[first : first + limit]
        return await self._store.read(lambda on: log.read(on, team, after=after, limit=limit))

    def committed(self, team: str, fresh: Sequence[Logged]) -> None:
        """Alerts were committed, in order: keep them at hand and wake the team's subscribers."""
        tail = self._tails.setdefault(team, [])
        for each in fresh:
            if tail and each.seq <= tail[-1].seq:
                continue
            if tail and each.seq != tail[-1].seq + 1:
                tail.clear()
            tail.append(each)
        if len(tail) > 2 * TAIL:
            del tail[:-TAIL]
        self.wake(team)

    def acted(self, team: str, seq: int) -> None:
        """An action was committed: wake the team's subscribers."""
        self._acted[team] = max(seq, self._acted.get(team, 0))
        self.wake(team)

    async def action_head(self, team: str) -> int:
        """The newest action of the team."""
        if team not in self._acted:
            found = await self._store.read(lambda on: action_log.head(on, team))
            self._acted[team] = max(found, self._acted.get(team, 0))
        return self._acted[team]

    async def actions(self, team: str, *, after: int, limit: int) -> list[tuple[int, str]]:
        """Places and JSON objects of the actions that follow `after`, if there are any."""
        if after >= await self.action_head(team):
            return []
        return await self._store.read(
            lambda on: action_log.read(on, team, after=after, limit=limit)
        )

    async def closed(self, team: str) -> frozenset[str]:
        """Calls of the team that were closed at a person's request."""
        while (found := self._closed.get(team)) is None:
            read_at = self._changed
            fresh = await self._store.read(lambda on: keeping.closed_calls(on, team))
            if read_at == self._changed:
                self._closed[team] = fresh
        return found

    def closings_changed(self, team: str) -> None:
        """Calls of the team were closed, or opened again."""
        self._changed += 1
        self._closed.pop(team, None)

    def wake(self, team: str) -> None:
        """Tell the team's subscribers that there is something to read."""
        for sleeper in self._sleepers.get(team, ()):
            sleeper.set()

    def doubtful(self, team: str) -> None:
        """Alerts may have been committed that nobody was told of: look them up, and wake all.

        So it is when a commit's answer was lost with the connection and the alert is told again.
        """
        self._tails.pop(team, None)
        for sleeper in self._sleepers.get(team, ()):
            sleeper.set()

    @contextmanager
    def subscribed(self, team: str, wake: asyncio.Event) -> Iterator[None]:
        """`wake` is set after each commit of the team while the block runs."""
        self._sleepers[team].add(wake)
        try:
            yield
        finally:
            self._sleepers[team].discard(wake)
            if not self._sleepers[team]:
                del self._sleepers[team]

    @property
    def subscribers(self) -> int:
        """How many read now."""
        return sum(len(sleepers) for sleepers in self._sleepers.values())
