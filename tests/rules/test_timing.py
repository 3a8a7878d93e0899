from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.events import Utterance, Word
from monitor.rules.timing import instants
from monitor.types import Role


def utterance(text: str, *words: Word, start: float = 0.0, end: float = 4.0) -> Utterance:
    return Utterance(call="c", channel=Role.AGENT, start=start, end=end, text=text, words=words)


def test_evenly_without_words() -> None:
    assert instants(utterance("一二三四")) == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_from_words() -> None:
    words = (Word(text="您好", start=0.2, end=0.6), Word(text="保本", start=2.0, end=3.0))
    spans = instants(utterance("您好，保本", *words))
    assert spans[0] == pytest.approx((0.2, 0.4))
    assert spans[2] == pytest.approx((0.6, 2.0))
    assert spans[4] == pytest.approx((2.5, 3.0))


def test_words_that_are_not_in_the_text_are_passed_over() -> None:
    words = (Word(text="没有", start=9.0, end=9.5), Word(text="本", start=3.0, end=4.0))
    spans = instants(utterance("保本", *words))
    assert spans == [(0.0, 3.0), (3.0, 4.0)]


@given(
    st.text(max_size=20),
    st.lists(st.tuples(st.text(max_size=3), st.floats(0, 9), st.floats(0, 1)), max_size=8),
)
def test_one_span_for_each_character(text: str, raw: list[tuple[str, float, float]]) -> None:
    words = [Word(text=word, start=at, end=at + long) for word, at, long in raw]
    spans = instants(utterance(text, *words, end=10.0))
    assert len(spans) == len(text)
    assert all(start <= end for start, end in spans)
