from __future__ import annotations

import pytest

from monitor.rules.pack import Company
from monitor.rules.register import Register, for_call, spoken_forms
from monitor.text.fold import fold

BANK = Company(name="江海银行股份有限公司", short=("江海银行",), aliases=("江海", "江海信用卡"))


@pytest.mark.parametrize(
    ("text", "kind", "level"),
    [
        ("这里是江海银行股份有限公司", "company", "exact"),
        ("这里是江海银行", "company", "exact"),
        ("这里是姜海银行", "company", "homophone"),
        ("这里是江海应行", "company", "homophone"),
        ("这里是江海呃银行", "company", "normalised"),
        ("我们江海的", "alias", "exact"),
        ("江海信用卡中心", "alias", "exact"),
    ],
)
def test_names(text: str, kind: str, level: str) -> None:
    ((found, hit),) = Register([BANK]).hits(fold(text))
    assert (found, hit.level) == (kind, level)


def test_other_names_are_not_met() -> None:
    assert Register([BANK]).hits(fold("这里是长江银行姜还的")) == []


def test_spans_fill_the_slots() -> None:
    folded = fold("我是江海银行的，江海")
    assert Register([BANK]).spans(folded) == {"company": ((2, 6),), "alias": ((7, 9),)}


def test_a_legal_name_is_said_in_shorter_ways() -> None:
    forms = spoken_forms("江海银行股份有限公司")
    assert forms == ("江海银行股份有限公司", "江海银行股份公司", "江海银行公司", "江海银行")
    assert spoken_forms("甲乙公司") == ("甲乙公司",)


def test_the_register_of_a_call() -> None:
    named = for_call("江海银行股份有限公司", (), [BANK, Company(name="别的保险公司")])
    assert named.hits(fold("江海信用卡"))
    assert not named.hits(fold("别的保险"))
    assert for_call("", ("江海",), [BANK]).hits(fold("江海银行"))
    assert not for_call("", ())
    assert for_call("", ()).spans(fold("江海银行")) == {"company": (), "alias": ()}
