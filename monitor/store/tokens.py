"""Who holds which token. Kept in a file of its own, so that the command that makes tokens never
writes to the record while the server does."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import insert, select, update

from monitor.store.access_file import ACCESS_FILE, AccessFile
from monitor.store.tables import tokens

__all__ = ["ACCESS_FILE", "TokenRow", "TokenShelf"]


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

    def __init__(self, place: Path | AccessFile) -> None:
        """Raises `Unavailable` when the folder cannot hold the file."""
        self._file = AccessFile(place) if isinstance(place, Path) else place

    def add(self, row: TokenRow) -> None:
        """Keep a new token."""
        self._file.write(lambda on: on.execute(insert(tokens).values(msgspec.to_builtins(row))))

    def revoke(self, id_: str, wall: float) -> bool:
        """Take a token back; False when there is none, or it was taken back before."""
        unrevoked = tokens.c.revoked_wall.is_(None)
        statement = update(tokens).where(tokens.c.id == id_, unrevoked).values(revoked_wall=wall)
        return self._file.write(lambda on: on.execute(statement).rowcount) == 1

    def find(self, id_: str) -> TokenRow | None:
        """The token with this id, taken back or not."""
        query = select(tokens).where(tokens.c.id == id_)
        found = self._file.read(lambda on: on.execute(query).mappings().first())
        return None if found is None else msgspec.convert(found, TokenRow)

    def listed(self) -> list[TokenRow]:
        """Every token, oldest first."""
        query = select(tokens).order_by(tokens.c.created_wall)
        rows = self._file.read(lambda on: on.execute(query).mappings().all())
        return [msgspec.convert(row, TokenRow) for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
