from __future__ import annotations

import numpy as np

from monitor.clock import VirtualClock
from monitor.events import (
    CallEnded,
    CallStarted,
    Coverage,
    Disclosure,
    Prompt,
    Signal,
    Utterance,
)
from monitor.types import Role
from monitor.web.loudness import Sound, loudness
from monitor.web.wall_cards import Wall
from tests.web.conftest import House, hear, say

CALL = CallStarted(call="c1", team="south", agent="8012", aliases=("江海银行",))
LOUD = np.full(1600, 8000, np.int16)
SILENT = np.zeros(1600, np.int16)


def said(text: str, **more: object) -> Utterance:
    fields: dict[str, object] = {"channel": Role.AGENT, "start": 0.0, "end": 1.0, "segment": 1}
    return Utterance(call="c1", text=text, **(fields | more))  # type: ignore[arg-type]


def test_a_card_is_the_newest_state() -> None:
    wall = Wall(VirtualClock())
    with wall.shown("south") as screen:
        wall.hear(CALL, [CALL, said("您"), said("您好")])
        wall.hear(
            CALL,
            [
                Disclosure(call="c1", item="purpose", state="pending", at=0.0, deadline=30.0),
                Disclosure(call="c1", item="company", state="met", at=3.0, deadline=30.0),
                Disclosure(call="c1", item="price", state="pending", at=3.0),
                Coverage(call="c1", channel=Role.AGENT, state="gap", start=4.0, end=5.5),
                Signal(call="c1", signal="opt_out"),
                Signal(call="c1", signal="opt_out"),
                Prompt(call="c1", text="请说明来意", reason="missing_purpose", state="shown"),
                said("嗯", suppressed="no_speech"),
            ],
        )
        (card,) = screen.take()
        assert (card.agent, card.company, card.gap_s) == ("8012", "江海银行", 1.5)
        assert [(item.item, item.state) for item in card.items] == [
            ("company", "met"),
            ("purpose", "pending"),
        ]
        assert card.words is not None
        assert (card.words.text, card.signals, card.prompt) == ("您好", ("opt_out",), "请说明来意")
        assert screen.take() == []
        wall.hear(CALL, [Coverage(call="c1", channel=Role.AGENT, state="silence", start=6, end=7)])
        assert screen.take() == []
        wall.hear(CALL, [CallEnded(call="c1", at=9.0, reason="hangup")])
        assert screen.take()[0].ended == "hangup"
    assert wall.started("south", "c1") is None


def test_teams_do_not_see_each_other() -> None:
    wall = Wall(VirtualClock())
    with wall.shown("north") as screen:
        wall.hear(CALL, [CALL])
        assert (screen.take(), wall.levels("north")) == ([], {})
        assert wall.started("north", "c1") is None


def test_loudness_fades_and_a_call_without_sound_says_so() -> None:
    clock = VirtualClock()
    wall = Wall(clock)
    wall.hear(CALL, [CALL])
    with wall.shown("south"):
        wall.sound("south", "c1", Role.AGENT, LOUD, 16000)
        wall.sound("south", "c1", Role.CUSTOMER, SILENT, 16000)
        heard, agent, customer, stalled = wall.levels("south")["c1"]
        assert (heard, customer, stalled) == (0.1, 0, 0)
        assert agent > 5
        clock.advance(3)
        assert wall.levels("south")["c1"] == (0.1, 0, 0, 1)
    wall.sound("south", "nobody", Role.AGENT, SILENT, 16000)
    assert wall.heard_s("south", "c1") == 0.1
    assert wall.of_agent("south", "8012") == [("c1", 0.1)]


def test_loudness_is_not_measured_for_nobody() -> None:
    clock = VirtualClock()
    wall = Wall(clock)
    wall.hear(CALL, [CALL])
    for _ in range(30):
        wall.sound("south", "c1", Role.AGENT, LOUD, 16000)
    assert wall.levels("south")["c1"] == (3.0, 0, 0, 0)
    with wall.shown("south"):
        wall.sound("south", "c1", Role.AGENT, LOUD, 16000)
        assert wall.levels("south")["c1"][1] > 5


def test_loudness_is_that_of_the_loudest_since_the_last_look() -> None:
    sound = Sound()
    for samples in (SILENT, LOUD, SILENT):
        sound.add(samples, 0.1)
    loud = sound.level(1.0)
    sound.add(SILENT, 0.1)
    assert sound.level(1.1) == loud  # too soon to look again
    assert sound.level(1.3) < loud
    for samples in (LOUD, *[SILENT] * 8):
        sound.add(samples, 0.1)
    sound.level(2.0)
    sound.add(SILENT, 0.1)
    assert sound.level(3.0) == 0


def test_loudness_is_by_decibels() -> None:
    levels = [loudness(np.full(80, peak, np.int16)) for peak in (0, 30, 300, 3000, 32767, -32768)]
    assert levels[0] == 0
    assert levels == sorted(levels)
    assert levels[-1] == 9


async def test_the_socket_sends_cards_and_the_words_of_the_opened_call(house: House) -> None:
    await house.state.desk.publish(CALL, [CALL])
    async with house.socket("/ws/wall") as wall:
        await say(wall, type="hello", token=house.token("supervisor", "south"))
        assert (await hear(wall))["type"] == "welcome"
        first = [await hear(wall) for _ in range(3)]
        assert [each["type"] for each in first] == ["card", "levels", "health"]
        assert list(first[1]["calls"]) == ["c1"]
        await house.state.desk.publish(CALL, [said("没打开的通话")])
        await say(wall, type="open", call="c1")
        while (message := await hear(wall))["type"] != "opened":
            assert message["type"] in ("card", "levels", "health")
        await house.state.desk.publish(CALL, [said("您好", segment=2)])
        while (message := await hear(wall))["type"] != "utterance":
            assert message["type"] in ("card", "levels", "health", "call.started")
        assert message["text"] == "您好"


async def test_a_wall_says_how_far_behind_its_own_team_is(house: House) -> None:
    house.host.behind |= {"north": 40.0, "south": 3.0}
    for team, behind_s in (("south", 3.0), ("north", 40.0), ("east", 0.0)):
        async with house.socket("/ws/wall") as wall:
            await say(wall, type="hello", token=house.token("supervisor", team))
            while (message := await hear(wall))["type"] != "health":
                pass
        assert (message["live"], message["behind_s"]) == (0, behind_s)
