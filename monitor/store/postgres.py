"""The record in PostgreSQL: one writing session for the whole database, readers that only read."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool, QueuePool

from monitor.errors import BadSetting, Unavailable

_LOCK = int.from_bytes(b"monitor")
"""Advisory lock of the one server that may write; it ends with its session."""

_TRIES, _BETWEEN_S = 10, 0.1
"""A session that ended a moment ago may hold the lock a moment longer."""

_TIMES: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""So that a database that vanished is noticed within seconds; libpq's names and units."""


def writing_engine(url: str) -> Engine:
    """An engine for the one session that may write; commits are on disk when they return.

    Connecting raises `Unavailable` (data_in_use) while another server holds the database.
    """
    options = "-c synchronous_commit=on -c statement_timeout=30000 -c lock_timeout=5000"
    engine = create_engine(
        _address(url), poolclass=NullPool, connect_args={**_TIMES, "options": options}
    )

    @event.listens_for(engine, "connect")
    def _claim(raw: Any, _: object) -> None:
        for _ in range(_TRIES):
            (held,) = raw.execute(f"SELECT pg_try_advisory_lock({_LOCK})").fetchone()
            raw.commit()
            if held:
                return
            time.sleep(_BETWEEN_S)
        raise Unavailable("data_in_use", "another server uses this database")

    return engine


def reading_engine(url: str, *, readers: int) -> Engine:
    """An engine whose sessions cannot write; at most `readers` at a time, others wait."""
    options = "-c default_transaction_read_only=on -c statement_timeout=30000"
    return create_engine(
        _address(url),
        poolclass=QueuePool,
        pool_size=readers,
        max_overflow=0,
        # a session that was cut by a restart of the database is replaced, not handed out
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        connect_args={**_TIMES, "options": options},
    )


def _address(url: str) -> Any:
    try:
        given = make_url(url)
    except ArgumentError:
        given = None
    if given is None or given.get_backend_name() not in ("postgresql", "postgres"):
        message = "is no postgresql://user@host/database"
        raise BadSetting("bad_value", message, field="store.url")
    try:
        import psycopg  # noqa: F401
    except (ImportError, NoSuchModuleError):
        message = "PostgreSQL needs its driver: pip install 'call-compliance-monitor[postgres]'"
        raise Unavailable("no_driver", message) from None
    return given.set(drivername="postgresql+psycopg")
