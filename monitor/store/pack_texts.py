"""Every text of a pack that was ever in force, so that an old verdict can be explained."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, insert, select

from monitor.store.tables_desk import pack_texts


class PackText(msgspec.Struct, frozen=True, kw_only=True):
    """A text by its hash; `first_wall` is when it was first in force, seconds UTC."""

    sha256: str
    pack: str
    version: int
    text: str
    first_wall: float


def known(connection: Connection, names: Sequence[str]) -> set[str]:
    """Those of the hashes that are kept already."""
    query = select(pack_texts.c.sha256).where(pack_texts.c.sha256.in_(names))
    return set(connection.execute(query).scalars())


def keep(connection: Connection, rows: Sequence[PackText]) -> None:
    """Keep texts; those known already stay as they are."""
    have = known(connection, [row.sha256 for row in rows])
    for row in rows:
        if row.sha256 not in have:
            connection.execute(insert(pack_texts).values(msgspec.to_builtins(row)))


def of_pack(connection: Connection, pack: str) -> list[PackText]:
    """The texts of a pack, newest first."""
    query = (
        select(pack_texts)
        .where(pack_texts.c.pack == pack)
        .order_by(pack_texts.c.first_wall.desc(), pack_texts.c.version.desc())
    )
    return [msgspec.convert(row, PackText) for row in connection.execute(query).mappings()]


def find(connection: Connection, sha256: str) -> PackText | None:
    """One text."""
    query = select(pack_texts).where(pack_texts.c.sha256 == sha256)
    row = connection.execute(query).mappings().first()
    return None if row is None else msgspec.convert(row, PackText)
