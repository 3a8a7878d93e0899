"""The real server, with the real recogniser, as a process that tests may kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from monitor.clock import SystemClock
from monitor.store.tokens import TokenShelf
from monitor.web.auth import make_token
from tests.store.postgres import address

START_S = 300.0
STOP_S = 60.0


class RealServer:
    """`monitor serve` on a data folder; may be killed and started again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "data"
        self.log = folder / "server.log"
        self._ready = folder / "ready.json"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        """Returns once it listens."""
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "monitor", "serve", "--port", "0"]
        command += ["--data", str(self.data), "--ready-file", str(self._ready), *self._options]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                env={
                    **os.environ,
                    "NO_COLOR": "1",
                    "MONITOR_STORE_URL": address(self.data),
                },
            )
        until = time.monotonic() + START_S
        while not self._ready.exists():
            assert self._process.poll() is None, self.said()
            assert time.monotonic() < until, "the server does not listen"
            time.sleep(0.02)
        self.url = json.loads(self._ready.read_text("utf8"))["url"]

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws", 1)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: no destructor, no flush, no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_S)

    def stop(self) -> int:
        """SIGTERM if it still runs; returns its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(STOP_S)

    def said(self) -> str:
        """Everything it logged, in all its lives."""
        return self.log.read_text("utf8")

    def token(self, role: str, team: str = "", agent: str = "") -> str:
        row, token = make_token(role, SystemClock(), team=team, agent=agent)
        with closing(TokenShelf(self.data)) as shelf:
            shelf.add(row)
        return token


@contextmanager
def running(folder: Path, *options: str) -> Iterator[RealServer]:
    """A server that is gone at the end, whatever happened."""
    server = RealServer(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
