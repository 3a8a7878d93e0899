from __future__ import annotations

import random

import pytest

from monitor.text.private import masked, numbers, tail

SPOKEN = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("我的电话是13800138000。", "我的电话是138********。"),
        ("138-0013-8000", "138-****-****"),
        ("幺三八零零幺三八零零零", "幺三八********"),
        ("幺三八,嗯,零零幺三 呃 八零零零", "幺三八,嗯,**** 呃 ****"),
        ("一三八,然后零零一三,然后八零零零对吧", "一三八,然后****,然后****对吧"),
        ("幺三九双零幺三三个八", "幺三九双****个*"),
        ("139两个0一三三个8", "139*个****个*"),
        ("身份证11010519491231002X", "身份证110***************"),
        ("一一零一零五一九四九一二三一零零二叉", "一一零***************"),
        ("卡号6222 0200 0000 0000 018", "卡号622* **** **** **** ***"),
        ("138 0013 8000", "138 **** ****"),
        ("验证码是 482913", "验证码是 482***"),
        ("13800138000", "138********"),
    ],
)
def test_numbers_are_masked(said: str, shown: str) -> None:
    assert masked(said) == shown
    assert len(masked(said)) == len(said)


@pytest.mark.parametrize(
    "said",
    [
        "您投入500000元,每年能拿5.5%",
        "一共是1,000,000.00",
        "¥300000",
        "二零二六年十一月二十二日",
        "我是江海银行的客服,工号8012",
        "请拨打95533",
        "一心一意,万一,一样,三三两两",
        "三百五十万,两千零三块",
        "九点到十一点,四五六七层都有",
        "保证收益,百分之百保本",
        "",
        "好的",
    ],
)
def test_amounts_and_words_are_left_alone(said: str) -> None:
    assert masked(said) == said
    assert numbers(said) == []


def test_a_number_said_in_pieces() -> None:
    first = tail("我的电话是幺三八")
    assert first == "138"
    assert masked("零零幺三", before=first) == "****"
    second = tail("零零幺三", before=first)
    assert second == "1380013"
    assert tail("嗯,", before=second) == second
    assert tail("嗯,好的", before=second) == ""
    assert masked("八零零零吧", before=second) == "****吧"
    assert numbers("八零零零", before=second) == ["13800138000"]
    assert masked("好,八零零零", before=second) == "好,八零零零"


def test_a_part_of_a_known_number_is_masked() -> None:
    assert masked("尾号是8000", known=["13800138000"]) == "尾号是800*"
    assert masked("工号8012", known=["13800138000"]) == "工号8012"


def spoken(number: str, dice: random.Random) -> str:
    """A number as somebody might say it."""
    parts = []
    for digit in number:
        parts.append(dice.choice((digit, SPOKEN.get(digit, digit))))
        if dice.random() < 0.3:
            parts.append(dice.choice((" ", ",", "-", "嗯", ",呃,", "。", "然后", "啊 ")))
    return "".join(parts)


def test_ten_thousand_ways_of_saying_a_number() -> None:
    dice = random.Random(20261122)
    for _ in range(10_000):
        number = "".join(dice.choice("0123456789") for _ in range(dice.choice((6, 11, 16, 18, 19))))
        said = f"好的您记一下是吧{spoken(number, dice)}就这样"
        shown = masked(said)
        assert sum(character == "*" for character in shown) == len(number) - 3, said
        assert numbers(said) == [number]
