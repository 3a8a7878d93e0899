"""Phrases that a recogniser got nearly right are found; what it was sure of is left alone."""

from __future__ import annotations

import pytest

from monitor.events import Utterance, Word
from monitor.rules.hits import Hit
from monitor.rules.matcher import Matcher
from monitor.rules.misheard import doubts
from monitor.rules.pattern import parse
from monitor.rules.turns import Piece
from monitor.text.fold import fold
from monitor.types import Role

MATCHER = Matcher(
    [
        parse(source)
        for source in (
            "等着坐牢",
            "(过时|过点)~3(就取消|概不等候)",
            "绝对是独一无二",
            "有本事~2去法院告",
            "保证稳赚不赔",
        )
    ]
)


def found(text: str, doubtful: str | None = None) -> list[Hit]:
    """Hits in a text in which the characters of `doubtful` are uncertain; None: all are."""
    folded = fold(text)
    marks = [doubtful is None or character in doubtful for character in folded.text]
    return MATCHER.find(folded, None, marks)


@pytest.mark.parametrize(
    ("heard", "phrase"),
    [
        ("过是该不等后您想好了", "过时…概不等候"),
        ("绝对是独一五二的教学法", "绝对是独一无二"),
        ("有本是你去发院告啊", "有本事…去法院告"),
    ],
)
def test_a_syllable_may_be_another(heard: str, phrase: str) -> None:
    hits = found(heard)
    assert [(hit.phrase, hit.level) for hit in hits] == [(phrase, "homophone")]
    assert hits[0].alike > 0


@pytest.mark.parametrize(
    "heard",
    [
        "你就等着做来吧",  # 坐牢: two syllables, one of them another
        "你就等着坐号吧",  # four syllables altogether
        "等着看吧",  # two syllables of four are others
        "过时您也可以取消",  # too much between
        "等一会儿再来",
        "有本书你去看",
    ],
)
def test_what_is_farther_away_is_not_meant(heard: str) -> None:
    assert found(heard) == []


def test_a_character_that_was_heard_well_stays_what_it_is() -> None:
    assert found("保证稳赚不派的", doubtful="派") != []
    assert found("保证稳赚不派的", doubtful="稳") == []


def test_only_what_may_be_guessed_is() -> None:
    patterns = [parse("保证稳赚不赔"), parse("绝对是独一无二")]
    folded = fold("保证稳赚不派绝对是独一五二")
    hits = Matcher(patterns, misheard={1}).find(folded, None, [True] * len(folded.text))
    assert [hit.phrase for hit in hits] == ["绝对是独一无二"]


def test_what_is_there_in_words_is_no_guess() -> None:
    assert [hit.level for hit in found("保证稳赚不赔的")] == ["exact"]


def spoken(text: str, sure: float | None, *words: float) -> Utterance:
    marks = [
        Word(text=character, start=float(at), end=at + 1.0, confidence=one)
        for at, (character, one) in enumerate(zip(text, words, strict=False))
    ]
    return Utterance(
        call="c",
        channel=Role.AGENT,
        start=0.0,
        end=9.0,
        text=text,
        confidence=sure,
        words=tuple(marks),
    )


@pytest.mark.parametrize(
    ("utterance", "expected"),
    [
        (spoken("稳赚,不赔", None), None),
        (spoken("稳赚,不赔", 0.99, 0.1, 0.1), None),
        (spoken("稳赚,不赔", 0.7), [True, True, True, True]),
        (spoken("稳赚", 0.7, 0.95, 0.4), [False, True]),
        (spoken("稳赚", 0.95, 0.95, 0.97), None),
    ],
)
def test_doubt_comes_from_the_recogniser(utterance: Utterance, expected: list[bool] | None) -> None:
    assert doubts(fold(utterance.text), [Piece(utterance, 0)]) == expected
