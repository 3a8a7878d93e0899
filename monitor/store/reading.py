"""A look at a record that a server may be writing; nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import BadInput, Unavailable
from monitor.store import postgres
from monitor.store.database import reading_engine
from monitor.store.store import RECORD_FILE
from monitor.store.writer import Job

T = TypeVar("T")


def reading(folder: Path, url: str, job: Job[T]) -> T:
    """The job's result; `url` as for `Store`. Raises `BadInput`, `Unavailable`."""
    path = folder / RECORD_FILE
    if url:
        engine = postgres.reading_engine(url, readers=1)
    elif path.is_file():
        engine = reading_engine(path, readers=1)
    else:
        message = "no record here; --data names the server's data folder"
        raise BadInput("no_record", message, file=str(folder))
    try:
        with engine.connect() as connection, connection.begin():
            return job(connection)
    except SQLAlchemyError as fault:
        message = f"the record cannot be read: {fault.__cause__ or fault}"
        raise Unavailable("store_failed", message) from fault
    finally:
        engine.dispose()
