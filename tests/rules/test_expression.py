from __future__ import annotations

from typing import Any

import pytest

from monitor.types import Role
from tests.rules.judging import alerts, call, dialogue, judge, pack, quotes, rules, run, said

C = Role.CUSTOMER


@pytest.mark.parametrize(
    ("match", "text", "hit"),
    [
        ("[甲乙丙, 丁戊己]", "这是丁戊己的", True),
        ("{any: [甲乙丙, 丁戊己]}", "这是甲乙丙的", True),
        ("{all: [甲乙丙, 丁戊己]}", "甲乙丙和丁戊己", True),
        ("{all: [甲乙丙, 丁戊己]}", "甲乙丙和别的", False),
        ("{all: [甲乙丙, {none: [丁戊己]}]}", "甲乙丙", True),
        ("{all: [甲乙丙, {none: [丁戊己]}]}", "甲乙丙丁戊己", False),
        ("{n_of: {n: 2, of: [甲乙丙, 丁戊己, 庚辛壬]}}", "甲乙丙有庚辛壬", True),
        ("{n_of: {n: 2, of: [甲乙丙, 丁戊己, 庚辛壬]}}", "庚辛壬庚辛壬", False),
        ("{n_of: {n: 3, of: [甲乙丙, 丁戊己], weights: [1, 2]}}", "甲乙丙有丁戊己", True),
        ("{n_of: {n: 2, of: [甲乙丙, 丁戊己], weights: [1, 2]}}", "只有丁戊己", True),
        ("{n_of: {n: 2, of: [甲乙丙, 丁戊己], weights: [1, 2]}}", "只有甲乙丙", False),
        ("{short: 4, of: 甲乙丙}", "甲乙丙。", True),
        ("{short: 4, of: 甲乙丙}", "甲乙丙是别的", False),
        ("{near: [甲乙丙, 丁戊己], within: 2}", "丁戊己在后甲乙丙", True),
        ("{near: [甲乙丙, 丁戊己], within: 2}", "丁戊己远远在后甲乙丙", False),
        ("{ordered: [甲乙丙, 丁戊己], within: 4}", "甲乙丙在前丁戊己", True),
        ("{ordered: [甲乙丙, 丁戊己], within: 4}", "丁戊己在前甲乙丙", False),
        ("{in: clause, of: {all: [甲乙丙, 丁戊己]}}", "甲乙丙，丁戊己", False),
        ("{in: clause, of: {all: [甲乙丙, 丁戊己]}}", "这里，甲乙丙丁戊己", True),
        ("{in: utterance, of: {all: [甲乙丙, 丁戊己]}}", "甲乙丙，丁戊己", True),
        ("{all: [甲乙丙, {industry: [wealth]}]}", "甲乙丙", False),
        ("{all: [甲乙丙, {industry: [other]}]}", "甲乙丙", True),
        ("{all: [甲乙丙, {product: [fund]}]}", "甲乙丙", False),
        ("{all: [甲乙丙, {meta: {level: vip}}]}", "甲乙丙", False),
    ],
)
def test_in_one_utterance(match: str, text: str, hit: bool) -> None:
    assert bool(quotes(dialogue(rules(match), text))) is hit


def test_facts_of_the_call() -> None:
    one = rules("{all: [甲乙丙, {product: [fund]}, {meta: {level: vip}}]}")
    assert quotes(dialogue(one, "甲乙丙", product="fund", meta={"level": "vip"})) == ["甲乙丙"]


@pytest.mark.parametrize(
    ("company", "hit"),
    [("江海银行股份有限公司", False), ("安顺财产保险有限公司", True), ("", True)],
)
def test_the_kind_of_the_registered_company(company: str, hit: bool) -> None:
    one = rules("甲乙丙", "    unless: [{meta: {company_kind: bank}}]\n")
    assert bool(alerts(dialogue(one, "甲乙丙", company=company))) is hit


def test_metadata_of_the_call_overrules_the_name() -> None:
    one = rules("{all: [甲乙丙, {meta: {company_kind: bank}}]}")
    events = dialogue(one, "甲乙丙", company="江海集团", meta={"company_kind": "bank"})
    assert quotes(events) == ["甲乙丙"]


ANCHORED = """
rules:
  - {id: first, category: absolute_claim, title: 先, severity: low, match: 甲乙丙}
  - id: then
    category: guaranteed_return
    title: 后
    severity: low
    match: {MATCH}
signals:
  - {id: no, signal: opt_out, strength: strong, match: [别再打了]}
"""


@pytest.mark.parametrize(
    ("match", "text", "hit"),
    [
        ("{after: first, within_s: 60, of: 丁戊己}", "坐：甲乙丙 / 坐：丁戊己", True),
        ("{after: tiny/first, turns: 2, of: 丁戊己}", "坐：甲乙丙 / 坐：丁戊己", True),
        ("{after: first, within_s: 60, of: 丁戊己}", "坐：丁戊己 / 坐：甲乙丙", False),
        ("{before: first, within_s: 60, of: 丁戊己}", "坐：丁戊己 / 坐：甲乙丙", True),
        ("{not_said: 丁戊己, before: first}", "坐：好 / 坐：甲乙丙", True),
        ("{not_said: 丁戊己, before: first}", "坐：丁戊己 / 坐：甲乙丙", False),
        ("{after: opt_out, within_s: 60, of: 丁戊己}", "客：别再打了 / 坐：丁戊己", True),
        (
            "{after: {signal: opt_out, strength: [weak]}, within_s: 60, of: 丁戊己}",
            "客：别再打了 / 坐：丁戊己",
            False,
        ),
    ],
)
def test_another_rule_or_a_signal_as_anchor(match: str, text: str, hit: bool) -> None:
    found = alerts(dialogue(pack(ANCHORED.replace("{MATCH}", match)), text))
    assert any(one.category == "guaranteed_return" for one in found) is hit


@pytest.mark.parametrize(("asked", "hit"), [("等一下", False), ("你说什么", True)])
def test_a_customer_who_asks_to_wait_excuses_silence(asked: str, hit: bool) -> None:
    more = "    unless: {recent: {role: customer, of: [等一下], within_s: 60}}\n"
    judged = judge(rules("{silence: {over_s: 15}}", more))
    assert bool(alerts(run(judged, said(asked, 0, 2, C), until=40))) is hit


def test_the_quote_spans_what_was_found() -> None:
    one = rules("{near: [甲乙丙, 丁戊己], within: 4}")
    assert quotes(dialogue(one, "好，丁戊己，那甲乙丙吧")) == ["丁戊己，那甲乙丙"]


@pytest.mark.parametrize(
    ("match", "turns", "hit"),
    [
        (
            "{window: {seconds: 20}, of: {all: [甲乙丙, 丁戊己]}}",
            [(0, "甲乙丙"), (15, "丁戊己")],
            True,
        ),
        (
            "{window: {seconds: 5}, of: {all: [甲乙丙, 丁戊己]}}",
            [(0, "甲乙丙"), (15, "丁戊己")],
            False,
        ),
        (
            "{window: {turns: 2}, of: {all: [甲乙丙, 丁戊己]}}",
            [(0, "甲乙丙"), (15, "丁戊己")],
            True,
        ),
        (
            "{window: {turns: 2}, of: {all: [甲乙丙, 丁戊己]}}",
            [(0, "甲乙丙"), (9, "好的"), (15, "丁戊己")],
            False,
        ),
        (
            "{window: {seconds: 60}, of: {all: [甲乙丙, {none: [丁戊己]}]}}",
            [(0, "丁戊己"), (9, "甲乙丙")],
            False,
        ),
        ("{said: 甲乙丙, times: 2, within_s: 60}", [(0, "甲乙丙"), (30, "甲乙丙")], True),
        ("{said: 甲乙丙, times: 2, within_s: 10}", [(0, "甲乙丙"), (30, "甲乙丙")], False),
        ("{said: 甲乙丙, times: 2, within_s: 60}", [(0, "甲乙丙和甲乙丙")], True),
        ("{first_s: 30, of: 甲乙丙}", [(10, "甲乙丙")], True),
        ("{first_s: 30, of: 甲乙丙}", [(31, "甲乙丙")], False),
        ("{after: 丁戊己, within_s: 20, of: 甲乙丙}", [(0, "丁戊己"), (10, "甲乙丙")], True),
        ("{after: 丁戊己, within_s: 5, of: 甲乙丙}", [(0, "丁戊己"), (10, "甲乙丙")], False),
        ("{after: 丁戊己, of: 甲乙丙}", [(0, "甲乙丙"), (10, "丁戊己")], False),
        (
            "{after: 丁戊己, turns: 1, of: 甲乙丙}",
            [(0, "丁戊己"), (9, "好"), (10, "甲乙丙")],
            False,
        ),
        ("{before: 丁戊己, within_s: 20, of: 甲乙丙}", [(0, "甲乙丙"), (10, "丁戊己")], True),
        ("{before: 丁戊己, within_s: 5, of: 甲乙丙}", [(0, "甲乙丙"), (10, "丁戊己")], False),
        ("{not_said: 甲乙丙, before: 丁戊己}", [(0, "好"), (10, "丁戊己")], True),
        ("{not_said: 甲乙丙, before: 丁戊己}", [(0, "甲乙丙"), (10, "丁戊己")], False),
    ],
)
def test_over_the_call(match: str, turns: list[tuple[float, str]], hit: bool) -> None:
    judged = judge(rules(match))
    heard = [said(text, at, at + 2) for at, text in turns]
    assert bool(alerts(run(judged, *heard))) is hit


@pytest.mark.parametrize(
    ("match", "turns", "until", "start"),
    [
        ("{not_said: 甲乙丙, by_s: 30}", [(0.0, "好")], 40.0, 30.0),
        ("{not_said: 甲乙丙, by_s: 30}", [(0.0, "甲乙丙")], 40.0, None),
        ("{not_said: 甲乙丙, by_s: 30}", [(0.0, "好")], 20.0, None),
        ("{not_said: 甲乙丙, after: 丁戊己, within_s: 9}", [(0.0, "丁戊己")], 40.0, 11.0),
        (
            "{not_said: 甲乙丙, after: 丁戊己, within_s: 9}",
            [(0.0, "丁戊己"), (5.0, "甲乙丙")],
            40.0,
            None,
        ),
        ("{last_s: 20, of: 甲乙丙}", [(30.0, "甲乙丙")], 40.0, 30.0),
        ("{last_s: 20, of: 甲乙丙}", [(3.0, "甲乙丙")], 40.0, None),
        ("{silence: {over_s: 15}}", [(0.0, "好"), (30.0, "好")], 31.0, 2.0),
        ("{silence: {over_s: 15}}", [(0.0, "好"), (10.0, "好")], 15.0, None),
    ],
)
def test_what_time_meets(
    match: str, turns: list[tuple[float, str]], until: float, start: float | None
) -> None:
    judged = judge(rules(match))
    heard = [said(text, at, at + 2) for at, text in turns]
    found = alerts(run(judged, *heard, until=until))
    assert [alert.start for alert in found] == ([] if start is None else [start])


def test_each_silence_is_told_once() -> None:
    judged = judge(rules("{silence: {over_s: 15}}"))
    events = [*run(judged, said("好", 0, 2)), *judged.advance(20), *judged.advance(30)]
    assert len(alerts(events)) == 1


def test_the_agent_of_a_customers_phrase() -> None:
    one = rules("{all: [{role: customer, of: 甲乙丙}, 丁戊己]}")
    assert alerts(dialogue(one, "客：甲乙丙 / 坐：丁戊己")) == []
    windowed = rules("{window: {turns: 2}, of: {all: [{role: customer, of: 甲乙丙}, 丁戊己]}}")
    assert quotes(dialogue(windowed, "客：甲乙丙 / 坐：丁戊己")) == ["甲乙丙……丁戊己"]


def test_recent_cancels() -> None:
    more = "    unless: {recent: {role: customer, of: [等一下], within_s: 60}}\n"
    one = rules("甲乙丙", more)
    assert alerts(dialogue(one, "客：等一下 / 坐：甲乙丙")) == []
    assert alerts(dialogue(one, "坐：甲乙丙"))


@pytest.mark.parametrize(
    ("text", "hit"),
    [("甲乙丙丁戊己", False), ("甲乙丙，丁戊己", True), ("甲乙丙" + "一" * 16 + "丁戊己", True)],
)
def test_unless_in_the_same_clause(text: str, hit: bool) -> None:
    one = rules("甲乙丙", "    unless: [丁戊己]\n")
    assert bool(alerts(dialogue(one, text))) is hit


def test_unless_in_the_utterance() -> None:
    one = rules("甲乙丙", "    unless: {in: utterance, of: [丁戊己]}\n")
    assert alerts(dialogue(one, "甲乙丙，" + "一" * 30 + "丁戊己")) == []


def overlapping(*spans: tuple[Role, float, float]) -> list[Any]:
    return [said("一二三四五六七八九十", start, end, role) for role, start, end in spans]


@pytest.mark.parametrize(
    ("match", "heard", "hit"),
    [
        ("{speech_rate: {over_cpm: 320, min_chars: 8}}", [(Role.AGENT, 0, 1)], True),
        ("{speech_rate: {over_cpm: 320, min_chars: 20}}", [(Role.AGENT, 0, 1)], False),
        ("{speech_rate: {over_cpm: 320, min_chars: 8}}", [(Role.AGENT, 0, 3)], False),
        ("{speech_rate: {over_cpm: 320, min_chars: 8}}", [(C, 0, 1)], False),
        ("{talk_over: {over_s: 1.5}}", [(C, 0, 6), (Role.AGENT, 3, 8)], True),
        ("{talk_over: {over_s: 1.5}}", [(Role.AGENT, 0, 6), (C, 3, 8)], False),
        ("{talk_over: {over_s: 1.5}}", [(C, 0, 4), (Role.AGENT, 3, 8)], False),
        ("{talk_over: {over_s: 1.5}}", [(Role.AGENT, 3, 5.5), (C, 0, 6)], True),
        (
            "{interruption: {times: 2, within_s: 60}}",
            [(C, 0, 6), (Role.AGENT, 5, 8), (C, 10, 16), (Role.AGENT, 15, 18)],
            True,
        ),
        ("{interruption: {times: 2, within_s: 60}}", [(C, 0, 6), (Role.AGENT, 5, 8)], False),
    ],
)
def test_how_people_talk(match: str, heard: list[tuple[Role, float, float]], hit: bool) -> None:
    judged = judge(rules(match), call())
    events = [event for one in overlapping(*heard) for event in judged.hear(one)]
    assert bool(alerts(events)) is hit
