"""A recogniser that hears what a test says is there, exact to the sample."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from monitor.asr.base import Transcript, empty
from monitor.events import Word
from monitor.types import SAMPLE_RATE, Role, Segment


class ScriptedTranscriber:
    """A `Transcriber` from {(role, start_s, end_s): text}, media time, one call or all alike.

    Characters are spread evenly over their entry. A segment hears the characters whose middle
    lies inside it, so that none is heard twice or lost when segments meet.
    """

    def __init__(self, script: Mapping[tuple[Role, float, float], str]) -> None:
        self._words = sorted(
            ((role, word) for (role, start, end), text in script.items()
             for word in _spread(text, start, end)),
            key=lambda entry: (entry[1].start, entry[0]),
        )  # fmt: skip
        self.heard: list[Segment] = []
        """Every segment transcribed so far."""
        self.closed = False

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        """One transcript for each segment, in order; confidence is always 1."""
        self.heard.extend(segments)
        return [self._transcript(segment) for segment in segments]

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def _transcript(self, segment: Segment) -> Transcript:
        end = segment.start + len(segment.samples)
        words = tuple(
            word
            for role, word in self._words
            if role is segment.role and segment.start <= _middle(word) < end
        )
        return dataclasses.replace(
            empty(segment),
            text="".join(word.text for word in words),
            words=words,
            confidence=1.0 if words else 0.0,
            voiced_s=sum(word.end - word.start for word in words),
        )


def _spread(text: str, start_s: float, end_s: float) -> list[Word]:
    step = (end_s - start_s) / max(1, len(text))
    return [
        Word(
            text=character,
            start=start_s + index * step,
            end=start_s + (index + 1) * step,
            confidence=1.0,
        )
        for index, character in enumerate(text)
    ]


def _middle(word: Word) -> int:
    return round((word.start + word.end) / 2 * SAMPLE_RATE)
