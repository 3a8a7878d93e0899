"""Everything the server's routes share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from monitor.access.audit import AuditLog
from monitor.access.first import FirstCode
from monitor.access.retention import Keeper
from monitor.access.seal import Seal
from monitor.alerts.deeds import Deeds
from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.clock import Clock
from monitor.evidence.library import Library
from monitor.evidence.recorder import Recorder
from monitor.ops.metrics import Metrics
from monitor.settings import Settings
from monitor.store.store import Store
from monitor.web.auth import Doorkeeper
from monitor.web.board import Board
from monitor.web.demo_calls import DemoCalls
from monitor.web.grants import Grants
from monitor.web.host import CallHost
from monitor.web.line import HangUp
from monitor.web.review_room import ReviewRoom
from monitor.web.tries import Tries
from monitor.web.wall_cards import Wall
from monitor.web.witness import Witness

if TYPE_CHECKING:
    from monitor.web.oidc import Door


class Claims:
    """Which calls have a client now; ids of different teams never meet."""

    def __init__(self) -> None:
        self._held: set[tuple[str, str]] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._held)

    @contextmanager
    def held(self, team: str, call: str) -> Iterator[None]:
        """The call is this client's while the block runs; a second client is hung up on."""
        key = (team, call)
        if key in self._held:
            raise HangUp(4409, "call_taken", f"call {call} already has a client")
        self._held.add(key)
        self._empty.clear()
        try:
            yield
        finally:
            self._held.discard(key)
            if not self._held:
                self._empty.set()

    async def all_released(self) -> None:
        """Wait until no call has a client."""
        await self._empty.wait()


@dataclass(slots=True, kw_only=True)
class State:
    """Made by the server before it listens."""

    settings: Settings
    store: Store
    feed: Feed
    desk: Desk
    board: Board
    wall: Wall
    deeds: Deeds
    demo: DemoCalls
    door: Doorkeeper
    host: CallHost
    metrics: Metrics
    clock: Clock
    review: ReviewRoom
    url: str = ""
    """Where the server listens, once it does."""
    tries: Tries
    audit: AuditLog
    keeper: Keeper
    words: Seal
    """Opens what was said before numbers in it were masked."""
    witness: Witness
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Passwords checked at the same time: each takes 64 MiB."""
    oidc: Door | None = None
    """None when nobody signs in with an identity provider."""
    first: FirstCode | None = None
    """While there is no account."""
    recorder: Recorder | None = None
    """None when nothing is to be recorded."""
    library: Library | None = None
    claims: Claims = field(default_factory=Claims)
    grants: Grants = field(default_factory=Grants)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the server was told to stop: no new calls, live ones are asked to reconnect."""


def state_of(connection: HTTPConnection) -> State:
    """The state of the app that serves this connection."""
    state: State = connection.app.state.monitor
    return state
