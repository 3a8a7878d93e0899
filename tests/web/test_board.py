from __future__ import annotations

import asyncio

from monitor.events import CallEnded, CallStarted, Disclosure, Prompt, Utterance
from monitor.types import Role
from monitor.web.board import Board, Outbox
from tests.web.scripted import alert

CALL = CallStarted(call="c1", team="south", agent="8012")


def words(segment: int, text: str) -> Utterance:
    return Utterance(
        call="c1", channel=Role.AGENT, start=0.0, end=1.0, text=text, segment=segment, final=False
    )


def test_the_latest_of_a_subject_wins() -> None:
    outbox = Outbox(10)
    for event in (words(1, "您"), words(2, "再见"), words(1, "您好")):
        outbox.put(event)
    assert outbox.take() == ([words(2, "再见"), words(1, "您好")], 0)
    assert outbox.take() == ([], 0)


def test_the_oldest_gives_way_and_is_counted() -> None:
    outbox = Outbox(2)
    for n in range(5):
        outbox.put(words(n, "好"))
    assert outbox.take() == ([words(3, "好"), words(4, "好")], 3)


def test_a_new_screen_sees_what_is_true_now() -> None:
    board, wake = Board(), asyncio.Event()
    met = Disclosure(call="c1", item="company", state="met", at=2.0)
    shown = Prompt(call="c1", text="请说明来意", reason="purpose", state="shown")
    other = Prompt(call="c1", text="请告知录音", reason="recording", state="shown")
    pending = Disclosure(call="c1", item="company", state="pending", at=0.0)
    board.hear(CALL, [CALL, pending, shown, other, words(1, "好")])
    board.hear(CALL, [met, Prompt(call="c1", text="", reason="purpose", state="cleared")])
    with board.shown(team="south", agent=None, bound=9, wake=wake) as outbox:
        assert wake.is_set()
        news, _ = outbox.take()
    assert sorted(news, key=repr) == sorted([CALL, met, other], key=repr)
    board.hear(CALL, [CallEnded(call="c1", at=9.0)])
    assert board.calls == 0
    with board.shown(team="south", agent=None, bound=9, wake=wake) as outbox:
        assert outbox.take() == ([], 0)


def test_news_goes_to_its_team_and_agent() -> None:
    board = Board()
    wakes = [asyncio.Event() for _ in range(4)]
    shown = Prompt(call="c1", text="请说明来意", reason="purpose", state="shown")
    with (
        board.shown(team="south", agent=None, bound=9, wake=wakes[0]) as team,
        board.shown(team="south", agent="8012", bound=9, wake=wakes[1]) as mine,
        board.shown(team="south", agent="9", bound=9, wake=wakes[2]) as colleague,
        board.shown(team="north", agent=None, bound=9, wake=wakes[3]) as foreign,
    ):
        board.hear(CALL, [CALL, words(1, "好"), shown, alert("c1", 1)])
        assert team.take()[0] == [CALL, words(1, "好"), shown]
        assert mine.take()[0] == [CALL, shown]
        assert colleague.take()[0] == foreign.take()[0] == []
