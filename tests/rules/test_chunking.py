"""However a recogniser cuts what is said into utterances, the judgement is the same.

What comes after a phrase cannot take back an alert that an earlier utterance has already
confirmed; so the context that varies here stands before the phrase, as the cut may fall anywhere.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.events import Utterance
from tests.rules.judging import alerts, judge, rules, run, said

PACE_S = 0.25
"""Seconds for a character."""

SURE = rules("['百分百[是]保本', 稳赚不赔, 肯定~3不会亏, '{percent}的收益']")

PARTS = (
    "您好这里是江海银行",
    "这款产品",
    "但是我们不能承诺",
    "而且不是说",
    "百分百保本",
    "百分之百呢是保本的",
    "稳赚不赔",
    "肯定是那个不会亏",
    "八个点的收益",
    "不过您之前听人说",
    "期限是九十天",
    "嗯那个",
)

SPOKEN = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join)
CUTS = st.sets(st.integers(1, 60), max_size=6)


def cut(text: str, places: set[int]) -> list[Utterance]:
    """The text as utterances that follow each other without a pause."""
    edges = [0, *sorted(at for at in places if at < len(text)), len(text)]
    return [
        said(text[low:high], 1 + low * PACE_S, 1 + high * PACE_S)
        for low, high in zip(edges, edges[1:], strict=False)
    ]


def judged(heard: list[Utterance]) -> list[tuple[str, str]]:
    """What was raised. Of several phrases in one utterance the surest is quoted, so that quotes
    may differ: the others are evidence of the same incident."""
    found = alerts(run(judge(SURE), *heard, until=600))
    return [(one.category, one.state) for one in found]


@settings(max_examples=150)
@given(SPOKEN, CUTS)
def test_any_cut_gives_the_same_alerts(text: str, places: set[int]) -> None:
    assert judged(cut(text, places)) == judged(cut(text, set()))


def test_every_single_cut_of_a_phrase() -> None:
    text = "这款产品百分之百呢是保本的期限是九十天"
    for at in range(1, len(text)):
        [alert] = alerts(run(judge(SURE), *cut(text, {at}), until=60))
        assert (alert.quote, round(alert.start, 2)) == ("百分之百呢是保本", 2.0)
