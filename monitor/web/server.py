"""Runs the app: opens what it needs, listens, and stops without losing a call."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette

from monitor import __version__
from monitor.access.accounts import Accounts
from monitor.access.audit import AuditLog
from monitor.access.erasure import Eraser, RecordEraser
from monitor.access.first import FirstCode
from monitor.access.policies import Artefact
from monitor.access.retention import Keeper
from monitor.access.seal import LOGINS, WORDS, Keys, Seal
from monitor.access.sessions import Sessions
from monitor.alerts import epochs
from monitor.alerts.actions import Limits
from monitor.alerts.deeds import Deeds
from monitor.alerts.desk import Desk, Listener
from monitor.alerts.feed import Feed
from monitor.clock import Clock
from monitor.errors import Unavailable
from monitor.events import Alert, AnyEvent, CallEnded, CallStarted
from monitor.evidence import opening
from monitor.evidence.eraser import RecordingEraser
from monitor.evidence.library import Library
from monitor.ops.metrics import Metrics
from monitor.settings import Server, Settings
from monitor.store import calls, sealed
from monitor.store.access_file import AccessFile
from monitor.store.sessions import SessionShelf
from monitor.store.store import Store
from monitor.store.tokens import TokenShelf
from monitor.web import oidc
from monitor.web.app import create_app
from monitor.web.auth import Doorkeeper
from monitor.web.board import Board
from monitor.web.demo_calls import DemoCalls
from monitor.web.evidence import open_evidence
from monitor.web.guard import http_protocol, websocket_protocol
from monitor.web.host import HostFactory
from monitor.web.review_room import open_room
from monitor.web.state import State
from monitor.web.tries import Tries
from monitor.web.wall_cards import Wall
from monitor.web.witness import Witness

logger = structlog.get_logger()

_LOOK_EVERY_S = 1.0
"""How soon a right that a command took back is gone from open sockets."""

Ready = Callable[[str, State], None]
"""Called with the address (`http://host:port`) once connections are taken."""


async def run(settings: Settings, open_host: HostFactory, *, clock: Clock, ready: Ready) -> None:
    """Serve until SIGTERM, SIGINT or `State.stopping`.

    Raises `Unavailable`: port or data folder in use, database not usable, a key lost or wrong.
    """
    folder = Path(settings.store.data)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(listen(settings.server.host, settings.server.port))
        store = stack.enter_context(open_store(settings))
        life = await epochs.settle(store, folder)
        await _close_orphans(store, clock)
        # whatever is sealed is not begun anew under another key
        keys = await asyncio.to_thread(opening.opened, settings)
        file = stack.enter_context(contextlib.closing(AccessFile(folder)))
        door = doorkeeper(file, settings, clock, keys)
        shelf = TokenShelf(file)
        audit = stack.enter_context(AuditLog(folder, settings.audit, clock, keys))
        metrics, board, feed = Metrics(), Board(), Feed(store)
        limits, wall = _limits(settings), Wall(clock)
        evidence = await open_evidence(stack, settings, keys, store, metrics, clock)
        words = words_seal(keys, store)
        desk = _desk(store, feed, clock, limits, metrics, words)
        for hearing in (board.hear, wall.hear):
            desk.listen(hearing)
        keeper = keeper_of(store, audit, clock, settings, evidence.library)
        await keeper.begin()
        async with (
            open_room(store, settings, desk, clock) as review,
            open_host(settings, desk, metrics, clock) as host,
        ):
            state = State(
                first=await first_code(door, clock),
                oidc=oidc.open_door(settings, door.accounts, clock),
                settings=settings,
                store=store,
                feed=feed,
                desk=desk,
                board=board,
                wall=wall,
                deeds=Deeds(store, feed, clock, limits),
                demo=DemoCalls(shelf, clock, host=settings.server.host),
                door=door,
                host=host,
                metrics=metrics,
                clock=clock,
                review=review,
                recorder=evidence.recorder,
                library=evidence.library,
                audit=audit,
                words=words,
                keeper=keeper,
                witness=Witness(audit, clock, settings.audit.repeat_s),
                tries=Tries(settings.access.tries_per_minute, clock),
            )
            _gauges(state)
            await _serve(state, listener, ready, epochs.keep_noting(store, folder, life))
            await audit.drain()
            await desk.drain()
            await evidence.close()


async def _serve(
    state: State, listener: socket.socket, ready: Ready, noting: Coroutine[Any, Any, None]
) -> None:
    """Listen, with everything that runs beside, until the server is told to stop."""
    chores = (state.audit.run(), state.keeper.run(), noting, state.deeds.watch())
    async with _beside(state.door.watch(_LOOK_EVERY_S), *chores):
        state.audit.jot("server", "server.start", version=__version__)
        await _Server(create_app(state), state, ready).serve(sockets=[listener])
        state.audit.jot("server", "server.stop")


def open_store(settings: Settings) -> Store:
    """The record where the settings say it is."""
    kept = settings.store
    return Store(Path(kept.data), url=kept.url, bound=kept.queue, readers=kept.readers)


async def _close_orphans(store: Store, clock: Clock) -> None:
    lost = await store.write(lambda on: calls.close_orphans(on, clock.wall()))
    if lost:
        logger.warning("calls were cut off when the server last stopped", calls=len(lost))


def words_seal(keys: Keys, store: Store) -> Seal:
    """Closes and opens what was said before numbers in it were masked."""
    words = Seal(keys, WORDS)
    words.prepare(in_use=store.read_now(sealed.any_kept))
    return words


def doorkeeper(file: AccessFile, settings: Settings, clock: Clock, keys: Keys) -> Doorkeeper:
    """Knows the tokens, accounts and sessions of a data folder."""
    seal = Seal(keys, LOGINS)
    return Doorkeeper(
        TokenShelf(file),
        Accounts(file, seal, settings.access, clock),
        Sessions(SessionShelf(file), settings.access, clock),
    )


def keeper_of(
    store: Store, audit: AuditLog, clock: Clock, settings: Settings, library: Library | None
) -> Keeper:
    """Deletes what is over its time: the sound first, because its index goes with the record."""
    erasers: dict[Artefact, Eraser] = {}
    if library is not None:
        erasers["recording"] = RecordingEraser(store, library.folder, library.keyring, clock)
    erasers["record"] = RecordEraser(store)
    return Keeper(store, audit, clock, settings.retention, erasers)


@contextlib.asynccontextmanager
async def _beside(*chores: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """The chores run as long as the block, and are over when it is."""
    tasks = [asyncio.create_task(chore) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def first_code(door: Doorkeeper, clock: Clock) -> FirstCode | None:
    """The code that makes the first accounts, as long as there is none."""
    accounts = await asyncio.to_thread(door.accounts.shelf.count)
    return None if accounts else FirstCode(clock)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; raises `Unavailable` when the address is taken or not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(address)
        except OSError:
            made.close()
            raise
    except OSError as fault:
        raise Unavailable("no_port", f"cannot listen on {host}:{port}: {fault.strerror}") from fault
    return made


def uvicorn_config(app: Starlette, limits: Server) -> uvicorn.Config:
    """uvicorn with our limits; it writes no access log, because addresses are not ours to keep."""
    return uvicorn.Config(
        app,
        http=http_protocol(limits),
        ws=websocket_protocol(limits),
        ws_max_size=limits.message_bytes,
        ws_ping_interval=limits.ping_s,
        # a source that is held back answers only after the sound it sent before
        ws_ping_timeout=4 * limits.ping_s,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=max(1, round(limits.close_s)),
    )


class _Server(uvicorn.Server):
    """uvicorn that says when it listens, and lets calls end before it stops."""

    def __init__(self, app: Starlette, state: State, ready: Ready) -> None:
        super().__init__(uvicorn_config(app, state.settings.server))
        self._state = state
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own version raises the signal again afterwards; a clean stop has exit status 0
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        host, port = sockets[0].getsockname()[:2]
        self._state.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self._ready(self._state.url, self._state)

    async def on_tick(self, counter: int) -> bool:
        return self._state.stopping.is_set() or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        self._state.stopping.set()
        await self._state.demo.close()
        try:
            async with asyncio.timeout(self._state.settings.server.drain_s):
                await self._state.claims.all_released()
                await self._state.desk.drain()
        except TimeoutError:
            logger.error("calls did not end in time", calls=len(self._state.claims))
        await super().shutdown(sockets)


def _desk(
    store: Store, feed: Feed, clock: Clock, limits: Limits, metrics: Metrics, words: Seal
) -> Desk:
    took, ledger = metrics.commit.observe, metrics.ledger
    desk = Desk(store, feed, clock, limits=limits, took=took, ledger=ledger, seal=words.seal)
    desk.listen(_counting(metrics))
    return desk


def _limits(settings: Settings) -> Limits:
    chosen = settings.escalation
    return Limits(
        critical=chosen.critical_s, high=chosen.high_s, medium=chosen.medium_s, low=chosen.low_s
    )


def _counting(metrics: Metrics) -> Listener:
    def count(_: CallStarted, events: Sequence[AnyEvent]) -> None:
        for event in events:
            if isinstance(event, Alert):
                metrics.alerts.labels(event.severity, event.state).inc()
            elif isinstance(event, CallStarted):
                metrics.calls_started.inc()
            elif isinstance(event, CallEnded):
                metrics.calls_ended.inc()

    return count


def _gauges(state: State) -> None:
    gauge = state.metrics.gauge
    gauge("monitor_live_calls", "Calls that have a client.", lambda: len(state.claims))
    gauge("monitor_subscribers", "Open alert feeds.", lambda: state.feed.subscribers)
    writer = state.store.writer
    gauge("monitor_store_waiting", "Writes that wait.", lambda: writer.waiting)
    gauge("monitor_store_failing", "1 while the database takes no write.", lambda: writer.failing)
