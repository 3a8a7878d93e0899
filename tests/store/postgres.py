"""A PostgreSQL server for tests, from the programs of this machine."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_NUMBERS = itertools.count()

IN_POSTGRES = bool(os.environ.get("CALL_MONITOR_TEST_POSTGRES"))
"""Every record of this run lies in PostgreSQL, those of servers in other processes too."""

_KNOWN: dict[Path, str] = {}
_RUNNING: list[Postgres] = []


def address(data: Path) -> str:
    """The address of the record of a data folder; empty where it is SQLite's."""
    if not _RUNNING:
        return ""
    return _KNOWN.get(data) or _KNOWN.setdefault(data, _RUNNING[-1].database())


@contextmanager
def everywhere() -> Iterator[None]:
    """From here on `address` gives databases."""
    with postgres() as server:
        _RUNNING.append(server)
        try:
            yield
        finally:
            _RUNNING.remove(server)


class Postgres:
    """A server on a socket of its own; stopped and started as a machine would be."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self._folder = folder
        self._user = user
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        options = ["-D", str(self._data), "-U", "monitor", "-A", "trust", "-E", "UTF8"]
        self._run("initdb", *options, "--no-sync", "--locale=C")
        self.start()

    def start(self) -> None:
        """Returns once it takes connections."""
        options = ["-D", str(self._data), "-k", str(self._folder), "-h", "", "-c", "fsync=off"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_program("postgres"), *options], user=self._user, stdout=log, stderr=log
            )
        for _ in range(500):
            if (
                subprocess.run(
                    [_program("pg_isready"), "-q", "-h", str(self._folder)], check=False
                ).returncode
                == 0
            ):
                return
        raise AssertionError((self._folder / "log").read_text("utf8"))

    def stop(self) -> None:
        """At once, as when the machine is lost: sessions are cut, nothing is written any more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"d{next(_NUMBERS)}"
        self._run("createdb", "-h", str(self._folder), "-U", "monitor", name)
        return f"postgresql://monitor@/{name}?host={self._folder}"

    def _run(self, program: str, *options: str) -> None:
        subprocess.run(
            [_program(program), *options], user=self._user, check=True, capture_output=True
        )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server; the test is skipped on a machine without PostgreSQL."""
    if any(shutil.which(name) is None for name in ("postgres", "initdb", "createdb")):
        pytest.skip("this machine has no PostgreSQL")
    pytest.importorskip("psycopg")
    user = None
    # the path of a socket has at most 107 characters
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        if os.geteuid() == 0:
            # it refuses to run as root
            user = "postgres" if _known("postgres") else "nobody"
            shutil.chown(name, user)
        server = Postgres(Path(name), user)
        try:
            yield server
        finally:
            server.stop()


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found is not None
    return found


def _known(user: str) -> bool:
    return any(entry.pw_name == user for entry in pwd.getpwall())
