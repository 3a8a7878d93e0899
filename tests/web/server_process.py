"""The real app, log and writer with a scripted host, as a process that tests may kill."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from monitor import settings
from monitor.clock import SystemClock
from monitor.errors import MonitorError
from monitor.ops import logging
from monitor.web import ready
from monitor.web.server import run
from tests.web.scripted import open_scripted

if __name__ == "__main__":
    ready_file = Path(sys.argv[1])
    loaded = settings.load()
    logging.configure(level="warning")
    with ready.removed(ready_file):
        announce = ready.to(ready_file, lambda line: None)
        try:
            asyncio.run(run(loaded, open_scripted, clock=SystemClock(), ready=announce))
        except MonitorError as fault:
            sys.exit(f"monitor: {fault}")
