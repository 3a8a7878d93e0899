"""The index of recordings. Every row can be made again from the files themselves."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table

from monitor.store.columns import NAME_CHARS
from monitor.store.tables import record

recordings = Table(
    "recordings",
    record,
    Column("file", String(32), primary_key=True),
    Column("team", String(NAME_CHARS), nullable=False),
    Column("call", String(NAME_CHARS), nullable=False),
    Column("take", String(32), nullable=False),
    Column("segment", Integer, nullable=False),
    Column("path", String(512), nullable=False),
    Column("kek", String(64), nullable=False),
    Column("began_wall", Float, nullable=False),
    Column("ended_wall", Float),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("lost_s", Float, nullable=False),
    Index("recordings_of_call", "team", "call", "began_wall", "segment"),
)
