from __future__ import annotations

from monitor.rules.pack import Pack
from monitor.rules.proof import count, prove
from tests.rules.judging import pack, rule

EXAMPLES = """
    examples:
      violation: [百分百保本的, "客：百分百保本吧 / 坐：对", 这里什么也没有]
      fine: [我们不承诺百分百保本, 就是百分百保本]
"""

GOOD_AND_BAD = pack(
    "rules:\n"
    + rule("百分百保本", EXAMPLES)
    + """
signals:
  - id: no
    signal: opt_out
    match: [别再打了]
    examples: {signal: [别再打了, 好的], fine: [您好]}
states:
  - id: pestering
    category: pestering
    severity: high
    after: {signal: opt_out, turns: 3}
    match: [听我说完]
    examples: {violation: ["客：别再打了 / 坐：您听我说完"], fine: [您听我说完]}
disclosures:
  - id: price
    category: missing_price
    title: 价格
    kind: before_close
    severity: high
    prompt: 请说明价格
    trigger: [给您办理]
    satisfied_by: [每月三百元]
    examples: {met: [每月三百元, 很便宜], not_met: [价格您放心]}
"""
)


def failed(one: Pack) -> list[tuple[str, str]]:
    return [(failure.rule, failure.example) for failure in prove(one)]


def test_what_does_not_come_out_as_the_pack_says() -> None:
    assert failed(GOOD_AND_BAD) == [
        ("one", "这里什么也没有"),
        ("one", "就是百分百保本"),
        ("no", "好的"),
        ("price", "很便宜"),
    ]


def test_a_failure_says_where() -> None:
    first = next(iter(prove(GOOD_AND_BAD)))
    assert str(first) == "<text>:6: one: no alert for the violation: 这里什么也没有"


def test_count() -> None:
    assert count(GOOD_AND_BAD) == 13
