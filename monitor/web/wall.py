"""`/ws/wall`: the live calls of a team for one supervisor, and the words of the one it opened.

Cards and levels are the newest state, sent at a steady beat whatever happens in between; a slow
screen gets fewer of them and nothing piles up. Alerts have their own socket and are never skipped.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from starlette.websockets import WebSocket

from monitor.access.permissions import require
from monitor.events import encode
from monitor.ingest.strict_json import decode_as
from monitor.web.admission import greeted, recheck
from monitor.web.board import Outbox
from monitor.web.line import Line
from monitor.web.messages import Health, Levels, Open, Opened, Skipped, Welcome
from monitor.web.session import session
from monitor.web.state import State
from monitor.web.wall_cards import Screen

BEAT_S = 0.25
"""Between cards and levels."""

HEALTH_BEATS = 8
"""Beats between words about the server itself."""


async def wall(socket: WebSocket) -> None:
    """The endpoint."""
    await session(socket, _converse)


async def _converse(line: Line, state: State) -> None:
    principal, hello = await greeted(line, state)
    team = hello.team or principal.team
    require(principal, "alerts.watch", team=team)
    await line.send(Welcome(team=team, role=principal.role))
    with ExitStack() as stack:
        screen = stack.enter_context(state.wall.shown(team))
        view = stack.enter_context(_View(line, state, team))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_beat(line, state, team, screen, view))
            tasks.create_task(_listen(line, view))
            tasks.create_task(recheck(principal, state))


class _View:
    """The call whose words this screen shows; one at a time."""

    def __init__(self, line: Line, state: State, team: str) -> None:
        self.wake = asyncio.Event()
        self._line = line
        self._state = state
        self._team = team
        self._outbox: Outbox | None = None
        self._told: str | None = None
        self._stack = ExitStack()

    def __enter__(self) -> _View:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def open(self, call: str | None) -> None:
        """Show this call from now on; what came before is in its record."""
        self._stack.close()
        self._outbox, self._told = None, call
        if call is not None:
            bound = self._state.settings.alerts.live_events
            shown = self._state.board.shown(
                team=self._team, agent=None, call=call, bound=bound, wake=self.wake
            )
            self._outbox = self._stack.enter_context(shown)
        self.wake.set()

    async def send(self) -> None:
        """What is new of the call."""
        outbox, told = self._outbox, self._told
        if told is not None:
            self._told = None
            await self._line.send(Opened(call=told))
        if outbox is None:
            return
        news, skipped = outbox.take()
        if skipped:
            self._state.metrics.live_skipped.inc(skipped)
            await self._line.send(Skipped(count=skipped))
        for event in news:
            await self._line.send(encode(event).decode())


async def _beat(line: Line, state: State, team: str, screen: Screen, view: _View) -> None:
    """The only task that sends: words of the opened call at once, the rest at the beat."""
    loop = asyncio.get_running_loop()
    due, beats, quiet = loop.time(), 0, False
    while True:
        if loop.time() >= due:
            due = loop.time() + BEAT_S
            for card in screen.take():
                await line.send(card)
            levels = state.wall.levels(team)
            if levels or not quiet:
                await line.send(Levels(calls=levels))
            quiet = not levels
            if beats % HEALTH_BEATS == 0:
                await line.send(_health(state, team, len(levels)))
            beats += 1
        try:
            async with asyncio.timeout_at(due):
                await view.wake.wait()
        except TimeoutError:
            continue
        view.wake.clear()
        await view.send()


def _health(state: State, team: str, live: int) -> Health:
    behind_s = round(state.host.behind_s(team), 1)
    return Health(live=live, behind_s=behind_s, now=state.clock.wall())


async def _listen(line: Line, view: _View) -> None:
    while True:
        wanted = decode_as(await line.receive_text(), Open)
        line.count_message()
        view.open(wanted.call)
