"""`/ws/calls/{call}/sound`: a live call to hear as it goes on, for whoever may.

Who listens is in the audit log before the first sound leaves, and on every wall of the team while
it lasts. It touches neither the call nor what becomes of it.
"""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket

from monitor.access.permissions import require
from monitor.errors import Conflict
from monitor.web.actions import name_of
from monitor.web.admission import greeted, named_team, recheck
from monitor.web.ears import Ear
from monitor.web.line import HangUp, Line
from monitor.web.messages import Skipped, Welcome
from monitor.web.session import session
from monitor.web.state import State


async def listen(socket: WebSocket) -> None:
    """The endpoint; closes in peace when the call is over."""
    await session(socket, _converse)


async def _converse(line: Line, state: State) -> None:
    call: str = line.socket.path_params["call"]
    principal, hello = await greeted(line, state)
    require(principal, "calls.listen")
    team = named_team(principal, hello)
    require(principal, "calls.listen", team=team)
    if state.wall.started(team, call) is None:
        raise HangUp(4404, "no_call", "no such call is live")
    about = f"{team}/{call}"
    await state.audit.note(principal.label, "calls.listen", about, role=principal.role)
    begun = state.clock.monotonic()
    try:
        # it may have ended while the entry was written
        with state.wall.listened(team, call, name_of(principal)) as ear:
            await line.send(Welcome(team=team, role=principal.role))
            async with asyncio.TaskGroup() as tasks:
                beside = [
                    tasks.create_task(_nothing_more(line)),
                    tasks.create_task(recheck(principal, state)),
                ]
                await _send(line, ear)
                for each in beside:
                    each.cancel()
    except Conflict as gone:
        raise HangUp(4404, gone.code, gone.message) from gone
    finally:
        seconds = round(state.clock.monotonic() - begun, 1)
        state.audit.jot(principal.label, "calls.listen", about, outcome="ended", seconds=seconds)


async def _send(line: Line, ear: Ear) -> None:
    """Sound until the call is over."""
    while True:
        await ear.wake.wait()
        sounds, skipped = ear.take()
        if skipped:
            await line.send(Skipped(count=skipped))
        for sound in sounds:
            await line.send(sound)
        if ear.over:
            return


async def _nothing_more(line: Line) -> None:
    await line.receive_text()
    raise HangUp(4400, "bad_message", "this socket takes no messages after hello")
