from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.slots import RECOGNISERS, fill
from monitor.text.fold import fold


def said(text: str, slot: str) -> list[str]:
    folded = fold(text)
    return [folded.text[a:b] for a, b in fill(folded, frozenset({slot}))[slot]]


@pytest.mark.parametrize(
    ("slot", "text", "found"),
    [
        ("person", "我是江海银行的客户经理王小明", ["王小", "王小明"]),
        ("person", "我叫李娜", ["李娜"]),
        ("person", "您好，免贵姓王", ["王"]),
        ("person", "我是小王", ["小王"]),
        ("person", "我是张经理", ["张经理"]),
        ("person", "我姓欧阳", ["欧阳"]),
        ("person", "我叫司马光", ["司马光"]),
        ("person", "我是高级顾问", []),
        ("person", "我是方便给您打电话的", []),
        ("person", "我是姜海银行的", []),
        ("person", "我是平安人寿的", []),
        ("person", "王先生您好", []),
        ("agent_no", "工号八零二幺", ["八零二幺"]),
        ("agent_no", "工号是嗯8012", ["8012"]),
        ("agent_no", "8012号客服为您服务", ["8012"]),
        ("agent_no", "电话是13800138000", []),
        ("agent_no", "工号是1", []),
        ("licence", "执业证编号是02000231000080020240001", ["02000231000080020240001"]),
        ("licence", "资格证号为 A0001 2345", ["a00012345"]),
        ("licence", "我有执业证", []),
        ("amount", "一年三千六百块", ["三千六百块"]),
        ("amount", "一共5.5万元", ["5.5万元"]),
        ("amount", "起投一百万", ["一百万"]),
        ("amount", "三年", []),
        ("percent", "百分之零点五", ["百分之零点五"]),
        ("percent", "3.5%", ["3.5%"]),
        ("percent", "两个点", ["两个点"]),
        ("percent", "五个百分点", ["五个百分点"]),
        ("date", "每月十五号还款", ["每月十五号"]),
        ("date", "2024年3月5号到期", ["2024年3月5号"]),
        ("date", "下周三", ["下周三"]),
        ("date", "8012号客服", []),
        ("digits", "尾号一二三四", ["一二三四"]),
        ("digits", "尾号1234", ["1234"]),
    ],
)
def test_what_fills_a_slot(slot: str, text: str, found: list[str]) -> None:
    assert said(text, slot) == found


def test_a_company_is_nobody() -> None:
    folded = fold("我叫江海的")
    assert fill(folded, frozenset({"person"}))["person"] != ()
    assert fill(folded, frozenset({"person"}), taken=[(2, 4)])["person"] == ()


def test_only_what_is_asked_for_and_known() -> None:
    assert set(fill(fold("工号8012"), frozenset({"agent_no", "company"}))) == {"agent_no"}


@given(
    st.text(
        alphabet="我叫是姓王小明欧阳经理工号八零二幺12.%万元百分之点年月日号执业证，a", max_size=60
    )
)
def test_spans_lie_in_the_text(text: str) -> None:
    folded = fold(text)
    for spans in fill(folded, frozenset(RECOGNISERS)).values():
        assert all(0 <= start < end <= len(folded.text) for start, end in spans)
