from __future__ import annotations

import json
from contextlib import ExitStack

import numpy as np
import pytest

from monitor.clock import VirtualClock
from monitor.errors import Overloaded
from monitor.events import CallEnded, CallStarted
from monitor.types import Role
from monitor.web.ears import HELD_S, MOST_EARS, Ear, piece
from monitor.web.wall_cards import Wall
from tests.web.conftest import House, chunk, closed_with, hear, say, until

CALL = CallStarted(call="c1", team="south", agent="8012")


def test_an_ear_holds_some_seconds_and_says_what_gave_way() -> None:
    ear = Ear("chen.fang")
    for number in range(int(HELD_S) + 3):
        ear.put(bytes([number]), 1.0)
    sounds, skipped = ear.take()
    assert (sounds[0], len(sounds), skipped) == (b"\x03", HELD_S, 3)
    assert ear.take() == ([], 0)


def test_a_piece_names_its_role_and_rate() -> None:
    sound = piece(Role.CUSTOMER, np.array([1, -2], np.int16), 16000)
    assert sound == b"\x01\x00\x80\x3e\x01\x00\xfe\xff"


async def test_the_sound_of_a_live_call_is_heard_until_it_is_over(house: House) -> None:
    ingest, supervisor = house.token("ingest", "south"), house.token("supervisor", "south")
    async with (
        house.source(ingest, "c1") as source,
        house.socket("/ws/calls/c1/sound") as ear,
    ):
        await say(ear, type="hello", token=supervisor)
        assert (await hear(ear))["type"] == "welcome"
        with house.state.wall.shown("south") as screen:
            assert len(screen.take()[0].listeners) == 1
        await source.send(chunk(0, samples=800))
        heard = await ear.recv()
        assert isinstance(heard, bytes)
        assert (heard[0], int.from_bytes(heard[2:4], "little"), len(heard)) == (0, 8000, 1604)
        await say(source, type="end", reason="hangup")
        assert (await closed_with(ear))[0] == 1000
    await until(lambda: len(noted(house)) == 2)
    assert noted(house) == [("south/c1", "done"), ("south/c1", "ended")]


def noted(house: House) -> list[tuple[str, str]]:
    entries = [json.loads(link.body) for link in house.state.audit.shelf.links()]
    return [
        (each["about"], each["outcome"]) for each in entries if each["action"] == "calls.listen"
    ]


async def test_a_call_that_is_not_live_is_not_heard(house: House) -> None:
    async with house.socket("/ws/calls/c1/sound") as ear:
        await say(ear, type="hello", token=house.token("supervisor", "south"))
        assert await closed_with(ear) == (4404, "no_call")


async def test_a_token_that_is_taken_back_hears_nothing_more(house: House) -> None:
    token = house.token("supervisor", "south")
    await house.state.desk.publish(CALL, [CALL])
    async with house.socket("/ws/calls/c1/sound") as ear:
        await say(ear, type="hello", token=token)
        assert (await hear(ear))["type"] == "welcome"
        house.revoke(token)
        assert (await closed_with(ear))[0] == 4401


def test_listeners_are_few_and_stay_when_the_call_comes_back() -> None:
    wall = Wall(VirtualClock())
    wall.hear(CALL, [CALL])
    with ExitStack() as ears:
        ear = ears.enter_context(wall.listened("south", "c1", "chen.fang"))
        wall.hear(CALL, [CALL])
        wall.sound("south", "c1", Role.AGENT, np.ones(80, np.int16), 8000)
        assert len(ear.take()[0]) == 1
        for _ in range(MOST_EARS - 1):
            ears.enter_context(wall.listened("south", "c1", "li.na"))
        with pytest.raises(Overloaded), wall.listened("south", "c1", "wang.min"):
            pass
        with wall.shown("south") as screen:
            assert screen.take()[0].listeners == ("chen.fang", "li.na")
        wall.hear(CALL, [CallEnded(call="c1", at=1.0)])
        assert ear.over
