from __future__ import annotations

import pytest

from monitor.rules import frames

RETOLD = [
    ("我从来没跟您讲过首年保费我帮您垫", "保费我帮您垫"),
    ("公司不允许我们跟客户讲亏了算我们公司的", "亏了算我们公司"),
    ("之前有个业务员跟客户说到期连本带利三倍被开除了", "连本带利三倍"),
    ("有的群里喊内幕消息下周拉升您见到就退群", "内幕消息"),
    ("最近冒出来一批代理维权的张口就要您身份证别给", "代理维权"),
    ("刚才您讲那边跟您保证包过包批我劝您先查查它的牌照", "包过"),
    ("您复述的那个学完月入过万按规定是不准这么说的", "月入过万"),
    ("您问不还会不会坐牢这类欠款一般走民事途径", "坐牢"),
    ("请问之前有没有人给您家里人打过电话", "家里人打"),
    ("谁给客户返佣就开除谁", "返佣"),
]
OWN = [
    ("过时不候您想好了没有", "过时不候"),
    ("还没跟您说这款到期连本带利三倍", "连本带利三倍"),
    ("别的平台不敢说我们百分百下款", "百分百下款"),
    ("我不跟您多说了百分百下款", "百分百下款"),
    ("您问保不保本可以的百分百保本", "百分百保本"),
    ("您担心什么百分百保本", "百分百保本"),
    ("之前有个同事跟您说过吧我们就是百分百保本", "百分百保本"),
    ("您刚才说的那款我知道百分百保本", "百分百保本"),
    ("群里都说好您放心百分百保本", "百分百保本"),
    ("谁来都给百分百下款", "百分百下款"),
]


@pytest.mark.parametrize(("text", "phrase"), RETOLD)
def test_what_is_retold(text: str, phrase: str) -> None:
    start = text.index(phrase)
    assert frames.opened(text, start, start + len(phrase))


@pytest.mark.parametrize(("text", "phrase"), OWN)
def test_what_is_the_speakers_own(text: str, phrase: str) -> None:
    start = text.index(phrase)
    assert not frames.opened(text, start, start + len(phrase))


def test_a_whole_sentence_is_retold() -> None:
    assert frames.whole("我可没说额度有限手慢就没了", 0)
    assert frames.whole("电视购物里那种药到病除您听听就算了", 0)
    assert not frames.whole("我没说错吧额度有限手慢就没了", 0)
    assert not frames.whole("不能跟您说太细但是手慢就没了", 0)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("退佣返现这个真没有", "返现"),
        ("考试包过这话是谁跟您说的", "包过"),
        ("跟返现没有半点关系", "返现"),
        ("上次监管通报的就是内幕消息这种案例", "内幕消息"),
    ],
)
def test_a_topic_is_judged_behind(text: str, phrase: str) -> None:
    start = text.index(phrase)
    assert frames.opened(text, start, start + len(phrase))


def test_quotation_marks_quote() -> None:
    text = "朋友圈里“稳赚不赔”那种"
    assert frames.in_marks(text, (5, 9))
    assert not frames.in_marks(text, (0, 3))
    assert frames.own("我们承诺稳赚不赔", 4)
    assert not frames.own("您看到的那句稳赚不赔", 6)
