"""Opens SQLite the way the record needs it: durable, one writer, readers that cannot write."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

Journal = Literal["wal", "delete"]

CHECKPOINT_PAGES = 16_384
"""Pages in the write-ahead log before the writer folds it back: 64 MiB."""

FIXED_VERSION = (3, 51, 3)
"""Older SQLite can corrupt a write-ahead log that two connections write and fold at once; ours
has one writing connection, which is also the only one that folds."""


def writing_engine(path: Path, *, journal: Journal, busy_timeout_s: float = 5.0) -> Engine:
    """An engine for the one connection that may write; transactions begin IMMEDIATE."""

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=busy_timeout_s
        )
        raw.execute(f"PRAGMA journal_mode={journal}")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        raw.execute("PRAGMA secure_delete=ON")
        _harden(raw)
        return raw

    return _engine(connect_with=connect, begin="BEGIN IMMEDIATE", readers=None)


def reading_engine(path: Path, *, busy_timeout_s: float = 5.0, readers: int = 4) -> Engine:
    """An engine whose connections cannot write; at most `readers` at a time, others wait."""

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=busy_timeout_s,
        )
        raw.execute("PRAGMA query_only=ON")
        _harden(raw)
        return raw

    return _engine(connect_with=connect, begin="BEGIN", readers=readers)


def _harden(raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA trusted_schema=OFF")
    raw.execute("PRAGMA foreign_keys=ON")


def _engine(*, connect_with: object, begin: str, readers: int | None) -> Engine:
    if readers is None:
        engine = create_engine("sqlite+pysqlite://", creator=connect_with, poolclass=NullPool)
    else:
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=connect_with,
            poolclass=QueuePool,
            pool_size=readers,
            max_overflow=0,
        )

    # the driver begins transactions late and never IMMEDIATE, so we begin them ourselves
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
