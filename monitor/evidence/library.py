"""Finds the recordings of a call and plays them; nothing it decrypts touches a disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from monitor.errors import Damaged, Unavailable
from monitor.evidence.keyring import Keyring
from monitor.evidence.reader import SegmentReader
from monitor.evidence.timeline import Timeline
from monitor.store.recordings import RecordingRow

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Library:
    """The folder of recordings and the keys that open it."""

    folder: Path
    keyring: Keyring

    @contextmanager
    def take(self, rows: Sequence[RecordingRow], take: str | None = None) -> Iterator[Timeline]:
        """The take with this id, or the whole call, open while the block runs.

        The whole call is its last take and those before it of the same rate and roles. A segment
        that cannot be opened is left out, and the log says so. Raises `Unavailable`
        (no_recording) when nothing is left.
        """
        with ExitStack() as stack:
            readers = [
                stack.enter_context(reader)
                for row in rows
                if take in (None, row.take) and (reader := self._reader(row)) is not None
            ]
            if not readers:
                raise Unavailable("no_recording", "there is no recording of this call")
            last = readers[-1].about
            shape = (last.rate, tuple(last.roles))
            yield Timeline(
                [one for one in readers if (one.about.rate, tuple(one.about.roles)) == shape]
            )

    def _reader(self, row: RecordingRow) -> SegmentReader | None:
        try:
            return SegmentReader(self.folder / row.path, self.keyring, noted=row.bytes)
        except (Damaged, Unavailable) as fault:
            logger.error("a recording cannot be read", file=row.file, why=fault.code)
            return None


def takes(rows: Sequence[RecordingRow]) -> list[str]:
    """Ids of the takes, oldest first."""
    seen: dict[str, None] = {}
    for row in rows:
        seen.setdefault(row.take)
    return list(seen)
