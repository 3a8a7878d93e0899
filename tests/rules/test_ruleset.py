from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from monitor.rules.ruleset import RuleSet, known_industry
from tests.rules.judging import call, disclosures, judge, pack, rule, run, said

BASE = pack(
    "rules:\n"
    + rule("百分百保本")
    + rule("稳赚不赔", "    when: {industry: [wealth]}\n", identifier="two")
    + rule("包赚钱", "    when: {not_product: [deposit]}\n", identifier="three")
    + rule("铁赚钱", "    when: {business: [collection]}\n", identifier="four")
    + rule("准赚钱", "    when: {meta: {level: vip}}\n", identifier="five")
    + """
disclosures:
  - {id: company, category: missing_company, title: 名称, kind: opening, deadline_s: 9,
     severity: high, prompt: 请说明名称, satisfied_by: [江海银行]}
"""
)


def names(**fields: object) -> list[str]:
    rules = RuleSet.for_call((BASE,), call(**fields))
    return [law.head.rule.removeprefix("tiny/") for law in rules.rules]


def test_rules_apply_by_the_call() -> None:
    assert names() == ["one", "three"]
    assert names(industry="wealth") == ["one", "two", "three"]
    assert names(product="deposit") == ["one"]
    assert names(business="collection") == ["one", "three", "four"]
    assert names(meta={"level": "vip"}) == ["one", "three", "five"]


def test_an_unknown_industry_is_other() -> None:
    assert known_industry("selling-things") == "other"
    assert RuleSet.for_call((BASE,), call(industry="selling-things")).industry == "other"


def test_compiled_once_for_calls_that_are_alike() -> None:
    first = RuleSet.for_call((BASE,), call())
    assert RuleSet.for_call((BASE,), call(agent="8012")) is first
    assert RuleSet.for_call((BASE,), call(industry="wealth")) is not first
    assert RuleSet.for_call((BASE,), call(company="江海银行")) is not first


def test_calls_with_and_without_a_name_look_for_the_same_phrases() -> None:
    unnamed = RuleSet.for_call((BASE,), call())
    named = RuleSet.for_call((BASE,), call(company="江海银行"))
    assert named.matcher is unnamed.matcher


def test_calls_of_a_new_kind_that_begin_together_compile_it_once() -> None:
    packs = (pack("rules:\n" + rule("百分百保本")),)
    together = Barrier(8)

    def begin(_: int) -> RuleSet:
        together.wait()
        return RuleSet.for_call(packs, call())

    with ThreadPoolExecutor(8) as threads:
        assert len({id(one) for one in threads.map(begin, range(8))}) == 1


def test_packs_are_chosen_by_industry() -> None:
    loan = pack("rules:\n" + rule("黑户也能贷")).__class__
    assert loan is type(BASE)
    chosen = RuleSet.for_call((BASE,), call(industry="loan")).packs
    assert [one.name for one in chosen] == ["tiny@1"]


def test_a_later_pack_replaces_a_disclosure_of_the_same_id() -> None:
    stricter = pack(
        """
disclosures:
  - {id: company, category: missing_company, title: 全称, kind: opening, deadline_s: 9,
     severity: high, prompt: 请说明全称, satisfied_by: [江海银行股份有限公司]}
"""
    )
    judged = judge((BASE, stricter))
    assert disclosures(run(judged, said("江海银行", 1, 2), until=20)) == ["company missed"]
