"""Who holds which token. Kept in a file of its own, so that the command that makes tokens never
writes to the record while the server does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DatabaseError

from monitor.errors import Unavailable
from monitor.store.database import reading_engine, writing_engine
from monitor.store.migrate import ACCESS_STEPS
from monitor.store.store import prepare
from monitor.store.tables import tokens

ACCESS_FILE = "access.db"


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token without its secret. Wall times are seconds since the epoch, UTC."""

    id: str
    hash: str
    """SHA-256 of the secret, hexadecimal."""
    role: str
    team: str
    agent: str
    name: str
    created_wall: float
    revoked_wall: float | None = None


class TokenShelf:
    """Tokens of a data folder: few and small, so calls are plain and synchronous."""

    def __init__(self, folder: Path) -> None:
        """Raises `Unavailable` when the folder cannot hold the file."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / ACCESS_FILE
            path.touch(mode=0o600)
        except OSError as fault:
            raise Unavailable("bad_data_folder", f"{folder}: {fault.strerror}") from fault
        prepare(path, ACCESS_STEPS, journal="delete")
        self._writing = writing_engine(path, journal="delete")
        self._reading = reading_engine(path, readers=2)

    def add(self, row: TokenRow) -> None:
        """Keep a new token."""
        self._write(lambda on: on.execute(insert(tokens).values(msgspec.to_builtins(row))))

    def revoke(self, id_: str, wall: float) -> bool:
        """Take a token back; False when there is none, or it was taken back before."""
        changed: list[int] = []
        unrevoked = tokens.c.revoked_wall.is_(None)
        statement = update(tokens).where(tokens.c.id == id_, unrevoked).values(revoked_wall=wall)
        self._write(lambda on: changed.append(on.execute(statement).rowcount))
        return changed == [1]

    def find(self, id_: str) -> TokenRow | None:
        """The token with this id, taken back or not."""
        with self._reading.connect() as connection, connection.begin():
            found = connection.execute(select(tokens).where(tokens.c.id == id_)).mappings().first()
        return None if found is None else msgspec.convert(found, TokenRow)

    def listed(self) -> list[TokenRow]:
        """Every token, oldest first."""
        with self._reading.connect() as connection, connection.begin():
            rows = connection.execute(select(tokens).order_by(tokens.c.created_wall)).mappings()
            return [msgspec.convert(row, TokenRow) for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        self._reading.dispose()
        self._writing.dispose()

    def _write(self, job: Callable[[Connection], object]) -> None:
        try:
            with self._writing.connect() as connection, connection.begin():
                job(connection)
        except DatabaseError as fault:
            raise Unavailable("store_failed", f"tokens: {fault.__cause__}") from fault
