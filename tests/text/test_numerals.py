from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.forms import spelled
from monitor.text.numerals import numbers


@pytest.mark.parametrize(
    "written",
    ["百分之百", "百分百", "100%", "一百个百分点", "百分之一百", "百分之100", "100个百分点"],
)
def test_a_hundred_percent_has_one_form(written: str) -> None:
    assert spelled(f"是{written}保本") == "是100%保本"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("百分之十二", "12%"),
        ("百分之三点五", "3.5%"),
        ("百分之零点五", "0.5%"),
        ("两百块", "200块"),
        ("二百块", "200块"),
        ("五万", "50000"),
        ("一点五万", "15000"),
        ("1.5万", "15000"),
        ("1亿2千万", "120000000"),
        ("三千五", "3500"),
        ("一百零三", "103"),
        ("三万三千五百", "33500"),
        ("八零二幺", "8021"),
        ("二零二四年", "2024年"),
        ("九五折", "95折"),
        ("三天", "3天"),
        ("一分钱", "1分钱"),
        ("十分钟", "10分钟"),
        ("二十四小时", "24小时"),
        ("五万一年", "500001年"),
        ("第1名", "第一名"),
        ("第十二条", "第12条"),
    ],
)
def test_numbers_are_written_in_digits(written: str, form: str) -> None:
    assert spelled(written) == form


@pytest.mark.parametrize(
    "word",
    [
        "一心一意",
        "万一",
        "一样",
        "第一",
        "一定",
        "不一定",
        "一直",
        "唯一",
        "统一",
        "十分安全",
        "千万不要",
        "百万医疗",
        "几十万",
        "零风险",
        "一点",
        "三四个",
        "一两天",
        "七七八八",
        "三三两两",
        "一下",
        "万无一失",
        "百分之几",
        "一般",
        "一起",
        "第十",
        "三点",
        "五五开",
        "乱七八糟",
    ],
)
def test_words_are_left_alone(word: str) -> None:
    assert spelled(word) == word


@given(st.text(alphabet="零一二两三九十百千万亿点幺百分之0123.%第个年", max_size=60))
def test_any_run_has_an_answer(text: str) -> None:
    end = 0
    for start, stop, form in numbers(text):
        assert end <= start < stop <= len(text)
        assert form
        end = stop


@given(st.integers(0, 10**9))
def test_digits_stay_digits(number: int) -> None:
    assert spelled(f"共{number}元") == f"共{number}元"


def _said(number: int) -> str:
    """A number below a hundred million as it is said in full."""
    if number >= 10_000:
        head, rest = divmod(number, 10_000)
        return _said(head) + "万" + (("零" if rest < 1000 else "") + _said(rest) if rest else "")
    out = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += "零一二三四五六七八九"[digit] + name
        elif out and number and not out.endswith("零"):
            out += "零"
    return out


@given(st.integers(21, 99_999_999))
def test_full_numbers_have_their_value(number: int) -> None:
    assert spelled(f"共{_said(number)}元") == f"共{number}元"
