"""Logs of the program: JSON or text on standard error, with nothing that a caller said."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

from monitor.text.private import masked

SECRET = frozenset(
    {"token", "secret", "authorization", "password", "text", "quote", "words", "body", "phrase"}
)
"""Keys whose values never reach a log: tokens, and what people said."""

QUOTING = frozenset({"reason", "why"})
"""Keys whose values may repeat what a client sent."""


class Unfailing:
    """A stream for logs: a line that the disk does not take is gone, and nothing else with it.

    Whoever logs a fault is on the way to mend it, and the log often lies on the disk that is full.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = 0

    def write(self, text: str) -> int:
        """Never raises."""
        try:
            if self._lost:
                self._stream.write(f"{self._lost} lines of log could not be written\n")
                self._lost = 0
            return self._stream.write(text)
        except (OSError, ValueError):
            self._lost += text.count("\n")
            return len(text)

    def flush(self) -> None:
        """Never raises."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._lost += 1


def configure(*, level: str = "info", json: bool = False) -> None:
    """Set up structlog and Python's own logging (uvicorn, SQLAlchemy) alike."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            structlog.processors.dict_tracebacks if json else structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if json
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Unfailing(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    # uvicorn writes addresses with their query at info, where a mistaken client puts its token
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, force=True)


def hide_secrets(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: values under `SECRET` keys are replaced, numbers in reasons masked."""
    for key in event.keys() & SECRET:
        event[key] = "(hidden)"
    for key in event.keys() & QUOTING:
        if isinstance(event[key], str):
            event[key] = masked(event[key])
    return event
