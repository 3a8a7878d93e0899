"""`audit.db`: the rows of the audit log, in a file of its own that commands write to as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from monitor.access.chain import Entry, Head, Link, link
from monitor.errors import Unavailable
from monitor.store.database import reading_engine, writing_engine
from monitor.store.migrate import Step
from monitor.store.store import prepare
from monitor.store.writer import Writer

AUDIT_FILE = "audit.db"
_PAGE = 1000

_meta = MetaData()
_links = Table(
    "links",
    _meta,
    Column("seq", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)


def _first(connection: Connection) -> None:
    _meta.create_all(connection)


_STEPS: Sequence[Step] = (_first,)


class AuditShelf:
    """Appends and reads; two processes take turns."""

    def __init__(self, folder: Path) -> None:
        """Raises `Unavailable` when the folder cannot hold the file."""
        path = folder / AUDIT_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        except OSError as fault:
            raise Unavailable("bad_data_folder", f"{folder}: {fault.strerror}") from fault
        prepare(path, _STEPS, journal="delete")
        self._engine = writing_engine(path, journal="delete")
        self._reading = reading_engine(path, readers=2)
        self.writer = Writer(self._engine)

    def head(self) -> Head:
        """The end of the log; raises `Unavailable`."""
        try:
            with self._reading.connect() as connection, connection.begin():
                return _head(connection)
        except SQLAlchemyError as fault:
            why = f"the audit log cannot be read: {fault.__cause__ or fault}"
            raise Unavailable("no_audit", why) from fault

    def links(self, *, after: int = 0) -> Iterator[Link]:
        """Everything that follows `after`, in order."""
        while page := self._page(after):
            yield from page
            after = page[-1].seq

    def newest(self, limit: int, *, before: int | None = None) -> list[Link]:
        """The last entries, newest first."""
        query = select(_links).order_by(_links.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(_links.c.seq < before)
        with self._reading.connect() as connection, connection.begin():
            rows = connection.execute(query).all()
        return [Link(seq=row.seq, body=row.body, hash=row.hash) for row in rows]

    def close(self) -> None:
        """Write what is queued and let go of the file."""
        self.writer.close()
        self._reading.dispose()
        self._engine.dispose()

    def _page(self, after: int) -> list[Link]:
        query = select(_links).where(_links.c.seq > after).order_by(_links.c.seq).limit(_PAGE)
        with self._reading.connect() as connection, connection.begin():
            rows = connection.execute(query).all()
        return [Link(seq=row.seq, body=row.body, hash=row.hash) for row in rows]


def append(connection: Connection, entry: Entry) -> Link:
    """Put the entry at the end of the chain; call inside the writer's transaction."""
    made = link(_head(connection), entry)
    connection.execute(insert(_links).values(seq=made.seq, body=made.body, hash=made.hash))
    return made


def _head(connection: Connection) -> Head:
    query = select(_links.c.seq, _links.c.hash).order_by(_links.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return Head() if row is None else Head(size=row.seq, hash=row.hash)
