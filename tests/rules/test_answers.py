from __future__ import annotations

import pytest

from monitor.rules.answers import Asked, Reply, kind_of, question, reply

CLAIM = [
    ("对", Reply.MAKES),
    ("是的您放心", Reply.MAKES),
    ("没错就是这个意思", Reply.MAKES),
    ("差不多一个道理", Reply.MAKES),
    ("可以这么理解", Reply.MAKES),
    ("嗯您这么理解就对了姐", Reply.MAKES),
    ("算是吧", Reply.MAKES),
    ("嗯对的", Reply.MAKES),
    ("您放心", Reply.MAKES),
    ("没问题的", Reply.MAKES),
    ("当然了", Reply.MAKES),
    ("对不用担心", Reply.MAKES),
    ("不是的", Reply.CLEARS),
    ("这个不能保证", Reply.CLEARS),
    ("没有的", Reply.CLEARS),
    ("对不起这个产品不保本", Reply.CLEARS),
    ("是的不过收益是不保证的", Reply.CLEARS),
    ("这个以合同为准", Reply.CLEARS),
    ("不一样这是保险", Reply.CLEARS),
    ("抱歉我们没有这个承诺", Reply.CLEARS),
    ("嗯", Reply.MAKES),
    ("是这样的先生我给您介绍一下", Reply.NEITHER),
    ("您稍等我看一下", Reply.NEITHER),
]


@pytest.mark.parametrize(("text", "outcome"), CLAIM)
def test_a_claim(text: str, outcome: Reply) -> None:
    assert reply(text, Asked.CLAIM) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("不会的", Reply.MAKES),
        ("没有风险的", Reply.MAKES),
        ("怎么会呢您放心", Reply.MAKES),
        ("会的有可能亏本金", Reply.CLEARS),
        ("有的", Reply.CLEARS),
        ("投资有风险", Reply.CLEARS),
        ("需要查的", Reply.CLEARS),
        ("我看看", Reply.NEITHER),
    ],
)
def test_a_harm(text: str, outcome: Reply) -> None:
    assert reply(text, Asked.HARM) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("对", Reply.MAKES),
        ("不会不会", Reply.MAKES),
        ("您放心", Reply.MAKES),
        ("可能会亏的", Reply.CLEARS),
        ("有一定的风险", Reply.CLEARS),
    ],
)
def test_a_harm_denied_in_the_question(text: str, outcome: Reply) -> None:
    assert reply(text, Asked.HARMLESS) is outcome


def test_a_question_that_no_pack_names_needs_a_plain_yes() -> None:
    assert reply("您放心", Asked.CLAIM, named=False) is Reply.NEITHER
    assert reply("对您放心", Asked.CLAIM, named=False) is Reply.MAKES


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [
        ("保本", Asked.CLAIM),
        ("不会亏", Asked.HARMLESS),
        ("没有风险", Asked.HARMLESS),
        ("有没有返点", Asked.CLAIM),
        ("今天不买就没有了", Asked.CLAIM),
    ],
)
def test_kind(phrase: str, kind: Asked) -> None:
    assert kind_of(phrase) is kind


@pytest.mark.parametrize(
    ("text", "phrase", "asks"),
    [
        ("这个保本吗", "保本", True),
        ("那就是保本了", "保本", True),
        ("是不是保本的", "保本", True),
        ("保本的产品我听得多了都是骗人的", "保本", False),
    ],
)
def test_question(text: str, phrase: str, asks: bool) -> None:
    start = text.index(phrase)
    assert question(text, start, start + len(phrase)) is asks
