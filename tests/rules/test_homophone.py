from __future__ import annotations

import pytest

from monitor.rules.homophone import sensible, supported


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("这款产品宝笨保西", "宝笨保西", False),
        ("我们保证服务质量", "保证服务", True),
    ],
)
def test_text_that_makes_sense_was_not_misheard(text: str, part: str, expected: bool) -> None:
    start = text.index(part)
    assert sensible(text, start, start + len(part)) is expected


@pytest.mark.parametrize(
    ("around", "confidence", "expected"),
    [
        ("这款理财产品", None, True),
        ("今天天气好", None, False),
        ("今天天气好", 0.8, True),
        ("这款理财产品", 0.1, False),
    ],
)
def test_support(around: str, confidence: float | None, expected: bool) -> None:
    assert supported(around, confidence) is expected
