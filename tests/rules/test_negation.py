from __future__ import annotations

import pytest

from monitor.rules.negation import negators, reaching


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我们不能说", ["不能"]),
        ("没问题的", []),
        ("是不是这样", ["是不是"]),
        ("保不保", ["保不保"]),
        ("不可能不", ["不可能", "不"]),
        ("怎么可能没有", ["怎么可能", "没有"]),
        ("差不多", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert [one.word for one in negators(text, 0, len(text), ())] == words


@pytest.mark.parametrize(
    ("before", "reached"),
    [
        ("不", 1),
        ("我们不能向您承诺任何形式的", 1),
        ("没有风险", 0),
        ("不会上征信", 0),
        ("没有说过", 1),
        ("您不办理", 0),
        ("不可能不", 2),
        ("对不起我们", 0),
        ("不是那种", 1),
        ("不能但是", 0),
    ],
)
def test_reach(before: str, reached: int) -> None:
    assert len(reaching(before + "保本", 0, len(before), ())) == reached


def test_the_start_of_the_clause_is_the_limit() -> None:
    assert reaching("不保本", 1, 1, ()) == []
