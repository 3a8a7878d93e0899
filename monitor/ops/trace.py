"""When each stage of an utterance was reached, for those who measure latency.

One JSON object per utterance that raised something. Times are seconds of the machine's monotonic
clock, which processes of one machine share; `end_s` is media time.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """The stages of one utterance and the alerts it raised."""

    call: str
    channel: str
    end_s: float
    """End of the segment, seconds of media time."""
    closed: float
    """The end-pointer closed the segment and asked for its words."""
    waited_s: float
    """In the recogniser's queue."""
    took_s: float
    """With the recogniser."""
    read: float
    """The words were there."""
    judged: float
    committed: float
    alerts: tuple[str, ...]
    final: bool = True
    """False: words that could still change; the alerts were provisional."""


class Trace:
    """Appends to a file; None is no trace at all."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("ab", buffering=0) if path else None

    def __bool__(self) -> bool:
        return self._file is not None

    def write(self, reached: Reached) -> None:
        """Append a line."""
        if self._file is not None:
            self._file.write(msgspec.json.encode(reached) + b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
