from __future__ import annotations

import pytest

from monitor.rules.examples import turns, utterances
from monitor.types import Role

A, C = Role.AGENT, Role.CUSTOMER


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("您好", [(A, "您好")]),
        ("客：保本吗 / 坐：对", [(C, "保本吗"), (A, "对")]),
        ("客户:保本吗/坐席:对", [(C, "保本吗"), (A, "对")]),
        ("年化7/10左右", [(A, "年化7/10左右")]),
        ("客：/ 坐：对", [(A, "对")]),
    ],
)
def test_turns(text: str, spoken: list[tuple[Role, str]]) -> None:
    assert turns(text) == spoken


def test_the_default_speaker() -> None:
    assert turns("别再打了", C) == [(C, "别再打了")]


def test_utterances_follow_one_another() -> None:
    heard = utterances([(C, "保本吗"), (A, "对的您放心")])
    assert [one.channel for one in heard] == [C, A]
    assert heard[0].end < heard[1].start
    assert heard[1].end - heard[1].start == pytest.approx(1.0)
