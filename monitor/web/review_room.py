"""The back room of the desks: keeps digests up to date and knows which packs there are and were."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import Connection

from monitor.alerts.desk import Desk
from monitor.clock import Clock
from monitor.errors import BadLexicon, Overloaded, Unavailable
from monitor.events import AnyEvent, CallEnded, CallStarted
from monitor.qa.review_digest import Digest, digest
from monitor.rules.lexicon import PUBLISHED, Lexicon
from monitor.rules.pack import Pack
from monitor.settings import Settings
from monitor.store import digests, pack_texts
from monitor.store.digests import DigestRow
from monitor.store.store import Store
from monitor.web.review_events import events_of
from monitor.web.rules_desk_dry_run import DryRuns

logger = structlog.get_logger()

BATCH = 20
"""Digests made between two writes."""


class ReviewRoom:
    """Shared by the QA desk, the rule desk and the overview."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self.store = store
        self.published = published_folder(settings)
        self.dry_runs = DryRuns(store)
        self._folder = Path(settings.rules.lexicons) if settings.rules.lexicons else None
        self._lexicon: Lexicon | None = None
        self._clock = clock
        self._ended = asyncio.Event()
        self._ended.set()
        self._busy = asyncio.Lock()
        self._reading = asyncio.Lock()
        self._packs: tuple[Pack, ...] = ()

    def hear(self, _: CallStarted, events: Sequence[AnyEvent]) -> None:
        """A `Desk` listener: an ended call wants its digest."""
        if any(isinstance(event, CallEnded) for event in events):
            self._ended.set()

    async def work(self) -> None:
        """Digest calls as they end, until cancelled."""
        while True:
            await self._ended.wait()
            self._ended.clear()
            try:
                await self.catch_up()
            except (Unavailable, Overloaded) as fault:
                logger.error("calls not digested", why=fault.code)

    async def catch_up(self) -> None:
        """Return once every call that ended before has its digest."""
        async with self._busy:
            while made := await self.store.read(_digested):
                await self.store.write(lambda on, rows=made: _keep(on, rows))  # type: ignore[misc]

    async def packs(self) -> tuple[Pack, ...]:
        """The packs in force; every text that was ever in force is kept with its first day."""
        async with self._reading:
            found = await asyncio.to_thread(self._read)
            if found is not self._packs:
                await self._remember(found)
                self._packs = found
        return found

    def _read(self) -> tuple[Pack, ...]:
        # read when somebody first asks: a second of work that calls do not need
        if self._lexicon is None:
            self._lexicon = Lexicon(self._folder, published=self.published)
        try:
            self._lexicon.refresh()
        except BadLexicon as fault:
            logger.error("rule packs not reloaded", why=str(fault))
        return self._lexicon.packs

    async def _remember(self, packs: Sequence[Pack]) -> None:
        """Keep the texts of packs that are new to the record."""
        read = await asyncio.to_thread(lambda: [(pack, text_of(pack)) for pack in packs])
        wall = self._clock.wall()
        rows = [
            pack_texts.PackText(
                sha256=sha256(text),
                pack=pack.pack,
                version=pack.version,
                text=text,
                first_wall=wall,
            )
            for pack, text in read
        ]
        known = await self.store.read(lambda on: pack_texts.known(on, [r.sha256 for r in rows]))
        fresh = [row for row in rows if row.sha256 not in known]
        if fresh:
            await self.store.write(lambda on: pack_texts.keep(on, fresh))


@asynccontextmanager
async def open_room(
    store: Store, settings: Settings, desk: Desk, clock: Clock
) -> AsyncIterator[ReviewRoom]:
    """The room for as long as the server runs."""
    room = ReviewRoom(store, settings, clock)
    desk.listen(room.hear)
    working = asyncio.create_task(room.work(), name="digests")
    try:
        yield room
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await room.dry_runs.close()


def published_folder(settings: Settings) -> Path:
    """Where approved packs lie."""
    return Path(settings.store.data) / PUBLISHED


def text_of(pack: Pack) -> str:
    """The file of a pack as it is."""
    return Path(pack.file).read_text("utf8")


def sha256(text: str) -> str:
    """Names a text of a pack."""
    return hashlib.sha256(text.encode()).hexdigest()


def _digested(connection: Connection) -> list[DigestRow]:
    return [
        _row(number, ended, digest(events_of(connection, number)))
        for number, ended in digests.pending(connection, BATCH)
    ]


def _keep(connection: Connection, rows: Sequence[DigestRow]) -> None:
    for row in rows:
        digests.keep(connection, row)


def _row(number: int, ended: float, made: Digest) -> DigestRow:
    return DigestRow(
        call_number=number,
        ended_wall=ended,
        duration_s=made.duration_s,
        covered_s=made.covered_s,
        lost_s=made.lost_s,
        agent_talk_s=made.agent_talk_s,
        customer_talk_s=made.customer_talk_s,
        opening=made.opening,
        disclosures=msgspec.json.encode(made.disclosures).decode(),
        words=made.words,
    )
