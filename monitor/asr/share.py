"""A window held more than one segment: the words of one of them as its own transcript."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import msgspec

from monitor.asr import timing
from monitor.asr.base import Transcript, empty
from monitor.events import Word
from monitor.types import Segment


def placed(whole: Transcript) -> Iterator[tuple[int, Word]]:
    """Each word with its place in the text, which also has the commas between them."""
    reached = 0
    for word in whole.words:
        place = max(whole.text.find(word.text, reached), reached)
        reached = place + len(word.text)
        yield place, word


def middle(word: Word) -> float:
    """Seconds of media time; what decides to which segment a word belongs."""
    return (word.start + word.end) / 2


def share(
    whole: Transcript, segment: Segment, text: str, words: Sequence[Word], *, moved_s: float = 0.0
) -> Transcript:
    """The transcript of `segment`, whose words stand `moved_s` too early in `whole`."""
    if not words:
        return empty(segment, suppressed=whole.suppressed)
    sure = [word.confidence for word in words if word.confidence is not None]
    return dataclasses.replace(
        whole,
        number=segment.number,
        start_s=segment.start_s,
        end_s=segment.end_s,
        text=text.strip(),
        words=tuple(_within(word, segment, moved_s) for word in words),
        confidence=round(sum(sure) / len(sure), 3) if sure else whole.confidence,
        voiced_s=round(float(timing.voiced(segment.samples).sum()) * 0.01, 2),
    )


def _within(word: Word, segment: Segment, moved_s: float) -> Word:
    start = min(max(word.start + moved_s, segment.start_s), segment.end_s)
    end = min(max(word.end + moved_s, start), segment.end_s)
    return msgspec.structs.replace(word, start=round(start, 3), end=round(end, 3))
