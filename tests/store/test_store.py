from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.errors import Unavailable
from monitor.store.database import writing_engine
from monitor.store.migrate import migrate
from monitor.store.store import RECORD_FILE, Store


def pragma(store: Store, name: str) -> object:
    return store.writer.submit(lambda on: on.execute(text(f"PRAGMA {name}")).scalar()).result(10)


@pytest.mark.sqlite
def test_the_writing_connection_is_durable(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert pragma(store, "journal_mode") == "wal"
        assert pragma(store, "synchronous") == 2
        assert pragma(store, "foreign_keys") == 1
        assert pragma(store, "trusted_schema") == 0
        assert store.read_now(lambda on: on.execute(text("PRAGMA query_only")).scalar()) == 1


def test_a_folder_has_one_server(tmp_path: Path) -> None:
    with Store(tmp_path), pytest.raises(Unavailable, match="another server"):
        Store(tmp_path)
    Store(tmp_path).close()


@pytest.mark.sqlite
def test_data_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    Store(tmp_path).close()
    engine = writing_engine(tmp_path / RECORD_FILE, journal="wal")
    with engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE schema_version SET version = 99"))
    engine.dispose()
    with pytest.raises(Unavailable, match="version 99"):
        Store(tmp_path)


@pytest.mark.sqlite
def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / RECORD_FILE).write_bytes(b"no database at all" * 100)
    with pytest.raises(Unavailable, match=r"record\.db.*not a database"):
        Store(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="file"):
        Store(tmp_path / "file" / "data")


def test_each_step_runs_once(tmp_path: Path) -> None:
    ran: list[str] = []
    engine = writing_engine(tmp_path / "x.db", journal="wal")
    first, second = (lambda on: ran.append("first")), (lambda on: ran.append("second"))
    with engine.connect() as connection:
        for steps in ((first,), (first,), (first, second), (first, second)):
            with connection.begin():
                assert migrate(connection, steps) == len(steps)
    engine.dispose()
    assert ran == ["first", "second"]
