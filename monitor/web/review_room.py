"""The back room of the desks: keeps digests up to date and knows which packs there are and were."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from monitor.clock import Clock
from monitor.events import AnyEvent, CallEnded, CallStarted, decode
from monitor.qa.review_digest import Digest, digest
from monitor.rules.lexicon import Lexicon
from monitor.rules.pack import Pack
from monitor.store import calls, digests, pack_texts
from monitor.store.digests import DigestRow
from monitor.store.store import Store

BATCH = 20
"""Digests made between two writes."""

PAGE = 2000


class ReviewRoom:
    """Shared by the QA desk, the rule desk and the overview."""

    def __init__(self, store: Store, lexicon: Lexicon, clock: Clock, published: Path) -> None:
        """`published` is the folder into which approved packs go."""
        self.store = store
        self.lexicon = lexicon
        self.published = published
        self._clock = clock
        self._ended = asyncio.Event()
        self._ended.set()
        self._busy = asyncio.Lock()

    def hear(self, _: CallStarted, events: Sequence[AnyEvent]) -> None:
        """A `Desk` listener: an ended call wants its digest."""
        if any(isinstance(event, CallEnded) for event in events):
            self._ended.set()

    async def work(self) -> None:
        """Digest calls as they end, until cancelled."""
        while True:
            await self._ended.wait()
            self._ended.clear()
            await self.catch_up()

    async def catch_up(self) -> None:
        """Return once every call that ended before has its digest."""
        async with self._busy:
            while made := await self.store.read(_digested):
                await self.store.write(lambda on, rows=made: _keep(on, rows))  # type: ignore[misc]

    async def packs(self) -> tuple[Pack, ...]:
        """The packs in force; every text that was ever in force is kept with its first day."""
        await asyncio.to_thread(self.lexicon.refresh)
        found = self.lexicon.packs
        await self.remember(found)
        return found

    async def remember(self, packs: Sequence[Pack]) -> None:
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


def text_of(pack: Pack) -> str:
    """The file of a pack as it is."""
    return Path(pack.file).read_text("utf8")


def sha256(text: str) -> str:
    """Names a text of a pack."""
    return hashlib.sha256(text.encode()).hexdigest()


def events_of(connection: Connection, number: int) -> list[AnyEvent]:
    """Every event of the call in row `number`."""
    found: list[AnyEvent] = []
    after = 0
    while page := calls.exported(connection, number, after=after, limit=PAGE):
        found += [decode(row.body) for row in page]
        after = page[-1].number
    return found


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
