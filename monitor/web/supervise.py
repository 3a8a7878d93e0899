"""`/ws/alerts`: a team's alerts, in order and without a hole, for one supervisor."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from starlette.websockets import WebSocket

from monitor.access.permissions import require
from monitor.alerts.cursor import Cursor
from monitor.events import encode
from monitor.ingest.strict_json import decode_as
from monitor.web.admission import greeted, named_team, recheck
from monitor.web.api import sees_closed
from monitor.web.auth import Principal
from monitor.web.board import Outbox
from monitor.web.line import HangUp, Line
from monitor.web.messages import Ack, Hello, Resumed, Resync, Skipped, Welcome
from monitor.web.session import session
from monitor.web.state import State


async def supervise(socket: WebSocket) -> None:
    """The endpoint."""
    await session(socket, _converse)


async def _converse(line: Line, state: State) -> None:
    principal, hello = await greeted(line, state)
    require(principal, "alerts.watch")
    team = named_team(principal, hello)
    require(principal, "alerts.watch", team=team)
    await state.audit.note(principal.label, "alerts.watch", team, role=principal.role)
    cursor = await _welcome(line, state, principal, team, hello)
    wake = asyncio.Event()
    wake.set()
    with ExitStack() as stack:
        stack.callback(cursor.close)
        stack.enter_context(state.feed.subscribed(team, wake))
        outbox = None
        if "live" in hello.topics:
            bound = state.settings.alerts.live_events
            outbox = stack.enter_context(
                state.board.shown(team=team, agent=None, bound=bound, wake=wake)
            )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_send(line, state, principal, team, hello, cursor, outbox, wake))
            tasks.create_task(_listen(line, cursor, wake))
            tasks.create_task(_insist(line, state, cursor))
            tasks.create_task(recheck(principal, state))


async def _welcome(
    line: Line, state: State, principal: Principal, team: str, hello: Hello
) -> Cursor:
    alerts = state.settings.alerts
    last = None if hello.last is None else hello.last.place()
    start = await state.feed.start(team, last)
    await line.send(
        Welcome(
            team=team,
            role=principal.role,
            epoch=start.head.epoch,
            seq=start.head.seq,
            action=await state.feed.action_head(team),
            ack_s=alerts.ack_s,
        )
    )
    if start.resumed:
        await line.send(Resumed(after=start.place.seq))
    else:
        await line.send(Resync(epoch=start.place.epoch, seq=start.place.seq))
    return Cursor(
        after=start.place.seq,
        window=alerts.window,
        ack_s=alerts.ack_s,
        ledger=state.metrics.ledger,
    )


async def _send(
    line: Line,
    state: State,
    principal: Principal,
    team: str,
    hello: Hello,
    cursor: Cursor,
    outbox: Outbox | None,
    wake: asyncio.Event,
) -> None:
    """Alerts first; news only when no alert waits."""
    batch = state.settings.alerts.batch
    acted = hello.last_action
    if acted is None:
        acted = await state.feed.action_head(team)
    while True:
        await wake.wait()
        wake.clear()
        while room := min(batch, cursor.room):
            alerts = await state.feed.read(team, after=cursor.sent, limit=room)
            hidden = () if sees_closed(principal) else await state.feed.closed(team)
            for alert in alerts:
                provisional = hello.confirmed_only and alert.state != "confirmed"
                if provisional or (hidden and alert.call in hidden):
                    cursor.skip(alert.seq)
                    continue
                cursor.advance(alert.seq, state.clock.monotonic())
                await line.send(alert.body)
            if not alerts:
                break
        if "actions" in hello.topics:
            acted = await _send_actions(line, state, team, acted)
        if outbox is not None:
            await _send_news(line, state, outbox)


async def _send_actions(line: Line, state: State, team: str, after: int) -> int:
    batch = state.settings.alerts.batch
    while actions := await state.feed.actions(team, after=after, limit=batch):
        for after, body in actions:  # noqa: B007 (the last place is what is returned)
            await line.send(body)
    return after


async def _send_news(line: Line, state: State, outbox: Outbox) -> None:
    news, skipped = outbox.take()
    if skipped:
        state.metrics.live_skipped.inc(skipped)
        await line.send(Skipped(count=skipped))
    for event in news:
        await line.send(encode(event).decode())


async def _listen(line: Line, cursor: Cursor, wake: asyncio.Event) -> None:
    while True:
        ack = decode_as(await line.receive_text(), Ack)
        if ack.seq <= cursor.acked:
            line.count_message()
        cursor.acknowledge(ack.seq)
        wake.set()


async def _insist(line: Line, state: State, cursor: Cursor) -> None:
    """Being connected is not having read: cut a subscriber that acknowledges nothing."""
    limit_s = state.settings.alerts.ack_s
    while True:
        due_s = cursor.due_in(state.clock.monotonic())
        if due_s is not None and due_s <= 0:
            state.metrics.cut.labels("not_acknowledged").inc()
            raise HangUp(
                1013,
                "not_acknowledged",
                f"alert {cursor.acked + 1} was not acknowledged within {limit_s:g} s",
            )
        await asyncio.sleep(limit_s if due_s is None else due_s)
