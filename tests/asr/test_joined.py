from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from monitor.asr.base import Transcript
from monitor.asr.hear import hear
from monitor.asr.joined import PAUSE_S, join, split
from monitor.events import Word
from monitor.types import SAMPLE_RATE, Segment
from tests.asr import spoken

SPEECH = spoken.samples("spoken-1.wav")


def segments() -> list[Segment]:
    """Three of 1, 2 and 1 s that begin at 10, 20 and 30 s."""
    return [
        spoken.segment(np.zeros(n * SAMPLE_RATE, np.int16), number=n0, start=at * SAMPLE_RATE)
        for n0, (at, n) in enumerate(((10, 1), (20, 2), (30, 1)))
    ]


def whole(*words: tuple[str, float, float], text: str = "") -> Transcript:
    said = tuple(Word(text=word, start=start, end=end) for word, start, end in words)
    return Transcript(
        call="c",
        role=segments()[0].role,
        number=0,
        start_s=10.0,
        end_s=14.8,
        text=text or "".join(word.text for word in said),
        words=said,
        confidence=0.9,
    )


def test_joined_with_pauses_between() -> None:
    made = join(segments())
    assert len(made.samples) == round((4 + 2 * PAUSE_S) * SAMPLE_RATE)
    assert made.start_s == 10.0


def test_words_go_back_to_where_they_were_said() -> None:
    heard = whole(
        ("您", 10.2, 10.4),
        ("好", 10.5, 10.8),
        ("保", 11.6, 11.9),
        ("本", 12.0, 12.4),
        ("吗", 14.0, 14.3),
        text="您好，保本吗？",
    )
    parts = split(heard, segments())
    assert [part.text for part in parts] == ["您好，", "保本", "吗？"]
    assert [part.number for part in parts] == [0, 1, 2]
    assert [(word.text, word.start) for word in parts[1].words] == [("保", 20.2), ("本", 20.6)]
    assert [(part.start_s, part.end_s) for part in parts] == [(10, 11), (20, 22), (30, 31)]


def test_a_part_is_as_sure_as_its_own_words() -> None:
    said = [
        Word(text="您", start=10.2, end=10.4, confidence=0.9),
        Word(text="吗", start=14.0, end=14.3, confidence=0.5),
    ]
    heard = dataclasses.replace(whole(), text="您吗", words=tuple(said))
    assert [part.confidence for part in split(heard, segments())] == [0.9, 0.0, 0.5]


def test_a_part_without_words_is_empty() -> None:
    parts = split(whole(("您", 10.2, 10.4), ("吗", 14.0, 14.3)), segments())
    assert [part.text for part in parts] == ["您", "", "吗"]
    assert split(whole(), segments())[1].text == ""


class Counting:
    """Says one character for each 0.2 s of its windows, and counts them."""

    def __init__(self) -> None:
        self.windows: list[float] = []

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        self.windows += [segment.end_s - segment.start_s for segment in segments]
        found = []
        for segment in segments:
            steps = int((segment.end_s - segment.start_s) / 0.2)
            at = [segment.start_s + 0.2 * step for step in range(steps)]
            words = tuple(
                Word(text=chr(0x4E00 + n), start=start, end=start + 0.2)
                for n, start in enumerate(at)
            )
            found.append(
                Transcript(
                    call=segment.call,
                    role=segment.role,
                    number=segment.number,
                    start_s=segment.start_s,
                    end_s=segment.end_s,
                    text="".join(word.text for word in words),
                    words=words,
                )
            )
        return found

    def close(self) -> None: ...


def test_one_window_for_several_stretches_and_none_for_what_is_no_speech() -> None:
    ears = Counting()
    tone = (np.sin(np.arange(SAMPLE_RATE) * 0.3) * 9_000).astype(np.int16)
    stretches = [
        spoken.segment(sound, number=number, start=number * 100_000)
        for number, sound in enumerate((SPEECH, tone, SPEECH))
    ]
    found = hear(ears, stretches, fast=True, joined=True)
    assert len(ears.windows) == 1
    assert [one.number for one in found] == [0, 1, 2]
    assert found[0].text
    assert found[2].text
    assert (found[1].text, found[1].suppressed is not None) == ("", True)
    for segment, one in zip(stretches, found, strict=True):
        assert all(segment.start_s <= word.start <= word.end <= segment.end_s for word in one.words)
