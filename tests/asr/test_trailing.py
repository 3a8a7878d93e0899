from __future__ import annotations

import dataclasses

import numpy as np

from monitor.asr.base import Transcript
from monitor.asr.hear import hear
from monitor.asr.trailing import SLACK_S, extended, trimmed
from monitor.events import Word
from monitor.types import Role, Segment
from tests.asr.spoken import SENTENCES, samples, segment

SOUND = np.full(16_000, 3_000, np.int16)


def cut(*, after_s: float = 0.5) -> Segment:
    after = np.full(round(16_000 * after_s), 3_000, np.int16)
    return dataclasses.replace(segment(SOUND, start=32_000), after=after)


def heard(text: str, *words: tuple[str, float, float]) -> Transcript:
    return Transcript(
        call="c",
        role=Role.AGENT,
        number=0,
        start_s=2.0,
        end_s=3.5,
        text=text,
        words=tuple(Word(text=w, start=a, end=b, confidence=0.5) for w, a, b in words),
        confidence=0.4,
    )


def test_words_that_begin_behind_the_cut_belong_to_the_next_segment() -> None:
    whole = heard(
        "第一,每个", ("第", 2.2, 2.5), ("一", 2.5, 3.04), ("每", 3.04, 3.2), ("个", 3.2, 3.4)
    )
    own = trimmed(whole, cut())
    assert own.text == "第一,"
    assert [(word.text, word.end) for word in own.words] == [("第", 2.5), ("一", 3.0)]
    assert (own.start_s, own.end_s, own.confidence) == (2.0, 3.0, 0.5)


def test_on_doubt_a_word_is_heard_twice_rather_than_not_at_all() -> None:
    middle = 3.0 + SLACK_S - 0.01
    whole = heard("一每", ("一", 2.5, 2.9), ("每", middle - 0.1, middle + 0.1))
    own = trimmed(whole, cut())
    assert own.text == "一每"
    assert own.words[-1].end == 3.0


def test_the_same_word_on_both_sides_is_told_apart_by_its_place() -> None:
    whole = heard("好好的", ("好", 2.4, 2.8), ("好", 3.1, 3.3), ("的", 3.3, 3.4))
    assert trimmed(whole, cut()).text == "好"


def test_nothing_of_its_own_is_nothing_said() -> None:
    own = trimmed(heard("好", ("好", 3.2, 3.4)), cut())
    assert (own.text, own.words, own.end_s) == ("", (), 3.0)


def test_what_was_not_cut_stays_as_it_is() -> None:
    plain, whole = segment(SOUND), heard("好", ("好", 2.2, 2.4))
    assert extended(plain) is plain
    assert trimmed(whole, plain) is whole
    assert len(extended(cut()).samples) == 24_000


class Listening:
    """Notes how much sound it is given, and hears a word in every half second of it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def transcribe(self, segments: list[Segment], *, fast: bool = False) -> list[Transcript]:
        self.seconds += [len(one.samples) / 16_000 for one in segments]
        return [
            heard(
                "一二三四"[: int(len(one.samples) / 8_000)],
                *(
                    (word, one.start_s + at / 2, one.start_s + at / 2 + 0.4)
                    for at, word in enumerate("一二三四"[: int(len(one.samples) / 8_000)])
                ),
            )
            for one in segments
        ]

    def close(self) -> None:
        return None


def test_the_recogniser_is_given_the_sound_after_the_cut_and_the_rest_is_not() -> None:
    ear = Listening()
    voice = samples(SENTENCES[0]["file"])
    one = dataclasses.replace(
        segment(voice[8_000:24_000], start=32_000), after=voice[24_000:32_000]
    )
    (own,) = hear(ear, [one])
    assert own.suppressed is None
    assert ear.seconds[0] == 1.5
    assert own.text == "一二"


def test_words_before_the_cut_belong_to_the_segment_before() -> None:
    before = np.full(8_000, 3_000, np.int16)
    own = dataclasses.replace(segment(SOUND, start=32_000), before=before)
    longer = extended(own)
    assert (longer.start, len(longer.samples)) == (24_000, 24_000)
    whole = heard(
        "第一,每个", ("第", 1.5, 1.7), ("一", 1.7, 1.98), ("每", 2.0, 2.3), ("个", 2.3, 2.6)
    )
    kept = trimmed(whole, own)
    assert kept.text == "每个"
    assert [word.text for word in kept.words] == ["每", "个"]
    assert kept.start_s == 2.0
