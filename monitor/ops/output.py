"""Where a command's events go: a file of JSON lines, standard output, or a table for people."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.errors import BadInput
from monitor.events import Alert, CallStarted, Disclosure, Event, Prompt, Signal, Suspicion, encode
from monitor.ops.terminal import SEVERITY, STATE, clock, plain

_ITEM = {"met": "已告知", "missed": "未告知", "undetermined": "无法判定", "pending": "待告知"}


class EventSink:
    """Takes events one by one. `None` prints tables, `-` is standard output, else a file."""

    def __init__(self, out: Path | None) -> None:
        self._console = Console(highlight=False) if out is None else None
        self._file: IO[bytes] | None = None
        self._owned = False
        self._call: list[Event] = []
        if out is not None:
            self._file, self._owned = _open(out)

    def write(self, event: Event) -> None:
        """Take the next event."""
        if self._file is not None:
            self._file.write(encode(event) + b"\n")
            return
        if isinstance(event, CallStarted) and self._call:
            self._print()
        # words and coverage make no row, and an hour of them is not worth its memory
        if isinstance(event, CallStarted) or _row(event) is not None:
            self._call.append(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console is not None and self._call and kind is None:
            self._print()
        if self._file is not None:
            with contextlib.suppress(BrokenPipeError):
                self._file.flush()
            if self._owned:
                self._file.close()

    def _print(self) -> None:
        assert self._console is not None
        self._console.print(table(self._call))
        self._call.clear()


def table(events: Iterable[Event]) -> Table:
    """What was found in one call, a row each, in the order it became known."""
    made = Table(expand=False)
    for heading in ("时间", "级别", "发现", "原话", "说明"):
        made.add_column(heading, overflow="fold")
    for event in events:
        if isinstance(event, CallStarted):
            made.title = f"{plain(event.call)}  {plain(event.industry)} {plain(event.company)}"
            continue
        row = _row(event)
        if row is not None:
            made.add_row(*(Text(cell) for cell in row))
    if not made.row_count:
        made.add_row("", "", Text("没有发现"), "", "")
    return made


def _row(event: Event) -> tuple[str, str, str, str, str] | None:
    match event:
        case Alert():
            state = "" if event.state == "confirmed" else f"({STATE[event.state]})"
            why = f"{event.rule} {event.basis}"
            level = SEVERITY[event.severity] + state
            return clock(event.start), level, event.category, plain(event.quote), plain(why)
        case Disclosure() if event.state != "pending":
            said = _ITEM[event.state]
            return clock(event.at), "", f"{event.item} {said}", plain(event.quote), event.reason
        case Prompt():
            shown = "提示" if event.state == "shown" else "提示解除"
            return clock(event.at), "", shown, plain(event.text), event.reason
        case Signal():
            name = f"{event.signal} {event.strength}"
            return clock(event.start), "", name, plain(event.quote), "客户"
        case Suspicion():
            chance = f"存疑 {event.chance:.0%}"
            return clock(event.start), chance, event.category, plain(event.quote), event.rule
        case _:
            return None


def _open(out: Path) -> tuple[IO[bytes], bool]:
    if str(out) == "-":
        return sys.stdout.buffer, False
    try:
        return out.open("wb"), True
    except OSError as fault:
        message = f"cannot be written: {fault.strerror}"
        raise BadInput("unwritable", message, file=str(out)) from None
