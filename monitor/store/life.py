"""Notices that a record is older than it was: somebody put a copy back without telling.

Beside the record lies a small file with the id of the server's last start and with how many
events it had seen. A record that does not know that start, or holds fewer events, has another
past than its subscribers remember, and its logs need new epochs.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from monitor.errors import Unavailable
from monitor.store.tables import events
from monitor.store.tables_lives import lives

LIFE_FILE = "life.json"


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What the last server of this folder knew."""

    ids: tuple[str, ...] = ()
    """Of its start; two while a start is under way."""
    events: int = 0
    """Number of the newest event it saw committed."""


def read(folder: Path) -> Life | None:
    """None when no server ever ran here, or the file cannot be read."""
    try:
        return msgspec.json.decode((folder / LIFE_FILE).read_bytes(), type=Life)
    except (OSError, msgspec.DecodeError):
        return None


def write(folder: Path, life: Life) -> None:
    """Replace the file as a whole; raises `Unavailable`."""
    beside = folder / f".{LIFE_FILE}"
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(life))
            file.flush()
            os.fsync(file.fileno())
        beside.rename(folder / LIFE_FILE)
    except OSError as fault:
        raise Unavailable("bad_data_folder", f"{folder}: {fault.strerror}") from fault


def is_another(connection: Connection, known: Life | None) -> bool:
    """Whether this record has another past than the file remembers."""
    current = connection.execute(select(lives.c.id)).scalar()
    if known is None:
        # the first start, or the file was lost: with an id in the record that cannot be told
        return current is not None
    return current not in known.ids or newest(connection) < known.events


def newest(connection: Connection) -> int:
    """Number of the newest event; 0 when there is none."""
    return int(connection.execute(select(func.max(events.c.number))).scalar() or 0)


def begin(connection: Connection, id_: str) -> None:
    """Note the id of this start in the record."""
    connection.execute(delete(lives))
    connection.execute(insert(lives).values(id=id_))


def new_id() -> str:
    """Random, 16 hexadecimal digits."""
    return secrets.token_hex(8)
