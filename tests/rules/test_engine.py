from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.events import Coverage, Word, lines
from monitor.types import Role
from tests.rules.judging import (
    alerts,
    call,
    dialogue,
    disclosures,
    judge,
    pack,
    prompts,
    quotes,
    rule,
    rules,
    run,
    said,
    signals,
)

C, U = Role.CUSTOMER, Role.UNKNOWN

SURE = rules("[百分百保本, 保本保息, 稳赚不赔, 保本]")

SELLING = pack(
    """
rules:
  - id: guaranteed
    category: guaranteed_return
    title: 承诺保本
    severity: critical
    match: [百分百保本, 稳赚不赔]
    answer: [和存款一样, 不会亏吧]
    answer_no: [会亏吗]
signals:
  - {id: no, signal: opt_out, strength: weak, match: [不需要, 没兴趣], unless: [附加险不需要]}
  - {id: never, signal: opt_out, strength: strong, match: [别再打了]}
states:
  - id: pestering
    category: pestering
    title: 拒绝后纠缠
    severity: high
    after: {signal: opt_out, turns: 3, seconds: 60}
    match: [听我说完, 再考虑一下]
    ends_by: [不再来电]
disclosures:
  - id: opt-out-notice
    category: missing_opt_out_notice
    title: 告知退出方式
    kind: on_event
    deadline_s: 15
    severity: medium
    prompt: 请说明不再来电
    trigger: {signal: opt_out, strength: [strong]}
    satisfied_by: [不再来电]
"""
)

OPENING = pack(
    """
disclosures:
  - id: company
    category: missing_company
    title: 告知公司名称
    kind: opening
    deadline_s: 30
    prompt_at_s: 20
    severity: high
    prompt: 请说明公司名称
    satisfied_by: ["{company}", "{alias}"]
    unregistered: [这里是~10银行]
    not_by: [跟~8合作]
  - id: price
    category: missing_price
    title: 说明价格
    kind: before_close
    severity: high
    from_s: 10
    prompt: 请说明价格
    trigger: [给您办理]
    satisfied_by: [每月三百元]
"""
)


def test_an_alert_says_everything() -> None:
    [alert] = alerts(run(judge(SURE), said("这个百分百保本的", 10.0, 14.0, confidence=0.9)))
    assert (alert.category, alert.rule, alert.pack) == ("guaranteed_return", "tiny/one", "tiny@1")
    assert (alert.severity, alert.state, alert.match) == ("critical", "confirmed", "exact")
    assert (alert.start, alert.end) == (11.0, 13.5)
    assert (alert.quote, alert.phrase, alert.raised_at) == ("百分百保本", "百分百保本", 14.0)
    assert "坐席说“百分百保本”" in alert.why


def test_word_times_are_used() -> None:
    words = (Word(text="这个", start=1.0, end=1.2), Word(text="稳赚不赔", start=5.0, end=6.0))
    [alert] = alerts(run(judge(SURE), said("这个稳赚不赔", 1.0, 6.0, words=words)))
    assert (alert.start, alert.end) == (5.0, 6.0)


def test_customers_never_raise_a_violation() -> None:
    assert alerts(run(judge(SURE), said("百分百保本稳赚不赔", 1, 4, C))) == []


def test_an_unknown_speaker_counts_less() -> None:
    [alert] = alerts(run(judge(SURE), said("百分百保本", 1, 3, U)))
    assert alert.severity == "high"
    assert "声道角色未知" in alert.why


def test_poor_recognition_counts_less() -> None:
    [alert] = alerts(run(judge(SURE), said("百分百保本", 1, 3, confidence=0.2)))
    assert alert.severity == "high"


class TestJoinedTail:
    def test_a_phrase_over_two_utterances(self) -> None:
        [alert] = alerts(run(judge(SURE), said("这个百分百", 1, 3), said("保本的", 4, 5)))
        assert alert.quote == "百分百保本"
        assert (alert.start, alert.end) == pytest.approx((1.8, 4.667), abs=0.01)

    def test_no_doubles(self) -> None:
        events = run(judge(SURE), said("百分百保本", 1, 3), said("的您放心", 4, 5))
        assert len(alerts(events)) == 1

    def test_not_over_a_long_pause(self) -> None:
        events = run(judge(SURE), said("这个百分百", 1, 3), said("保本", 6.1, 7))
        assert quotes(events) == ["保本"]

    def test_not_over_what_the_other_said(self) -> None:
        heard = [said("这个稳赚", 1, 2), said("你说的是什么呀", 2.1, 3, C), said("不赔的", 3.1, 4)]
        assert alerts(run(judge(SURE), *heard)) == []

    def test_over_a_backchannel(self) -> None:
        heard = [said("这个稳赚", 1, 2), said("嗯", 2.1, 2.3, C), said("不赔的", 3.1, 4)]
        assert quotes(run(judge(SURE), *heard)) == ["稳赚不赔"]

    def test_context_reaches_over_it(self) -> None:
        events = run(judge(SURE), said("我们不能承诺", 1, 3), said("百分百保本", 3.5, 5))
        assert alerts(events) == []

    def test_over_three_short_ones(self) -> None:
        heard = [said("稳", 1, 1.2), said("赚", 1.5, 1.7), said("不赔", 2, 2.4)]
        assert quotes(run(judge(SURE), *heard)) == ["稳赚不赔"]


class TestAllowed:
    ONE = pack("allow: [保本微利]\nrules:\n" + rule("保本", "    allow: [保本动点]\n"))

    @pytest.mark.parametrize(
        ("text", "hit"),
        [
            ("保本微利的生意", False),
            ("保本动点", False),
            ("保本的", True),
            ("保本微利，保本", True),
        ],
    )
    def test_allowed_text_is_taken_first(self, text: str, hit: bool) -> None:
        assert bool(alerts(dialogue(self.ONE, text))) is hit


class TestGaps:
    @pytest.mark.parametrize(
        ("text", "hit"), [("肯定保本", True), ("肯定会保本", True), ("肯定不会保本", False)]
    )
    def test_a_negator_inside(self, text: str, hit: bool) -> None:
        assert bool(alerts(dialogue(rules("肯定~3保本"), text))) is hit


class TestQuestions:
    @pytest.mark.parametrize(
        ("text", "hit"),
        [
            ("客：这个和存款一样吧 / 坐：对", True),
            ("客：是不是百分百保本 / 坐：是的没错", True),
            ("客：是不是百分百保本 / 坐：不是的收益不保证", False),
            ("客：是不是百分百保本 / 坐：您稍等 / 坐：对的", True),
            ("客：会亏吗 / 坐：不会的", True),
            ("客：会亏吗 / 坐：会的", False),
            ("客：不会亏吧 / 坐：您放心", True),
            ("客：这个和存款一样吧 / 坐：不能这么说", False),
            ("坐：这个和存款一样吧 / 坐：对", False),
        ],
    )
    def test_answers(self, text: str, hit: bool) -> None:
        assert bool(alerts(dialogue(SELLING, text))) is hit

    def test_an_answer_that_comes_too_late(self) -> None:
        judged = judge(SELLING)
        assert alerts(run(judged, said("和存款一样吗", 1, 3, C), said("对", 11.1, 12))) == []

    def test_the_evidence_is_the_question(self) -> None:
        [alert] = alerts(dialogue(SELLING, "客：这个和存款一样吧 / 坐：对，您放心"))
        assert alert.quote == "和存款一样"
        assert alert.channel is Role.AGENT
        assert "客户" in alert.why


class TestRefusals:
    def test_pestering_after_a_refusal(self) -> None:
        events = dialogue(SELLING, "客：不需要 / 坐：您听我说完")
        [alert] = alerts(events)
        assert (alert.category, alert.severity, alert.match) == ("pestering", "high", "state")
        assert [(one.signal, one.strength) for one in signals(events)] == [("opt_out", "weak")]

    def test_after_a_strong_one_it_is_critical(self) -> None:
        [alert] = alerts(dialogue(SELLING, "客：别再打了 / 坐：您再考虑一下"))
        assert alert.severity == "critical"
        assert "别再打了" in alert.why

    @pytest.mark.parametrize(
        "text",
        [
            "坐：您听我说完",
            "客：附加险不需要 / 坐：您听我说完",
            "客：别再打了 / 坐：好的已为您登记不再来电",
            "客：别再打了 / 坐：好的已为您登记不再来电 / 坐：您再考虑一下",
            "客：不需要 / 坐：一 / 坐：二 / 坐：三 / 坐：您再考虑一下",
        ],
    )
    def test_no_pestering(self, text: str) -> None:
        assert [one for one in alerts(dialogue(SELLING, text)) if one.category == "pestering"] == []

    def test_the_notice_that_a_refusal_asks_for(self) -> None:
        judged = judge(SELLING)
        events = run(judged, said("别再打了", 10, 11, C), said("哦", 12, 13), until=60)
        assert prompts(events)[0] == "+请说明不再来电"
        assert disclosures(events) == ["opt-out-notice missed"]
        assert [one.category for one in alerts(events)] == ["missing_opt_out_notice"]

    def test_the_notice_given(self) -> None:
        events = dialogue(SELLING, "客：别再打了 / 坐：好的已为您登记不再来电")
        assert disclosures(events) == ["opt-out-notice met"]


class TestOpening:
    CALL = call(company="江海银行股份有限公司", aliases=("江海银行",))

    def test_the_registered_name(self) -> None:
        judged = judge(OPENING, self.CALL)
        events = run(judged, said("您好这里是江海银行", 1, 4), until=40)
        assert disclosures(events) == ["company met"]
        assert alerts(events) == []

    def test_another_name(self) -> None:
        judged = judge(OPENING, self.CALL)
        events = run(judged, said("您好这里是山河银行", 1, 4), until=40)
        assert disclosures(events) == ["company missed"]
        assert prompts(events) == ["+请说明公司名称", "-请说明公司名称"]
        [alert] = alerts(events)
        assert (alert.start, alert.end, alert.quote) == (30.0, 30.0, "")

    def test_said_by_the_customer(self) -> None:
        judged = judge(OPENING, self.CALL)
        events = run(judged, said("你们是江海银行", 1, 4, C), until=40)
        assert disclosures(events) == ["company missed"]

    @pytest.mark.parametrize("text", ["我们不是江海银行的", "我们跟江海银行有合作"])
    def test_what_does_not_say_it(self, text: str) -> None:
        judged = judge(OPENING, self.CALL)
        assert disclosures(run(judged, said(text, 1, 4), until=40)) == ["company missed"]

    def test_without_a_registered_name_any_will_do(self) -> None:
        events = run(judge(OPENING), said("您好这里是山河银行", 1, 4))
        met = [one for one in events if getattr(one, "state", "") == "met"]
        assert [getattr(one, "reason", "") for one in met] == ["no_registered_name"]

    def test_split_over_two_utterances(self) -> None:
        judged = judge(OPENING, self.CALL)
        events = run(judged, said("您好这里是江海", 1, 3), said("银行的", 3.5, 4))
        assert disclosures(events) == ["company met"]

    def test_audio_that_is_missing(self) -> None:
        judged = judge(OPENING, self.CALL)
        judged.cover(Coverage(call="c", channel=Role.AGENT, state="gap", start=4, end=9))
        events = judged.advance(31)
        assert disclosures(events) == ["company undetermined"]
        assert alerts(events) == []

    def test_the_close(self) -> None:
        judged = judge(OPENING, self.CALL)
        heard = [said("江海银行", 1, 4), said("那我给您办理", 40, 42), said("好", 43, 44)]
        events = run(judged, *heard)
        assert disclosures(events) == ["company met", "price missed"]

    @pytest.mark.parametrize("text", ["先不给您办理", "好的"])
    def test_no_close(self, text: str) -> None:
        judged = judge(OPENING, self.CALL)
        events = run(judged, said("江海银行", 1, 4), said(text, 40, 42), until=60)
        assert disclosures(events) == ["company met"]


class TestPartialText:
    def test_raised_early_and_confirmed(self) -> None:
        judged = judge(SURE)
        early = alerts(judged.hear(said("这个百分百保本", 1, 3, final=False, segment=4)))
        again = alerts(judged.hear(said("这个百分百保本的您", 1, 4, final=False, segment=4)))
        final = alerts(judged.hear(said("这个百分百保本的您放心", 1, 5, segment=4)))
        assert [one.state for one in early] == ["provisional"]
        assert again == []
        assert [(one.id, one.state) for one in final] == [(early[0].id, "confirmed")]

    def test_withdrawn(self) -> None:
        judged = judge(SURE)
        early = alerts(judged.hear(said("我说稳赚不赔", 1, 3, final=False, segment=4)))
        final = alerts(judged.hear(said("我说稳赚不赔是不可能的", 1, 4, segment=4)))
        assert [(one.id, one.state) for one in final] == [(early[0].id, "withdrawn")]

    def test_not_while_a_question_may_follow(self) -> None:
        judged = judge(SURE)
        assert alerts(judged.hear(said("您想要保本", 1, 3, final=False, segment=4))) == []

    def test_it_leaves_no_trace(self) -> None:
        judged = judge(SELLING)
        judged.hear(said("别再打了", 1, 2, C, final=False))
        assert alerts(judged.hear(said("您听我说完", 3, 4))) == []

    def test_a_suppressed_final_withdraws(self) -> None:
        judged = judge(SURE)
        judged.hear(said("百分百保本", 1, 3, final=False, segment=4))
        [gone] = alerts(judged.hear(said("百分百保本", 1, 3, segment=4, suppressed="loop")))
        assert gone.state == "withdrawn"


class TestHomophones:
    def test_at_most_high(self) -> None:
        [alert] = alerts(dialogue(SURE, "这款理财产品宝笨保西"))
        assert (alert.severity, alert.match, alert.quote) == ("high", "homophone", "宝笨保西")
        assert "同音" in alert.why

    def test_nothing_around_speaks_for_it(self) -> None:
        assert alerts(dialogue(SURE, "宝笨保西")) == []


def test_a_long_text_is_judged_in_parts() -> None:
    text = "一" * 5_000 + "百分百保本" + "二" * 5_000
    assert quotes(run(judge(SURE), said(text, 0, 1_000))) == ["百分百保本"]


@pytest.mark.parametrize("loop", ["这个产品百分百保本", "您好", "一", "保本"])
def test_a_loop_says_no_more_than_once(loop: str) -> None:
    text = f"不错{loop * (1_600 // len(loop))}稳赚不赔"
    once = alerts(run(judge(SURE), said(f"不错{loop * 3}稳赚不赔", 0, 9)))
    again = alerts(run(judge(SURE), said(text, 0, 400)))
    assert {one.rule for one in again} == {one.rule for one in once}
    assert len({one.id for one in again}) == len(again)


SENTENCES = st.lists(
    st.tuples(
        st.sampled_from([Role.AGENT, C]),
        st.sampled_from(
            ["百分百保本", "别再打了", "听我说完", "会亏吗", "不会的", "好", "不再来电", ""]
        ),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(SENTENCES)
def test_the_same_input_gives_the_same_bytes(heard: list[tuple[Role, str, bool]]) -> None:
    spoken = [
        said(text, 3.0 * i, 3.0 * i + 2, role, final=final)
        for i, (role, text, final) in enumerate(heard)
    ]
    first = run(judge(SELLING), *spoken, until=60)
    assert lines(first) == lines(run(judge(SELLING), *spoken, until=60))
    ids = [one.id for one in alerts(first) if one.state == "confirmed"]
    assert len(ids) >= len(set(ids))
