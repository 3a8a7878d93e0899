"""Server processes for tests that kill them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.store.postgres import address

START_S = 30.0
STOP_S = 30.0


class Forge:
    """Starts servers quickly."""

    def __init__(self, orders: IO[str]) -> None:
        self._orders = orders
        self.made: list[ServerProcess] = []

    def server(self, folder: Path, *, log: Path | None = None, **variables: str) -> ServerProcess:
        """`log` gets what the server says."""
        self.made.append(ServerProcess(self._orders, folder, log, variables))
        return self.made[-1]


@contextmanager
def forge() -> Iterator[Forge]:
    """Its imports take seconds, so one does for a whole run of the tests."""
    command = [sys.executable, "-m", "tests.web.server_process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        made = Forge(process.stdin)
        try:
            yield made
        finally:
            # a test that failed may have left its server running
            for server in made.made:
                server.kill()


class ServerProcess:
    """A server on a data folder; may be killed and started again."""

    def __init__(
        self, orders: IO[str], folder: Path, log: Path | None, variables: dict[str, str]
    ) -> None:
        self.data = folder / "data"
        self._orders = orders
        self._log = log
        self._ready = folder / "ready.json"
        self._environ = {
            "MONITOR_SERVER_PORT": "0",
            "MONITOR_STORE_DATA": str(self.data),
            "MONITOR_STORE_URL": address(self.data),
        } | variables
        self._pid = 0
        self.url = ""

    def start(self) -> None:
        self._ready.unlink(missing_ok=True)
        order = {"ready": str(self._ready), "environ": self._environ}
        if self._log is not None:
            order["log"] = str(self._log)
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()
        until = time.monotonic() + START_S
        while not self._ready.exists():
            assert time.monotonic() < until, "the server does not listen"
            time.sleep(0.005)
        told = json.loads(self._ready.read_text("utf8"))
        self._pid, self.url = told["pid"], told["url"]

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws", 1)

    def kill(self) -> None:
        """SIGKILL: no destructor, no flush, no goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, if it still runs."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        until = time.monotonic() + STOP_S
        while self._pid:
            try:
                os.kill(self._pid, number)
            except ProcessLookupError:
                self._pid = 0
            assert time.monotonic() < until, "the server does not stop"
            number = 0
            time.sleep(0.005)
