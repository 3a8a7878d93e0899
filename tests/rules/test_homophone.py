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
    ("around", "confidence", "selling", "changed", "expected"),
    [
        ("这款理财产品", None, False, 0.75, True),
        ("今天天气好", None, False, 0.25, False),
        ("今天天气好", None, True, 0.25, True),
        ("今天天气好", None, True, 0.75, False),
        ("今天天气好", 0.8, False, 0.75, True),
        ("这款理财产品", 0.1, True, 0.25, False),
    ],
)
def test_support(
    around: str, confidence: float | None, selling: bool, changed: float, expected: bool
) -> None:
    assert supported(around, confidence, selling=selling, changed=changed) is expected
