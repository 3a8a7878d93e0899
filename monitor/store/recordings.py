"""Which recording files there are, and how much of each was on disk for certain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update

from monitor.store.tables import calls
from monitor.store.tables_recordings import recordings

State = Literal["open", "complete", "interrupted", "damaged", "missing", "erasing"]
"""open: being written. interrupted: cut off by a crash or a fault of the disk, whole up to there.
damaged: not what was written, or shorter than was once on disk. missing: the file is gone.
erasing: its time is over, nobody may play it, and the file is about to go."""


class RecordingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A segment file of a take of a call. Wall times are seconds since the epoch, UTC."""

    file: str
    team: str
    call: str
    take: str
    segment: int
    path: str
    """Within the folder of recordings."""
    kek: str
    began_wall: float
    """Of the take."""
    ended_wall: float | None = None
    state: State = "open"
    reason: str = ""
    records: int = 0
    """On disk for certain, as `bytes` and `digest` (SHA-256 of so many bytes)."""
    bytes: int = 0
    digest: str = ""
    lost_s: float = 0.0
    """Sound of the take that arrived and could not be kept, all channels."""


def put(connection: Connection, row: RecordingRow) -> None:
    """Add the row, or replace what is known of the file."""
    values = msgspec.to_builtins(row)
    here = recordings.c.file == row.file
    if not connection.execute(update(recordings).where(here).values(values)).rowcount:
        connection.execute(insert(recordings).values(values))


def of_call(connection: Connection, team: str, call: str) -> list[RecordingRow]:
    """The call's segments that may be played, oldest take first."""
    query = (
        select(recordings)
        .where(
            recordings.c.team == team,
            recordings.c.call == call,
            recordings.c.state != "erasing",
        )
        .order_by(recordings.c.began_wall, recordings.c.take, recordings.c.segment)
    )
    return _rows(connection, query)


def every(connection: Connection, *, state: State | None = None) -> list[RecordingRow]:
    """All segments, or those in one state, oldest first."""
    query = select(recordings).order_by(recordings.c.began_wall, recordings.c.segment)
    if state is not None:
        query = query.where(recordings.c.state == state)
    return _rows(connection, query)


def known_files(connection: Connection) -> set[str]:
    """The ids of all files in the index."""
    return set(connection.execute(select(recordings.c.file)).scalars())


def condemn(connection: Connection, numbers: Sequence[int]) -> int:
    """Mark the recordings of calls as being erased; returns how many there are."""
    done = connection.execute(update(recordings).where(_of_calls(numbers)).values(state="erasing"))
    return int(done.rowcount)


def condemned(connection: Connection, numbers: Sequence[int]) -> list[RecordingRow]:
    """The recordings of calls that are being erased."""
    query = select(recordings).where(_of_calls(numbers), recordings.c.state == "erasing")
    return _rows(connection, query)


def forget(connection: Connection, files: Sequence[str]) -> int:
    """Take files out of the index; returns how many there were."""
    gone = connection.execute(delete(recordings).where(recordings.c.file.in_(files)))
    return int(gone.rowcount)


def _of_calls(numbers: Sequence[int]) -> ColumnElement[bool]:
    return exists().where(
        calls.c.number.in_(numbers),
        calls.c.team == recordings.c.team,
        calls.c.call == recordings.c.call,
    )


def _rows(connection: Connection, query: object) -> list[RecordingRow]:
    found = connection.execute(query).mappings()  # type: ignore[call-overload]
    return [msgspec.convert(row, RecordingRow) for row in found]
