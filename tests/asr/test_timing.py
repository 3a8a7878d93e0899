from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.asr import timing
from monitor.types import Samples


def sound(*parts: tuple[float, float]) -> Samples:
    """(seconds, amplitude) after one another."""
    rng = np.random.default_rng(0)
    pieces = [rng.normal(0, 1, int(seconds * 16_000)) * size for seconds, size in parts]
    return np.concatenate(pieces).astype(np.int16)


def test_pauses_are_not_voiced() -> None:
    heard = timing.voiced(sound((0.5, 3), (1.0, 3_000), (0.5, 3)))
    assert heard.sum() == 100
    assert heard[50:150].all()


def test_digital_silence_is_not_voiced() -> None:
    assert not timing.voiced(np.zeros(16_000, np.int16)).any()
    assert len(timing.voiced(np.zeros(100, np.int16))) == 0


def test_without_attention_characters_share_the_voiced_time() -> None:
    heard = timing.voiced(sound((0.4, 3), (0.5, 3_000), (0.6, 3), (0.5, 3_000)))
    begins = timing.starts(list("您好再见"), [], heard)
    assert begins == pytest.approx([0.4, 0.65, 0.9, 1.75], abs=0.02)


def test_attention_moves_characters() -> None:
    heard = np.ones(200, np.bool_)
    begins = timing.starts(list("一二三四五六七八"), [0.25 * i + 0.1 for i in range(8)], heard)
    assert begins[1:] == pytest.approx([0.25 * i + 0.1 for i in range(1, 8)], abs=0.05)


def test_one_wild_attention_is_put_right() -> None:
    heard = np.ones(200, np.bool_)
    attention = [0.25 * i for i in range(8)]
    attention[4] = 1.9
    begins = timing.starts(list("一二三四五六七八"), attention, heard)
    assert begins[4] == pytest.approx(1.0, abs=0.1)


def test_first_word_begins_with_its_sound() -> None:
    heard = timing.voiced(sound((0.4, 3), (1.0, 3_000)))
    assert timing.starts(list("您好"), [0.0, 0.8], heard)[0] == pytest.approx(0.4, abs=0.02)


def test_words_have_media_times_and_end_with_their_sound() -> None:
    heard = timing.voiced(sound((0.2, 3_000), (0.5, 3), (0.2, 3_000)))
    found = timing.words(
        ["好", ",", "的"], np.array([0.0, 0.2, 0.7]), [0.9, 0.8, 0.7], heard, offset_s=10
    )
    assert [(word.text, word.start, word.end) for word in found] == [
        ("好", 10.0, 10.2),
        ("的", 10.7, 10.9),
    ]
    assert [word.confidence for word in found] == [0.9, 0.7]


def test_last_word_does_not_swallow_noise() -> None:
    (word,) = timing.words(["好"], np.array([0.0]), [1.0], np.ones(500, np.bool_), offset_s=0)
    assert word.end == pytest.approx(0.8)


@given(
    st.text("一二三,", max_size=12),
    st.lists(st.floats(0, 30), max_size=12),
    st.lists(st.booleans(), max_size=300),
)
def test_words_are_in_order_and_inside(
    text: str, attention: list[float], flags: list[bool]
) -> None:
    heard = np.array(flags, np.bool_)
    begins = timing.starts(list(text), attention, heard)
    found = timing.words(list(text), begins, [], heard, offset_s=0.0)
    assert "".join(word.text for word in found) == text.replace(",", "")
    assert all(word.start <= word.end for word in found)
    assert all(a.start <= b.start for a, b in zip(found, found[1:], strict=False))
