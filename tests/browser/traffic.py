"""A busy floor inside the server: many live calls with sound and words, and a steady run of alerts.

Everything goes the ways of real calls: the desk, its commits, the feed and the wall. Of each alert
the wall time of its commit is kept.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from monitor.alerts.desk import Desk
from monitor.events import CallEnded
from monitor.types import Role
from monitor.web.state import State
from tests.browser.said import alert, begun, call, said

SOUND_EVERY_S = 0.1
RATE = 8000
TURN_S = 5.0
"""Each call says something so often."""

WORDS = (
    "您好我是江海银行的客户经理",
    "这款产品可能亏损",
    "您先了解一下",
    "我再看看",
    "好的谢谢您再见",
)
SEVERITIES = ("critical", "high", "medium", "low")


class Traffic:
    """Plays for some seconds; deterministic but for the clock."""

    def __init__(self, state: State, desk: Desk, team: str, calls: int) -> None:
        self._state = state
        self._desk = desk
        self._chance = random.Random(7)
        self._calls = [call(team, f"c{n:03d}", agent=f"{8000 + n}") for n in range(calls)]
        self.committed: dict[int, float] = {}
        """Place in the team's feed -> wall time of its commit."""

    async def play(self, *, alerts_per_s: float, seconds: float) -> None:
        """Begin the calls, talk and alert, end the calls."""
        self._listen()
        for each in self._calls:
            await self._desk.publish(each, begun(each))
        tasks = [
            asyncio.create_task(work)
            for work in (self._sound(), self._words(), self._alerts(alerts_per_s))
        ]
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in self._calls:
            await self._desk.publish(each, [CallEnded(call=each.call, at=seconds)])

    def _listen(self) -> None:
        feed: Any = self._state.feed
        tell = feed.committed

        def noted(team: str, placed: Sequence[Any]) -> None:
            at = time.time()
            for each in placed:
                self.committed.setdefault(each.seq, at)
            tell(team, placed)

        feed.committed = noted

    async def _sound(self) -> None:
        loud = (3000 * np.sin(np.arange(int(RATE * SOUND_EVERY_S)) / 3)).astype(np.int16)
        while True:
            for each in self._calls:
                role = self._chance.choice((Role.AGENT, Role.CUSTOMER))
                share = self._chance.random()
                samples = (loud * share).astype(np.int16)
                self._state.wall.sound(each.team, each.call, role, samples, RATE)
            await asyncio.sleep(SOUND_EVERY_S)

    async def _words(self) -> None:
        at = 1.0
        while True:
            for each in self._calls:
                text = self._chance.choice(WORDS)
                await self._desk.publish(each, [said(each, text, at)])
                await asyncio.sleep(TURN_S / len(self._calls))
            at += TURN_S

    async def _alerts(self, per_s: float) -> None:
        begun_at = time.monotonic()
        number = 0
        under_way: set[asyncio.Task[None]] = set()
        while True:
            each = self._calls[number % len(self._calls)]
            severity = self._chance.choices(SEVERITIES, (1, 3, 5, 3))[0]
            found = alert(each, number, severity=severity, start=1.0 + number / 100)
            under_way.add(task := asyncio.create_task(self._desk.publish(each, [found])))
            task.add_done_callback(under_way.discard)
            number += 1
            await asyncio.sleep(max(0.0, begun_at + number / per_s - time.monotonic()))
