"""What every socket does around its conversation: open, hang up, and never fall over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocket

from monitor.errors import BadMessage, MonitorError, Overloaded, Refused
from monitor.web.admission import as_hang_up
from monitor.web.line import Gone, HangUp, Line
from monitor.web.state import State, state_of

Conversation = Callable[[Line, State], Awaitable[None]]


async def session(socket: WebSocket, conversation: Conversation) -> None:
    """Run the conversation; its `HangUp` or fault becomes an error message and a close code."""
    state = state_of(socket)
    line = Line(socket, state.settings.server, state.metrics, state.clock)
    if not await line.open():
        return
    try:
        await conversation(line, state)
    except Exception as fault:
        outcomes = _leaves(fault)
        if not all(isinstance(each, MonitorError | HangUp | Gone) for each in outcomes):
            await line.hang_up(HangUp(1011, "internal", "the server made a mistake"))
            raise
        await _end(line, outcomes[0])
    else:
        await line.close()


async def _end(line: Line, fault: Exception) -> None:
    match fault:
        case Gone():
            return
        case HangUp():
            await line.hang_up(fault)
        case BadMessage():
            await line.hang_up(as_hang_up(fault))
        case Refused():
            await line.hang_up(HangUp(4403, fault.code, fault.message))
        case Overloaded():
            await line.hang_up(HangUp(1013, fault.code, fault.message))
        case MonitorError():
            await line.hang_up(HangUp(1011, fault.code, fault.message))


def _leaves(fault: Exception) -> list[Exception]:
    if not isinstance(fault, ExceptionGroup):
        return [fault]
    return [leaf for each in fault.exceptions for leaf in _leaves(each)]
