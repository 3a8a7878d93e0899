"""The real app, log and writer with a scripted host, in processes that tests may kill.

Imports take most of a start, so this program imports once and forks a server for each line of
its standard input: {"ready": file, "environ": {...}, "log": file}.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from monitor import settings
from monitor.clock import SystemClock
from monitor.errors import MonitorError
from monitor.ops import logging
from monitor.web import ready
from monitor.web.server import run
from tests.web.scripted import open_scripted


def serve(ready_file: Path, environ: dict[str, str]) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    logging.configure(level=environ.get("MONITOR_LOGS_LEVEL", "error"))
    announce = ready.to(ready_file, lambda line: None)
    try:
        with ready.removed(ready_file):
            loaded = settings.load(environ=environ)
            asyncio.run(run(loaded, open_scripted, clock=SystemClock(), ready=announce))
    except MonitorError as fault:
        print(f"monitor: {fault}", file=sys.stderr)
        return fault.exit_status
    return 0


def main() -> None:
    # nobody waits for the servers; the system takes the dead away
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        if os.fork() == 0:
            if "log" in order:
                said = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.dup2(said, 1)
                os.dup2(said, 2)
            os._exit(serve(Path(order["ready"]), order["environ"]))


if __name__ == "__main__":
    main()
