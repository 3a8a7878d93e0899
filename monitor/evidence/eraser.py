"""Takes recordings away for good, in two steps that may both be done again after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Connection

from monitor.clock import Clock
from monitor.errors import Damaged, Unavailable
from monitor.evidence.disk import shred
from monitor.evidence.format import SUFFIX
from monitor.evidence.keyring import Keyring
from monitor.evidence.places import folder_of, month_of
from monitor.evidence.reader import SegmentReader
from monitor.store import recordings
from monitor.store.recordings import RecordingRow
from monitor.store.store import Store

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What a certificate says of one file."""

    what: str
    id: str
    sha256_before: str


@dataclass(frozen=True, slots=True)
class RecordingEraser:
    """Erases the recordings of calls, and the key of a team's month once nothing is under it.

    A copy in a backup is still sealed under that key, so it can be opened until the month's last
    recording is gone.
    """

    store: Store
    folder: Path
    keyring: Keyring
    clock: Clock

    @property
    def name(self) -> str:
        """What it erases."""
        return "recordings"

    async def begin(self, numbers: Sequence[int]) -> None:
        """From here on nobody can play them."""
        await self.store.write(lambda on: recordings.condemn(on, numbers))

    async def finish(self, numbers: Sequence[int]) -> list[Erased]:
        """Destroy the wrapped data keys, unlink the files, forget the rows.

        A file that turns out to be of another call than its row says is left where it is.
        """
        rows = await self.store.read(lambda on: recordings.condemned(on, numbers))
        gone = [row for row in rows if await asyncio.to_thread(self._shred, row)]
        await self.store.write(lambda on: _forget(on, gone))
        await asyncio.to_thread(self._close_months, gone)
        return [Erased(what="recording", id=row.file, sha256_before=row.digest) for row in gone]

    def _shred(self, row: RecordingRow) -> bool:
        path = self.folder / row.path
        with suppress(Damaged, Unavailable), SegmentReader(path, self.keyring) as reader:
            if (reader.about.team, reader.about.call) != (row.team, row.call):
                logger.error("a recording is of another call and stays", file=row.file)
                return False
        try:
            shred(path)
        except FileNotFoundError:
            return True
        return True

    def _close_months(self, gone: Sequence[RecordingRow]) -> None:
        now = month_of(self.clock.wall())
        touched = {row.kek for row in gone}
        for key in self.keyring.rows():
            place = self.folder / folder_of(key.team, month=key.month)
            if key.id in touched and key.month < now and not any(place.glob("*" + SUFFIX)):
                self.keyring.destroy(key.id)


def _forget(connection: Connection, gone: Sequence[RecordingRow]) -> None:
    recordings.forget(connection, [row.file for row in gone])
