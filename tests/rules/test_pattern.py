from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.pattern import MAX_LENGTH, Part, PatternError, parse

LISTS = {"保本词": ["保本", "保息"], "稳": ["稳{保本词}", "稳赚"], "圈": ["{圈}"], "短": ["买"]}


def words(text: str) -> list[tuple[str, ...]]:
    """The literals of each part of the only sequence."""
    (parts,) = parse(text, LISTS).sequences
    return [part.literals for part in parts]


@pytest.mark.parametrize(
    ("text", "literals"),
    [
        ("百分百保本", ["百分百保本"]),
        ("(保证|确保)保本", ["保证保本", "确保保本"]),
        ("确保[您的|你的]本金", ["确保您的本金", "确保你的本金", "确保本金"]),
        ("一定{保本词}", ["一定保本", "一定保息"]),
        ("{稳}的", ["稳保本的", "稳保息的", "稳赚的"]),
        ("保息(又|还)?保本", ["保息又保本", "保息还保本", "保息保本"]),
        ("（保证｜确保）保本", ["保证保本", "确保保本"]),
        ("(a(b|c)|d)e", ["abe", "ace", "de"]),
    ],
)
def test_words_and_alternatives(text: str, literals: list[str]) -> None:
    assert words(text) == [tuple(literals)]


def test_alternatives_at_the_top_are_sequences() -> None:
    pattern = parse("稳赚不赔|只赚不~2亏")
    assert [len(parts) for parts in pattern.sequences] == [1, 2]
    assert list(pattern.literals) == ["稳赚不赔", "只赚不", "亏"]


def test_gaps_do_not_multiply() -> None:
    (parts,) = parse("(今天|明天)~8(停售|涨价|下架)~关").sequences
    assert parts == (
        Part(literals=("今天", "明天")),
        Part(literals=("停售", "涨价", "下架"), gap=8),
        Part(literals=("关",), gap=4),
    )


def test_what_is_left_out_takes_no_gap_with_it() -> None:
    assert {len(parts) for parts in parse("今天~8[马上]~3停售").sequences} == {2, 3}


def test_slots() -> None:
    pattern = parse("我是{company}的[{person}]")
    assert pattern.slots == {"company", "person"}
    assert not pattern.simple
    assert [part.slot for part in pattern.sequences[0]] == ["", "company", "", "person"]
    assert [len(parts) for parts in pattern.sequences] == [4, 3]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("保", "single character"),
        ("[可]", "nothing is left"),
        ("[可|能]保", "single character"),
        ("", "nothing is left"),
        ("，。", "nothing is left"),
        ("(保本", "')' is missing"),
        ("保本)", "no opening"),
        ("保本}", "no opening"),
        ("{保本词", "'}' is missing"),
        ("{没有}", "no list or slot"),
        ("{圈}", "contains itself"),
        ("保~99本", "a gap of 99"),
        ("保~0本", "a gap of 0"),
        ("能?保本", "after brackets only"),
        ("保" * (MAX_LENGTH + 1), "at most 64"),
        ("保" * 2000, "at most 1000"),
        ("(" * 50 + "保本" + ")" * 50, "nested"),
        ("(a|b|c|d|e|f|g|h)" * 8, "expands to more"),
    ],
)
def test_mistakes_say_why(text: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason.replace("(", r"\(").replace(")", r"\)")):
        parse(text, LISTS)


def test_a_single_character_may_stand_among_others() -> None:
    assert list(parse("最", single=True).literals) == ["最"]
    assert list(parse("不~4保").literals) == ["不", "保"]
    assert list(parse("{短}{保本词}", LISTS).literals) == ["买保本", "买保息"]


@given(st.text(alphabet="保本你ab()[]{}|~？?0123，{保本词}", max_size=30))
def test_any_text_is_a_pattern_or_a_mistake(text: str) -> None:
    try:
        pattern = parse(text, LISTS)
    except PatternError:
        return
    assert pattern.sequences
    assert all(parts for parts in pattern.sequences)
