from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.context import Passage, Reading, denied, read
from monitor.rules.pack import Excuses

STANDS = [
    ("您放心这钱肯定亏不了", "肯定亏"),
    ("别的平台不敢说我们百分百下款", "百分百下款"),
    ("您看是不是稳赚不赔", "稳赚不赔"),
    ("谁来都给百分百下款", "百分百下款"),
    ("怎么可能不保本呢", "保本"),
    ("您说这么大的公司还能亏了您吗", "能亏了您"),
    ("虽然合同不让写保本但实际上没人亏过", "保本"),
    ("不保本我敢推荐给您吗", "保本"),
    ("这个百分百保本您知道吧", "百分百保本"),
    ("这个百分百保本您放心好吗", "百分百保本"),
    ("这个百分百保本对吧", "百分百保本"),
    ("这个百分百保本您知道吗", "百分百保本"),
    ("不可能不保本", "保本"),
    ("难道不保本吗", "保本"),
    ("按规定不能说保本但是您放心", "保本"),
    ("没问题这个百分百保本", "百分百保本"),
    ("我不骗您百分百保本", "百分百保本"),
    ("不过这个百分百下款", "百分百下款"),
    ("没有抵押百分百下款", "百分百下款"),
    ("没有门槛百分百下款", "百分百下款"),
    ("不看征信百分百下款", "百分百下款"),
    ("这不就是保本吗", "保本"),
    ("不过我们全额退等于包过", "包过"),
    ("您要是今天不办明天就停售了", "停售"),
    ("您不办理今天就停售了", "停售"),
    ("如果今天办我给您返百分之十", "返百分之十"),
    ("这个不是理财是保本的", "保本"),
    ("这不是保险是跟存银行一样的", "跟存银行一样"),
    ("您考虑一下百分百保本您要了解一下吗", "百分百保本"),
    ("百分百保本不可能亏的", "百分百保本"),
    ("如果不保本我们公司赔给您", "保本"),
    ("您担心什么百分百保本", "百分百保本"),
    ("别犹豫了今天最后一天", "最后一天"),
    ("您不用担心本金绝对安全", "本金绝对安全"),
    ("还能不保本吗", "保本"),
    ("客户都说百分百保本", "百分百保本"),
    ("哪有不保本的", "保本"),
    ("您知道吗这个是稳赚不赔的", "稳赚不赔"),
    ("不会亏的百分百保本", "百分百保本"),
    ("我们不是骗子百分百下款", "百分百下款"),
    ("我不敢说太多但是百分百保本", "百分百保本"),
    ("您想想是不是稳赚不赔", "稳赚不赔"),
    ("这款产品没有风险保本保息", "保本保息"),
    ("谁来都能百分百下款", "百分百下款"),
    ("再不还钱就上门找你", "上门找你"),
    ("虽然不能明说但是肯定不会亏", "不会亏"),
    ("能不保本吗您放心", "保本"),
    ("不跟您绕弯子保本保息", "保本保息"),
    ("您不信可以试试百分百下款", "百分百下款"),
    ("保本的您要不要了解一下", "保本"),
    ("这款收益高又保本有兴趣吗", "保本"),
    ("百分百保本的产品您需要吗", "百分百保本"),
]

EXCUSED = [
    ("征信上的事儿谁也抹不掉", "征信上的事儿谁也抹"),
    ("替考那是犯法的咱可不干", "替考"),
    ("高血压我们根治不了", "根治"),
    ("谁要是敢跟您保证收益您录下来投诉他", "保证收益"),
    ("路边贴的那些不看征信的小广告您千万别碰", "不看征信"),
    ("您说听朋友讲这个跟存银行一样其实不是这样的", "跟存银行一样"),
    ("有人冒充我们说不升级就停机您不用理会", "不升级就停机"),
    ("刚性兑付在二零一八年就打破了", "刚性兑付"),
    ("不会因为这个让您坐牢", "让您坐牢"),
    ("我没有说过今天是最后一天", "最后一天"),
    ("没有任何一款理财敢说百分百保本", "保本"),
    ("您对保本有什么要求吗", "保本"),
    ("监管马上要叫停这么高利率的产品百分百保本吗", "百分百保本"),
    ("这款产品不保本有可能亏损", "保本"),
    ("按规定我们不能承诺保本保收益", "保本保收益"),
    ("谁跟您说百分百保本您都要小心那是骗人的", "百分百保本"),
    ("您想要保本的产品吗", "保本"),
    ("如果有人承诺百分百保本您要小心", "百分百保本"),
    ("任何承诺百分百下款的都是骗子", "百分百下款"),
    ("承诺百分百下款的都是骗子", "百分百下款"),
    ("请警惕代理退保骗局", "代理退保"),
    ("怎么可能保本呢", "保本"),
    ("哪有稳赚不赔的买卖", "稳赚不赔"),
    ("谁能保证稳赚不赔呢", "稳赚不赔"),
    ("监管规定不得承诺保本", "保本"),
    ("我们不能说保本", "保本"),
    ("我们不允许返佣", "返佣"),
    ("这是保险产品不是银行存款", "银行存款"),
    ("不能和银行存款简单比较", "银行存款"),
    ("我们不会联系您的家人和同事", "联系您的家人"),
    ("我们不能代客户签字", "代客户签字"),
    ("我们不承诺通过考试", "承诺通过考试"),
    ("保本是不可能的", "保本"),
    ("保本在我们这里是没有的", "保本"),
    ("百分百下款谁都保证不了", "百分百下款"),
    ("稳赚不赔是不存在的", "稳赚不赔"),
    ("您之前买过保本的产品吗", "保本"),
    ("您知道什么是保本产品吗", "保本"),
    ("您刚才问的是不是保本", "保本"),
    ("如果您想要保本的产品可以选择存款", "保本"),
    ("我们从来没有承诺过保本", "保本"),
    ("请不要把验证码告诉任何人", "把验证码告诉"),
    ("这个病目前不能根治只能控制", "根治"),
    ("如果有人自称公安让您转账请马上报警", "公安"),
    ("这个产品并不是零风险", "零风险"),
    ("我们不推荐个股", "推荐个股"),
    ("本品不能代替药物", "代替药物"),
    ("私募产品不接受电话推介", "电话推介"),
    ("这个不一定保本", "保本"),
    ("不是百分百保本的", "百分百保本"),
    ("没有哪家敢说百分百下款", "百分百下款"),
    ("您是不是想要保本的", "保本"),
    ("您看重保本还是收益", "保本"),
    ("销售人员不得以任何形式返佣", "返佣"),
    ("按照规定承诺保本属于违规行为", "保本"),
    ("网上有人说百分百保本那都不是真的", "百分百保本"),
    ("公司禁止业务员承诺保本保息", "保本保息"),
    ("别相信什么百分百下款", "百分百下款"),
    ("我没说过百分百保本", "百分百保本"),
    ("不存在稳赚不赔的投资", "稳赚不赔"),
    ("这个保不保本要看合同", "保本"),
    ("您有没有买过保本的理财", "保本"),
    ("不要轻信百分百下款的广告", "百分百下款"),
    ("没有任何产品是百分百保本的", "百分百保本"),
    ("我们这个产品不是您说的那种百分百保本", "百分百保本"),
    ("遇到说百分百下款的您直接挂断", "百分百下款"),
    ("保本这个我们不能承诺", "保本"),
    ("收益这块我不能跟您保证百分百", "百分百"),
    ("我可不敢跟您说百分百保本", "百分百保本"),
    ("如果对方说百分百保本那就要小心了", "百分百保本"),
]


def passage(text: str, phrase: str, **more: object) -> Passage:
    start = text.index(phrase)
    clause = (0, len(text))
    return Passage(text=text, start=start, end=start + len(phrase), clause=clause, **more)


def reading(text: str, phrase: str, **flags: bool) -> Reading:
    return read(passage(text, phrase), Excuses(**flags))


@pytest.mark.parametrize(("text", "phrase"), STANDS)
def test_what_stands(text: str, phrase: str) -> None:
    found = reading(text, phrase)
    assert found.kind is None, found.reason


@pytest.mark.parametrize(("text", "phrase"), EXCUSED)
def test_what_is_excused(text: str, phrase: str) -> None:
    found = reading(text, phrase)
    assert found.kind is not None
    assert found.reason


@pytest.mark.parametrize(
    ("text", "phrase", "kind"),
    [
        ("这款产品不保本", "保本", "negation"),
        ("保本是不可能的", "保本", "negation"),
        ("您想要保本的产品吗", "保本", "question"),
        ("有人跟您说百分百保本您要小心", "百分百保本", "reported"),
        ("如果您想求稳要保本可以存定期", "保本", "conditional"),
    ],
)
def test_kind_of_excuse(text: str, phrase: str, kind: str) -> None:
    assert reading(text, phrase).kind == kind


@pytest.mark.parametrize(
    ("text", "phrase", "flag"),
    [
        ("这款产品不保本", "保本", "negation"),
        ("您想要保本的产品吗", "保本", "question"),
        ("有人跟您说百分百保本", "百分百保本", "reported"),
    ],
)
def test_a_rule_may_be_immune(text: str, phrase: str, flag: str) -> None:
    assert reading(text, phrase).kind is not None
    assert reading(text, phrase, **{flag: False}).kind is None


def test_what_takes_an_excuse_away_is_told() -> None:
    assert "反问" in reading("怎么可能不保本呢", "保本").reason
    assert "让步" in reading("虽然合同不让写保本但实际上没人亏过", "保本").reason


def test_a_negator_of_another_phrase_is_its_own() -> None:
    text = "不会亏保本"
    assert read(passage(text, "保本", taken=((0, 3),)), Excuses()).kind is None


def test_a_negator_beyond_a_comma_does_not_reach() -> None:
    text = "不是保本的"
    one = Passage(text=text, start=2, end=4, clause=(2, len(text)))
    assert read(one, Excuses()).kind is None


def test_a_question_mark_right_behind_is_a_question() -> None:
    text = "百分百保本"
    assert read(passage(text, text, asked=True), Excuses()).kind == "question"


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("这个不保本的", "保本", True),
        ("这个保不保本", "保本", False),
        ("能不能保本", "保本", False),
    ],
)
def test_denied(text: str, phrase: str, expected: bool) -> None:
    assert denied(passage(text, phrase)) is expected


@given(st.text(alphabet="不没保本能会怎么可能吗您我的是如果", max_size=30), st.integers(0, 29))
def test_any_text_has_a_reading(text: str, at: int) -> None:
    if not text:
        return
    start = at % len(text)
    one = Passage(text=text, start=start, end=min(len(text), start + 2), clause=(0, len(text)))
    assert read(one, Excuses()) == read(one, Excuses())
