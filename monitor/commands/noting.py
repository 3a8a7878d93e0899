"""What commands write into the audit log of a data folder."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from monitor.settings import Settings

Note = Callable[..., None]
"""note(action, about, **detail): returns once the entry is on disk; raises `Unavailable`."""


@contextmanager
def noting(folder: Path, loaded: Settings) -> Iterator[Note]:
    """A `Note` in the name of whoever runs the command; the server signs for it later."""
    from monitor.access.audit import AuditLog
    from monitor.clock import SystemClock

    with closing(AuditLog(folder, loaded.audit, SystemClock(), keys=None)) as log:

        def note(action: str, about: str = "", **detail: Any) -> None:
            log.note_now(f"command:{_login()}", action, about, **detail)

        yield note


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
