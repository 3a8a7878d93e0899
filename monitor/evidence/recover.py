"""After a crash or a restore: every file is looked at once more, and strays get a row again.

Nothing is deleted here. A file is never continued: what was left open stays as it is.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import Connection

from monitor.clock import Clock
from monitor.errors import Damaged, Unavailable
from monitor.events import CallEnded, CallStarted
from monitor.evidence.format import SUFFIX, About
from monitor.evidence.keyring import Keyring
from monitor.evidence.reader import SegmentReader, Verdict
from monitor.evidence.segment import Anchor
from monitor.store import calls, recordings
from monitor.store.recordings import RecordingRow, State
from monitor.store.store import Store

logger = structlog.get_logger()

RECOVERED = "recovered"
"""End reason of a call that only its recording remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strays:
    """What the last life of the server left behind."""

    open_rows: tuple[RecordingRow, ...]
    files: tuple[Path, ...]
    """Not in the index."""


def find(store: Store, folder: Path) -> Strays:
    """Look before anything new is recorded."""
    known = store.read_now(recordings.known_files)
    files = [path for path in sorted(folder.rglob("*" + SUFFIX)) if path.stem not in known]
    rows = store.read_now(lambda on: recordings.every(on, state="open"))
    return Strays(open_rows=tuple(rows), files=tuple(files))


async def recover(
    strays: Strays, store: Store, folder: Path, keyring: Keyring, clock: Clock
) -> list[RecordingRow]:
    """Give every stray its row; returns the rows."""
    made: list[RecordingRow] = []
    for row in strays.open_rows:
        fresh = await asyncio.to_thread(judged, row, folder, keyring)
        await store.write(lambda on, fresh=fresh: recordings.put(on, fresh))  # type: ignore[misc]
        made.append(fresh)
    for path in strays.files:
        found = await asyncio.to_thread(_look, path, folder, keyring)
        if found is not None:
            row, about = found
            wall = clock.wall()
            await store.write(
                lambda on, row=row, about=about, wall=wall: adopt(on, row, about, wall)  # type: ignore[misc]
            )
            made.append(row)
    if made:
        logger.warning(
            "recordings of the last run were looked at",
            states={row.state: sum(one.state == row.state for one in made) for row in made},
            adopted=len(made) - len(strays.open_rows),
        )
    return made


def judged(row: RecordingRow, folder: Path, keyring: Keyring) -> RecordingRow:
    """The row with the state that the file is found in now."""
    anchor = Anchor(records=row.records, bytes=row.bytes, digest=row.digest)
    path = folder / row.path
    try:
        with SegmentReader(path, keyring) as reader:
            verdict = reader.verify(anchor)
    except Unavailable:
        return msgspec.structs.replace(row, state="missing")
    except Damaged as fault:
        # a head cut short by a crash was never on disk for certain
        state: State = "damaged" if row.bytes else "interrupted"
        logger.error("a recording is not whole", file=row.file, why=fault.message)
        return msgspec.structs.replace(row, state=state)
    if verdict.state == "damaged":
        logger.error("a recording is not whole", file=row.file, why=verdict.why)
    return _after(row, verdict, path)


def adopt(connection: Connection, row: RecordingRow, about: About, wall: float) -> None:
    """Put a row for a file the index does not know, and a call if that is unknown too."""
    recordings.put(connection, row)
    if not calls.find(connection, row.call, teams=(row.team,)):
        started = msgspec.convert(about.started, CallStarted)
        number = calls.ensure(connection, started, row.began_wall)
        calls.add(connection, number, started, wall)
        ended = CallEnded(call=row.call, at=0.0, reason=RECOVERED)
        calls.add(connection, number, ended, wall)


def _look(path: Path, folder: Path, keyring: Keyring) -> tuple[RecordingRow, About] | None:
    try:
        with SegmentReader(path, keyring) as reader:
            about, head, verdict = reader.about, reader.head, reader.verify()
    except (Damaged, Unavailable) as fault:
        logger.error("a stray recording cannot be read", file=path.stem, why=fault.message)
        return None
    row = RecordingRow(
        file=head.file,
        team=about.team,
        call=about.call,
        take=about.take,
        segment=about.segment,
        path=str(path.relative_to(folder)),
        kek=head.kek,
        began_wall=about.began_wall,
        reason="adopted",
    )
    return _after(row, verdict, path), about


def _after(row: RecordingRow, verdict: Verdict, path: Path) -> RecordingRow:
    states: dict[str, State] = {
        "complete": "complete",
        "unfinished": "interrupted",
        "damaged": "damaged",
    }
    return msgspec.structs.replace(
        row,
        state=states[verdict.state],
        records=max(row.records, verdict.records),
        bytes=max(row.bytes, verdict.bytes),
        digest=verdict.digest if verdict.bytes >= row.bytes else row.digest,
        ended_wall=path.stat().st_mtime,
        reason=row.reason or ("server_lost" if verdict.end is None else verdict.end.reason),
    )
