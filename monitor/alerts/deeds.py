"""Where people's deeds become actions, and where unanswered alerts go up by themselves."""

from __future__ import annotations

import asyncio

import structlog

from monitor.alerts import action_log
from monitor.alerts.action_log import Done
from monitor.alerts.actions import Deed, Limits
from monitor.alerts.feed import Feed
from monitor.clock import Clock
from monitor.errors import Overloaded, Unavailable
from monitor.store.store import Store

logger = structlog.get_logger()

LOOK_S = 1.0
"""Between looks at what is due; the times themselves stand in the database."""

MOST_AT_ONCE = 100
"""Escalations in one transaction."""


class Deeds:
    """Records what is done about alerts and wakes who watches."""

    def __init__(self, store: Store, feed: Feed, clock: Clock, limits: Limits) -> None:
        self.limits = limits
        self._store = store
        self._feed = feed
        self._clock = clock

    async def act(self, team: str, alert: str, deed: Deed, *, actor: str, name: str) -> Done:
        """Record the deed of `actor`, known to people as `name`; returns once it is committed.

        Raises `Conflict` when it makes no sense, `Unavailable` when the database takes no write.
        """
        wall = self._clock.wall()
        done = await self._store.write(
            lambda on: action_log.act(
                on, team, alert, deed, actor=actor, name=name, wall=wall, limits=self.limits
            )
        )
        self._feed.acted(team, done.action.seq)
        return done

    async def escalate(self) -> int:
        """Escalate what is due now; returns how many alerts went up."""
        wall = self._clock.wall()
        due = await self._store.read(action_log.next_due)
        if due is None or due > wall:
            return 0
        gone_up = await self._store.write(
            lambda on: action_log.escalate_due(on, wall, self.limits, most=MOST_AT_ONCE)
        )
        for team, action in gone_up:
            self._feed.acted(team, action.seq)
        return len(gone_up)

    async def watch(self) -> None:
        """Escalate for as long as the server runs."""
        while True:
            try:
                while await self.escalate() == MOST_AT_ONCE:
                    pass
            except (Unavailable, Overloaded) as fault:
                logger.error("cannot escalate", why=fault.code)
            await asyncio.sleep(LOOK_S)
