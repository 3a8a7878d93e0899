"""`/ws/agents/{agent}`: what an agent's screen says now. Small, and the latest wins."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket

from monitor.access.permissions import require
from monitor.events import encode
from monitor.web.admission import greeted, named_team, recheck
from monitor.web.board import Outbox
from monitor.web.line import HangUp, Line
from monitor.web.messages import Heard, Welcome
from monitor.web.session import session
from monitor.web.state import State

HEARD_EVERY_S = 3.0
"""Between words about how much was heard; the screen counts on by itself."""


async def prompts(socket: WebSocket) -> None:
    """The endpoint."""
    await session(socket, _converse)


async def _converse(line: Line, state: State) -> None:
    agent: str = line.socket.path_params["agent"]
    principal, hello = await greeted(line, state)
    require(principal, "prompts.watch", agent=agent)
    team = named_team(principal, hello)
    require(principal, "prompts.watch", team=team, agent=agent)
    await state.audit.note(principal.label, "prompts.watch", f"{team}/{agent}")
    await line.send(Welcome(team=team, role=principal.role))
    wake = asyncio.Event()
    bound = state.settings.alerts.live_events
    with state.board.shown(team=team, agent=agent, bound=bound, wake=wake) as outbox:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_send(line, outbox, wake))
            if "heard" in hello.topics:
                tasks.create_task(_count(line, state, team, agent))
            tasks.create_task(_listen(line))
            tasks.create_task(recheck(principal, state))


async def _send(line: Line, outbox: Outbox, wake: asyncio.Event) -> None:
    while True:
        await wake.wait()
        wake.clear()
        news, _ = outbox.take()
        for event in news:
            await line.send(encode(event).decode())


async def _count(line: Line, state: State, team: str, agent: str) -> None:
    while True:
        for call, heard_s in state.wall.of_agent(team, agent):
            await line.send(Heard(call=call, at=heard_s))
        await asyncio.sleep(HEARD_EVERY_S)


async def _listen(line: Line) -> None:
    await line.receive_text()
    raise HangUp(4400, "bad_message", "this socket takes no messages after hello")
