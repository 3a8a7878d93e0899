"""Tells whoever started the server that it listens: a line for people, a file for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import Unavailable
from monitor.web.server import Ready
from monitor.web.state import State


def to(file: Path | None, say: Callable[[str], None]) -> Ready:
    """A `Ready` that says where the server listens and writes `file` in one piece."""

    def ready(url: str, state: State) -> None:
        say(f"listening on {url} (data in {state.settings.store.data})")
        if state.first is not None and state.first.digits is not None:
            digits = state.first.digits
            say(f"打开 {url} ,输入一次性代码 {digits}(十分钟内有效)")
            say(f"open {url} and type the one-time code {digits} (good for ten minutes)")
        if state.host.about:
            say(state.host.about)
        if file is not None:
            _write(file, {"url": url, "pid": os.getpid()})

    return ready


@contextmanager
def removed(file: Path | None) -> Iterator[None]:
    """The file is gone before and after the block: one left by a killed server would lie."""
    if file is None:
        yield
        return
    file.unlink(missing_ok=True)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _write(file: Path, content: dict[str, object]) -> None:
    part = file.with_name(file.name + ".part")
    try:
        part.write_text(json.dumps(content) + "\n", "utf8")
        part.replace(file)
    except OSError as fault:
        raise Unavailable("no_ready_file", f"{file}: {fault.strerror}") from fault
