"""Sessions of browsers: which cookie belongs to whom. Only hashes of cookies are kept."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from monitor.store.access_file import AccessFile
from monitor.store.tables_accounts import sessions


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A session without its secret. Wall times are seconds since the epoch, UTC."""

    id: str
    hash: str
    """SHA-256 of the cookie, hexadecimal."""
    kind: str
    """token or user: what the holder signed in with."""
    holder: str
    """Id of the token or the account."""
    created_wall: float
    seen_wall: float


class SessionShelf:
    """Sessions of a data folder."""

    def __init__(self, file: AccessFile) -> None:
        self._file = file

    def add(self, row: SessionRow, *, forget_before: float) -> None:
        """Keep a new session; those begun before `forget_before` are forgotten."""

        def job(on: Connection) -> None:
            on.execute(delete(sessions).where(sessions.c.created_wall < forget_before))
            on.execute(insert(sessions).values(msgspec.to_builtins(row)))

        self._file.write(job)

    def find(self, hash_: str) -> SessionRow | None:
        """The session of this cookie."""
        query = select(sessions).where(sessions.c.hash == hash_)
        found = self._file.read(lambda on: on.execute(query).mappings().first())
        return None if found is None else msgspec.convert(found, SessionRow)

    def by_id(self, id_: str) -> SessionRow | None:
        """The session with this id."""
        query = select(sessions).where(sessions.c.id == id_)
        found = self._file.read(lambda on: on.execute(query).mappings().first())
        return None if found is None else msgspec.convert(found, SessionRow)

    def seen(self, id_: str, wall: float) -> None:
        """Somebody used the session."""
        change = update(sessions).where(sessions.c.id == id_).values(seen_wall=wall)
        self._file.write(lambda on: on.execute(change))

    def end(self, id_: str) -> None:
        """The session is over."""
        self._file.write(lambda on: on.execute(delete(sessions).where(sessions.c.id == id_)))


def end_all(on: Connection, kind: str, holder: str, *, but: str = "") -> int:
    """End every session of a holder, except `but`; returns how many there were."""
    mine = (sessions.c.kind == kind, sessions.c.holder == holder, sessions.c.id != but)
    return on.execute(delete(sessions).where(*mine)).rowcount
