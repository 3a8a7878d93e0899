"""Counts everything on its way from the mouth to the supervisor, so that nothing is lost unseen.

Each stage takes what the one before it gave: sound is accepted, recorded and covered, speech is
cut into segments, a segment becomes text or is said to be unread, a finding becomes a row or
repeats one, a row is sent and acknowledged. What a stage owes is a number people can look at; at
rest all of them are zero.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal, get_args

Stage = Literal[
    "spoken",
    "accepted",
    "taped",
    "recorded",
    "unrecorded",
    "covered",
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

SOUND: frozenset[Stage] = frozenset(
    {"spoken", "accepted", "taped", "recorded", "unrecorded", "covered"}
)
"""Counted in seconds of sound, all roles together; the others are counted one by one."""

MEANING: dict[Stage, str] = {
    "spoken": "sound that arrived from sources",
    "accepted": "of this, handed on to be heard",
    "taped": "of this, handed to the recorder",
    "recorded": "of this, on disk for certain",
    "unrecorded": "of this, let go, and marked as lost in the recording",
    "covered": "of what was accepted, transcribed, silent, failed or unmonitored in the record",
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

Law = Literal["accepting", "recording", "covering", "reading", "logging", "delivering"]

LAWS: dict[Law, tuple[Stage, tuple[Stage, ...]]] = {
    "accepting": ("spoken", ("accepted",)),
    "recording": ("taped", ("recorded", "unrecorded")),
    "covering": ("accepted", ("covered",)),
    "reading": ("segments", ("texts", "unread")),
    "logging": ("findings", ("rows", "repeated")),
    "delivering": ("sent", ("acknowledged", "forgone")),
}
"""What came in, and what it must become."""


class Ledger:
    """The numbers of one server; safe to use from several threads."""

    def __init__(self, tell: Callable[[Stage, float], None] = lambda stage, count: None) -> None:
        """`tell` is called with everything counted."""
        self._counts: dict[Stage, float] = dict.fromkeys(STAGES, 0)
        self._tell = tell
        self._lock = threading.Lock()

    def count(self, stage: Stage, more: float = 1) -> None:
        """So many passed this stage."""
        if more:
            with self._lock:
                self._counts[stage] += more
            self._tell(stage, more)

    def __getitem__(self, stage: Stage) -> float:
        return self._counts[stage]

    def owed(self, law: Law) -> float:
        """What came in and has not become anything yet; sound to a tenth of a second."""
        given, made = LAWS[law]
        with self._lock:
            left = self._counts[given] - sum(self._counts[stage] for stage in made)
        # the ends of stretches are rounded to milliseconds, and must not look like a debt
        return round(left, 1) + 0.0
