"""`/ingest/l16`: calls from a PBX, a connector or `monitor send`, one at a time on a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import groupby

from msgspec import structs
from prometheus_client import Counter
from starlette.websockets import WebSocket

from monitor.access.permissions import require
from monitor.audio import notice as audio
from monitor.errors import BadMessage
from monitor.evidence.tape import Tape
from monitor.ingest.facts import (
    AudioChunk,
    CallBegan,
    CallFinished,
    Gap,
    IngestEvent,
    Paused,
    Resumed,
)
from monitor.ingest.l16 import L16Decoder
from monitor.ingest.rate import RateCheck
from monitor.ingest.strict_json import decode, decode_as
from monitor.store.resume import resumption
from monitor.types import Role
from monitor.web.admission import identify, in_time, recheck, refuse_query
from monitor.web.auth import Given, Principal, bearer
from monitor.web.host import CallHandle
from monitor.web.keeping import Keeping, again, kept, unrecorded_s
from monitor.web.line import Gone, HangUp, Line
from monitor.web.messages import Accepted, Ended, Hello, Notice, Reconnect
from monitor.web.session import session
from monitor.web.state import State

SOURCE_LOST = "source_lost"
"""Why a call ended when its client vanished."""

STOPPING = "server_stopping"

REVOKED = "token_revoked"

BROKEN = "protocol_error"
"""Why a call ended whose client broke the protocol."""

NOT_MONITORED = (
    "未监控: too much speech waits; the call is recorded, and heard as soon as it can be"
)

_RECONNECT_S = 5.0


async def intake(socket: WebSocket) -> None:
    """The endpoint."""
    await session(socket, _converse)


async def _converse(line: Line, state: State) -> None:
    principal, first = await _admitted(line, state)
    require(principal, "calls.send")
    if state.stopping.is_set():
        raise HangUp(1012, STOPPING, "the server is stopping; come back in a moment")
    with ExitStack() as claim:
        source = _Source(line, state, principal, claim)
        try:
            async with asyncio.TaskGroup() as tasks:
                helpers = [
                    tasks.create_task(source.unless(partial(_told_to_stop, line, state), STOPPING)),
                    tasks.create_task(source.unless(partial(recheck, principal, state), REVOKED)),
                ]
                await source.read(first)
                for helper in helpers:
                    helper.cancel()
        finally:
            await source.end()


async def _admitted(line: Line, state: State) -> tuple[Principal, str | bytes | None]:
    """Who it is, and the first message unless that was `hello`.

    A source with the token in a header may take its time and need not say hello.
    """
    refuse_query(line)
    token = bearer(line.socket.headers)
    principal = None if token is None else await identify(Given(token=token), state)
    first = await (line.receive() if principal else in_time(line.receive, state))
    if isinstance(first, str) and first.lstrip().startswith("{"):
        value = decode(first)
        if isinstance(value, dict) and value.get("type") == "hello":
            hello = decode_as(first, Hello)
            return principal or await identify(Given(token=hello.token), state), None
    return principal or await identify(Given(), state), first


async def _told_to_stop(line: Line, state: State) -> None:
    await state.stopping.wait()
    await line.send(Reconnect(after_s=_RECONNECT_S))
    raise HangUp(1012, STOPPING, "the server is stopping; reconnect with the same call id")


class _Source:
    """The call of one socket, from its registration to its end."""

    def __init__(self, line: Line, state: State, principal: Principal, claim: ExitStack) -> None:
        self._line = line
        self._state = state
        self._principal = principal
        self._claim = claim
        self._team = ""
        self._decoder = L16Decoder()
        self._began: CallBegan | None = None
        self._begin: asyncio.Task[CallHandle] | None = None
        self._end: asyncio.Task[None] | None = None
        self._reason = SOURCE_LOST
        self._keeping: Keeping | None = None
        self._speed: RateCheck | None = None
        self._received: dict[Role, Counter] = {}

    async def read(self, message: str | bytes | None) -> None:
        """Hear the source out; returns once the call ended by the source's own word."""
        try:
            while True:
                if message is not None and await self._take_all(self._decode(message)):
                    return
                message = await self._line.receive()
        except (Gone, BadMessage):
            rest = self._decoder.close()
            await self._take_all(
                [e for e in rest if not isinstance(e, audio.Notice | CallFinished)]
            )
            raise

    async def unless(self, watch: Callable[[], Awaitable[None]], reason: str) -> None:
        """Run `watch`; if it hangs up, that is why the call ended."""
        try:
            await watch()
        except HangUp:
            self._reason = reason
            raise

    async def end(self) -> None:
        """End the call if one began. Its record outlives whatever happens to the socket."""
        if self._begin is None:
            return
        if self._end is None:
            self._end = asyncio.create_task(self._finish(self._begin))
        await asyncio.shield(self._end)

    async def _finish(self, begin: asyncio.Task[CallHandle]) -> None:
        await asyncio.wait([begin])
        await kept(self._state, self._tape, self._reason)
        if begin.exception() is None:
            await begin.result().end(self._reason)

    def _decode(self, message: str | bytes) -> Sequence[IngestEvent]:
        try:
            if isinstance(message, str):
                return self._decoder.text(message)
            return self._decoder.binary(message)
        except BadMessage:
            self._reason = BROKEN
            raise

    async def _take_all(self, events: Sequence[IngestEvent]) -> bool:
        """Take what came in a message; whether that was the end of the call."""
        for is_sound, some in groupby(events, lambda event: isinstance(event, AudioChunk)):
            if is_sound:
                await self._hear([event for event in some if isinstance(event, AudioChunk)])
                continue
            for event in some:
                await self._take(event)
        return bool(events) and isinstance(events[-1], CallFinished)

    async def _hear(self, chunks: Sequence[AudioChunk]) -> None:
        """Sound of one message: all of it is on its way to the disk before any is heard."""
        ledger, keeping = self._state.metrics.ledger, self._keeping
        seconds = sum(len(chunk.samples) for chunk in chunks) / self._rate
        ledger.count("spoken", seconds)
        if keeping is not None:
            for chunk in chunks:
                await keeping.keep(chunk)
            ledger.count("taped", seconds)
        await self._look_at_speed(chunks[0])
        for chunk in chunks:
            self._received[chunk.role].inc(len(chunk.samples) / self._rate)
            self._state.wall.sound(self._team, self._call, chunk.role, chunk.samples, self._rate)
            await self._handle.audio(chunk.role, chunk.samples, chunk.position)
        ledger.count("accepted", seconds)

    async def _take(self, event: IngestEvent) -> None:
        if self._keeping is not None:
            await self._keeping.keep(event)
        match event:
            case CallBegan():
                await self._register(event)
            case Gap():
                await self._handle.gap(event.position, event.samples)
            case Paused():
                await self._handle.pause(event.position)
            case Resumed():
                await self._handle.resume(event.position, event.samples)
            case audio.Notice():
                await self._line.send(Notice(code=event.code, message=event.text))
            case CallFinished():
                self._reason = event.reason
                await self.end()
                await self._line.send(
                    Ended(
                        call=self._call,
                        received_s=event.samples / self._rate,
                        unrecorded_s=unrecorded_s(self._tape),
                    )
                )

    async def _look_at_speed(self, chunk: AudioChunk) -> None:
        """Tell the source once that its label of the rate may be wrong."""
        if self._speed is None or chunk.role is not self._roles[0]:
            return
        now = self._state.clock.monotonic()
        self._speed, ratio = self._speed.add(len(chunk.samples), now)
        if ratio is not None:
            self._speed = None
            text = f"sound comes at {ratio:g} times the rate of {self._rate} Hz: is that its rate?"
            await self._line.send(Notice(code="wrong_rate", message=text))

    async def _register(self, began: CallBegan) -> None:
        call = began.call
        require(self._principal, "calls.send", team=call.team or None)
        self._team = call.team or self._principal.team
        call = structs.replace(call, team=self._team)
        about = f"{call.team}/{call.call}"
        self._state.audit.jot(self._principal.label, "calls.send", about)
        self._claim.enter_context(self._state.claims.held(call.team, call.call))
        self._began = began
        self._speed = RateCheck(rate=began.rate)
        received = self._state.metrics.audio
        self._received = {role: received.labels(role) for role in began.roles}
        wall = self._state.clock.wall()
        before = await self._state.store.read(lambda on: resumption(on, call, began.roles, wall))
        if before is not None:
            call = structs.replace(call, at=before.at, resumed=True)
        if (recorder := self._state.recorder) is not None:
            tape = recorder.open(call, rate=began.rate, roles=began.roles)
            self._keeping = Keeping(tape, recorder, self._state.clock)
        self._begin = asyncio.create_task(
            self._state.host.begin(
                call, rate=began.rate, roles=began.roles, again=again(self._state, self._tape)
            )
        )
        await asyncio.shield(self._begin)
        if before is not None:
            await self._state.desk.publish(call, before.gaps)
        await self._line.send(Accepted(call=call.call))
        if not self._handle.monitored:
            await self._line.send(Notice(code="not_monitored", message=NOT_MONITORED))

    @property
    def _tape(self) -> Tape | None:
        return None if self._keeping is None else self._keeping.tape

    @property
    def _handle(self) -> CallHandle:
        assert self._begin is not None
        return self._begin.result()

    @property
    def _rate(self) -> int:
        assert self._began is not None
        return self._began.rate

    @property
    def _roles(self) -> tuple[Role, ...]:
        assert self._began is not None
        return self._began.roles

    @property
    def _call(self) -> str:
        assert self._began is not None
        return self._began.call.call
