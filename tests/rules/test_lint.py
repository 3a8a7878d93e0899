from __future__ import annotations

import pytest

from monitor.rules.lint import Advice, lint
from monitor.rules.load import pack_from

GOOD = """pack: demo
version: 1
title: 演示
industries: all
rules:
  - id: promise
    category: guaranteed_return
    title: 承诺保本
    severity: critical
    basis: [{cite: 《广告法》第二十五条, status: law}]
    advice: 这款产品不保本
    match: [百分百保本]
    examples: {violation: [百分百保本的], fine: [不是百分百保本的]}
"""


def advice(text: str) -> list[Advice]:
    return lint(pack_from(text))


def codes(text: str) -> list[str]:
    return [one.code for one in advice(text)]


def test_a_good_pack_has_no_remarks() -> None:
    assert advice(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (", fine: [不是百分百保本的]", "", "no_example"),
        ("violation: [百分百保本的], ", "", "no_example"),
        ("    basis: [{cite: 《广告法》第二十五条, status: law}]\n", "", "no_basis"),
        ("status: law", "status: unverified", "unverified_basis"),
        ("status: law", "status: draft", "unverified_basis"),
        ("    advice: 这款产品不保本\n", "", "no_advice"),
        ("[百分百保本]", "[百分百保本, 第一]", "common_word"),
        ("[百分百保本]", "[百分百保本, 辈子]", "in_word"),
        ("rules:", "lists: {词: [保本]}\nrules:", "unused_list"),
    ],
)
def test_remarks(old: str, new: str, code: str) -> None:
    assert old in GOOD
    assert codes(GOOD.replace(old, new)) == [code]


def test_a_remark_names_line_and_rule() -> None:
    (one,) = advice(GOOD.replace("[百分百保本]", "[百分百保本, 第一]"))
    assert (one.level, one.line, one.rule) == ("warning", 12, "promise")
    assert "第一" in one.message


def test_the_same_phrase_in_two_rules() -> None:
    second = GOOD[GOOD.index("  - id") :].replace("promise", "again").replace("[百分百", "[百分百")
    (one,) = advice(GOOD + second)
    assert (one.code, one.rule, one.line) == ("duplicate_phrase", "again", 20)
    assert "shares 百分百保本 with promise (line " in one.message
    assert codes(GOOD + second.replace("match: [", "role: customer\n    match: [")) == []


def test_disclosures_and_signals() -> None:
    text = """pack: demo
version: 1
title: 演示
industries: all
disclosures:
  - id: company
    category: missing_company
    title: 公司名称
    kind: opening
    deadline_s: 30
    prompt_at_s: 29
    prompt: 请说明公司名称
    severity: high
    basis: [{cite: 企业内控, status: house_policy}]
    satisfied_by: "{company}"
    examples: {met: [我是江海银行的]}
signals:
  - {id: opt-out, signal: opt_out, match: 别打了, examples: {signal: [别打了], fine: [打吧]}}
"""
    assert codes(text) == ["late_prompt", "no_example"]
