"""The shipped similarity model behind the operator `similar`."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import BadLexicon
from monitor.events import Alert, CallStarted, Event, Utterance
from monitor.rules import expr as ex
from monitor.rules.engine import CallJudge
from monitor.rules.load import load_pack, pack_from
from monitor.rules.pack import Pack
from monitor.rules.proof import judged, prove
from monitor.rules.ruleset import RuleSet
from monitor.rules.similar import model_for, note, parts
from monitor.rules.similar_training import PRECISION
from monitor.text.fold import fold
from monitor.types import Role

LEXICONS = Path(__file__).parents[2] / "lexicons"
CALL = CallStarted(call="c", industry="wealth")
LIKE = "您这笔老本搁我们这儿一个子儿都不会缺"

PACK = """
pack: demo
version: 1
title: 演示
industries: all
rules:
  - id: like
    category: guaranteed_return
    title: 近似说法
    severity: {severity}
    match: {{similar: {{category: guaranteed_return, over: 0.3}}}}
"""


@pytest.fixture(scope="module")
def similar() -> Pack:
    return load_pack(LEXICONS / "similar.yaml")


def demo(severity: str = "medium") -> Pack:
    return pack_from(PACK.format(severity=severity))


def alerts(events: list[Event]) -> list[Alert]:
    return [one for one in events if isinstance(one, Alert)]


def test_a_paraphrase_raises_suspicion_and_says_why() -> None:
    (alert,) = alerts(judged(LIKE, CALL, (demo(),), Role.AGENT))
    assert (alert.category, alert.match, alert.severity) == (
        "guaranteed_return",
        "similar",
        "medium",
    )
    assert "相似度模型" in alert.why
    assert "准确率" in alert.why
    assert alert.phrase
    for word in alert.phrase.split("、"):
        assert word in LIKE


@pytest.mark.parametrize("severity", ["critical", "high", "medium", "low"])
def test_likeness_is_never_graver_than_medium(severity: str) -> None:
    (alert,) = alerts(judged(LIKE, CALL, (demo(severity),), Role.AGENT))
    assert alert.severity == ("low" if severity == "low" else "medium")


def test_only_the_agent_and_only_what_is_long_enough() -> None:
    assert not alerts(judged(LIKE, CALL, (demo(),), Role.CUSTOMER))
    assert not alerts(judged("一定赚的", CALL, (demo(),), Role.AGENT))
    assert alerts(judged(LIKE, CALL, (demo(),), Role.UNKNOWN))[0].severity == "low"


@pytest.mark.parametrize(
    "text",
    [
        f"谁要是跟您说{LIKE}您可得小心",
        f"不是说{LIKE}",
    ],
)
def test_the_context_excuses_it_like_any_other(text: str) -> None:
    assert not alerts(judged(text, CALL, (demo(),), Role.AGENT))


def test_a_partial_text_raises_nothing() -> None:
    judge = CallJudge(CALL, RuleSet.for_call((demo(),), CALL))
    early = Utterance(call="c", channel=Role.AGENT, start=1, end=4, text=LIKE, final=False)
    assert not alerts(judge.hear(early))


LITERAL = """
pack: words
version: 1
title: 词表
industries: all
rules:
  - {id: words, category: guaranteed_return, title: 词, severity: medium, match: 老本搁我们这儿}
"""


def test_words_of_a_rule_win_over_likeness() -> None:
    packs = (demo(), pack_from(LITERAL))
    (alert,) = alerts(judged(LIKE, CALL, packs, Role.AGENT))
    assert (alert.rule, alert.match) == ("words/words", "exact")


def test_words_said_later_have_their_own_alert_at_their_own_time() -> None:
    packs = (demo(), pack_from(LITERAL))
    other = LIKE.replace("老本", "本钱")
    first, second = alerts(judged(f"{other} / 您的老本搁我们这儿", CALL, packs, Role.AGENT))
    assert (first.match, second.match) == ("similar", "exact")
    assert second.id != first.id
    assert second.rule == "words/words"
    assert second.start > first.end


def test_likeness_after_words_adds_no_alert() -> None:
    packs = (demo(), pack_from(LITERAL))
    other = LIKE.replace("老本", "本钱")
    (alert,) = alerts(judged(f"您的老本搁我们这儿 / {other}", CALL, packs, Role.AGENT))
    assert alert.match == "exact"


def test_words_inside_a_likeness_may_take_it_back() -> None:
    excused = PACK.format(severity="high") + "    unless: {utterance: [丢不了]}\n"
    without = alerts(judged(LIKE, CALL, (pack_from(PACK.format(severity="high")),), Role.AGENT))
    (alert,) = without
    word = alert.quote[2:5]
    taken = excused.replace("丢不了", word)
    assert alerts(judged(LIKE, CALL, (pack_from(taken),), Role.AGENT)) == []


LONG = (
    "上次给您寄过去的资料您收到了吧里面第二页有一张表您有空的时候可以对着看一看那天下雨快递慢了一点"
    f"{LIKE}另外我们公司在人民路那边新开了一个门店周末您路过可以进来坐坐喝杯茶聊聊天认识一下我们同事"
)


def test_a_long_utterance_is_looked_at_in_parts() -> None:
    stretches = parts(3, 80)
    assert stretches[0] == (3, 80)
    assert stretches[-1][1] == 80
    assert all(high - low <= 24 for low, high in stretches[1:])
    assert parts(0, 5) == []
    (alert,) = alerts(judged(LONG, CALL, (demo(),), Role.AGENT))
    assert alert.match == "similar"
    assert "一个子儿都不会缺" in alert.quote
    assert len(alert.quote) <= 24


def test_the_reasons_are_named(similar: Pack) -> None:
    model = model_for(similar.file)
    folded = fold(LIKE)
    score = model.score(model.extractor.of(folded))
    place = model.place("guaranteed_return")
    assert place is not None
    reasons = model.reasons(score, place)
    assert reasons == sorted(reasons, key=lambda one: -one[0])
    named = {model.extractor.spoken(model.names[score.features[at]]) for _, at in reasons}
    assert named & {"不会缺", "都不会缺", "〔亏〕", "老本", "一个子儿", "〔钱〕"}


def test_the_shipped_pack_is_for_quality_assurance(similar: Pack) -> None:
    assert len(similar.rules) == 18
    for rule in similar.rules:
        assert isinstance(rule.match, ex.Similar)
        assert rule.severity in ("medium", "low")
        assert "相似度模型" in note(model_for(similar.file), rule.category)


def test_its_examples_come_out_as_it_says(similar: Pack) -> None:
    assert [str(failure) for failure in prove(similar)] == []


def test_every_claimed_precision_is_high(similar: Pack) -> None:
    card = model_for(similar.file).card
    claimed = [one for one in card.qualities if one.raised]
    assert len(claimed) >= 15
    assert all(one.precision >= PRECISION for one in claimed)


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ("{similar: guaranted_return}", "unknown category 'guaranted_return'"),
        ("{similar: {category: off_platform, over: 1.5}}", "at most 1"),
        ("{similar: {category: off_platform, under: 1}}", "unknown field 'under'"),
        ("{similar: {over: 0.5}}", "category is missing"),
    ],
)
def test_mistakes_in_the_operator(match: str, message: str) -> None:
    text = PACK.split("    match:")[0].format(severity="low") + f"    match: {match}\n"
    with pytest.raises(BadLexicon, match=message):
        pack_from(text)


def test_the_short_form_takes_the_threshold_of_the_model() -> None:
    text = PACK.split("    match:")[0].format(severity="low") + "    match: {similar: off_platform}"
    (rule,) = pack_from(text).rules
    assert rule.match == ex.Similar(category="off_platform", line=rule.match.line)


def test_a_pack_asks_for_the_model_when_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "demo.yaml"
    path.write_text(PACK.format(severity="low"), encoding="utf-8")
    load_pack(path)
    (tmp_path / "similar").mkdir()
    (tmp_path / "similar" / "model.npz").write_bytes(b"no model")
    with pytest.raises(BadLexicon, match="not a similarity model"):
        load_pack(path)
    assert load_pack(path, models=False).rules


def test_the_same_call_gives_the_same_alerts() -> None:
    once = judged(LIKE, CALL, (demo(),), Role.AGENT)
    again = judged(LIKE, CALL, (replace(demo()),), Role.AGENT)
    assert once == again


def test_characters_at_random_are_no_speech() -> None:
    model = model_for(str(LEXICONS / "similar.yaml"))
    common = [chr(code) for code in range(0x4E00, 0x4E00 + 600)]
    draw = random.Random(3)
    noise = "".join(draw.choices(common, k=2_000))
    speech = "您这笔钱放在我们这里每个月十五号利息准时到账有什么问题您随时给我打电话" * 20
    assert model.senseless(noise)
    assert not model.senseless(noise[:400])
    assert not model.senseless(speech)


def test_words_are_found_in_nonsense() -> None:
    common = [chr(code) for code in range(0x4E00, 0x4E00 + 600)]
    draw = random.Random(3)
    noise = "".join(draw.choices(common, k=1_800))
    packs = (load_pack(LEXICONS / "base.yaml"), load_pack(LEXICONS / "similar.yaml"))
    found = alerts(judged(f"{noise[:900]}百分百保本{noise[900:]}", CALL, packs, Role.AGENT))
    assert "guaranteed_return" in {one.category for one in found}
