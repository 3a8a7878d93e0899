"""What a peer says becomes alerts: our rules on its text, interim and final."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from monitor.events import CallStarted
from monitor.qa.bench.load import Diary, Lane, Play
from monitor.qa.bench.peers.peer import _Running
from monitor.qa.bench.peers.protocols import Said, Sound
from monitor.qa.bench.peers.recipe import Recipe
from monitor.rules.lexicon import Lexicon
from monitor.types import Role
from tests.qa.bench.test_load import scene

PROMISE = "这款产品百分百保本您放心"


async def told(*said: tuple[str, bool]) -> list[tuple[str, str]]:
    """Category and state of the alerts that come of these words of the agent."""

    async def stream(port: int, sound: Sound, say: Said) -> None:
        async for _ in sound:
            pass
        for text, final in said:
            say(text, final)

    silent = scene("promise", 0.2)
    call = CallStarted(call="promise", team="south", industry="wealth")
    promise = replace(silent, expectation=replace(silent.expectation, call=call))
    running = _Running(
        recipe=Recipe(name="p", settings="", command=lambda *_: [], stream=stream),
        port=0,
        pid=0,
        sounds={Path("promise.flac"): {Role.AGENT: np.zeros(3_200, np.int16)}},
        lexicon=Lexicon(),
    )
    diary = Diary()
    await running.play(Lane(delay_s=0.0, plays=(Play(name="p-0-0", scene=promise),)), diary)
    return [(one.category, one.state) for one in diary.arrivals]


async def test_interim_text_is_a_first_alert_and_final_text_confirms_it() -> None:
    came = await told(("这款产品", False), (PROMISE, False), (PROMISE, True), (PROMISE, True))
    assert came == [("guaranteed_return", "provisional"), ("guaranteed_return", "confirmed")]


async def test_the_last_text_of_a_call_is_its_final_one() -> None:
    came = await told((PROMISE, False))
    assert came == [("guaranteed_return", "provisional"), ("guaranteed_return", "confirmed")]
    assert await told((PROMISE, False), ("这款产品", False)) == [
        ("guaranteed_return", "provisional")
    ]
