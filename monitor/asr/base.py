"""What a recogniser is to the rest of the program: segments in, transcripts out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.events import Word
from monitor.types import Role, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The words of one segment. Plain values: it may cross threads and processes."""

    call: str
    role: Role
    number: int
    """Segment number; all revisions of one segment share it."""
    start_s: float
    """Media time of the segment."""
    end_s: float
    text: str
    words: tuple[Word, ...] = ()
    """Times in seconds of media time; in Chinese mostly one character each."""
    confidence: float = 0.0
    """0..1, mean probability of the tokens."""
    no_speech_prob: float = 0.0
    avg_logprob: float = 0.0
    """Mean log probability of the tokens, 0 is certain."""
    voiced_s: float = 0.0
    """Seconds of the segment that are loud enough to hold words."""
    repetition: float = 0.0
    """0..1, the share of the text taken up by its worst loop."""
    suppressed: str | None = None
    """Why the text must not be judged; the text itself stays."""
    waited_s: float = 0.0
    """Seconds in the engine's queue."""
    took_s: float = 0.0
    """Seconds its batch was with the recogniser."""


class Transcriber(Protocol):
    """A recogniser. It may be called from any one thread at a time."""

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        """One transcript for each segment, in order. `fast` trades accuracy for time: partials."""
        ...

    def close(self) -> None:
        """Give the memory back. Nothing may be transcribed afterwards."""
        ...


def empty(segment: Segment, *, suppressed: str | None = None) -> Transcript:
    """The transcript of a segment in which nothing was said."""
    return Transcript(
        call=segment.call,
        role=segment.role,
        number=segment.number,
        start_s=segment.start_s,
        end_s=segment.end_s,
        text="",
        suppressed=suppressed,
    )
