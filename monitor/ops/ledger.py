"""Counts everything on its way from the mouth to the supervisor, so that nothing is lost unseen.

Each stage takes what the one before it gave: speech is cut into segments, a segment becomes text
or is said to be unread, a finding becomes a row or repeats one, a row is sent and acknowledged.
What a stage owes is a number people can look at; at rest all of them are zero.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal, get_args

Stage = Literal[
    "segments",
    "texts",
    "unread",
    "findings",
    "rows",
    "repeated",
    "sent",
    "acknowledged",
    "forgone",
]
STAGES: tuple[Stage, ...] = get_args(Stage)

MEANING: dict[Stage, str] = {
    "segments": "stretches of speech handed to the recogniser",
    "texts": "of these, read",
    "unread": "of these, said to be unread (coverage failed)",
    "findings": "alerts and their revisions that the rules gave",
    "rows": "of these, committed to the log",
    "repeated": "of these, in the log already",
    "sent": "deliveries to subscribers",
    "acknowledged": "of these, acknowledged",
    "forgone": "of these, not acknowledged when the subscriber left; they are sent again",
}

Law = Literal["reading", "logging", "delivering"]

LAWS: dict[Law, tuple[Stage, tuple[Stage, ...]]] = {
    "reading": ("segments", ("texts", "unread")),
    "logging": ("findings", ("rows", "repeated")),
    "delivering": ("sent", ("acknowledged", "forgone")),
}
"""What came in, and what it must become."""


class Ledger:
    """The numbers of one server; safe to use from several threads."""

    def __init__(self, tell: Callable[[Stage, int], None] = lambda stage, count: None) -> None:
        """`tell` is called with everything counted."""
        self._counts = dict.fromkeys(STAGES, 0)
        self._tell = tell
        self._lock = threading.Lock()

    def count(self, stage: Stage, more: int = 1) -> None:
        """So many passed this stage."""
        if more:
            with self._lock:
                self._counts[stage] += more
            self._tell(stage, more)

    def __getitem__(self, stage: Stage) -> int:
        return self._counts[stage]

    def owed(self, law: Law) -> int:
        """What came in and has not become anything yet."""
        given, made = LAWS[law]
        with self._lock:
            return self._counts[given] - sum(self._counts[stage] for stage in made)
