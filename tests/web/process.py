"""A server process for tests that kill it, and what they need to talk to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


class ServerProcess:
    """`tests.web.server_process` on a data folder; may be killed and started again."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.data = folder / "data"
        self._ready = folder / "ready.json"
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        environ = os.environ | {
            "MONITOR_SERVER_PORT": "0",
            "MONITOR_STORE_DATA": str(self.data),
            **self._variables,
        }
        self._ready.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.server_process", str(self._ready)], env=environ
        )
        until = time.monotonic() + 30
        while not self._ready.exists():
            assert self._process.poll() is None, "the server did not start"
            assert time.monotonic() < until, "the server does not listen"
            time.sleep(0.01)
        self.url = json.loads(self._ready.read_text("utf8"))["url"]

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws", 1)

    def kill(self) -> None:
        """SIGKILL: no destructor, no flush, no goodbye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(30)
