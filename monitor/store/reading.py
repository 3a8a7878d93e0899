"""A look at a record that a server may be writing; nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import Unavailable
from monitor.store.database import reading_engine
from monitor.store.writer import Job

T = TypeVar("T")


def reading(path: Path, job: Job[T]) -> T:
    """The job's result; raises `Unavailable`."""
    engine = reading_engine(path, readers=1)
    try:
        with engine.connect() as connection, connection.begin():
            return job(connection)
    except SQLAlchemyError as fault:
        message = f"{path}: cannot be read: {fault.__cause__ or fault}"
        raise Unavailable("store_failed", message) from fault
    finally:
        engine.dispose()
