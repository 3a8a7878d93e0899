"""A live call with real speech detection and rules, and words that the test puts in its mouth."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing

import numpy as np
import pytest

from monitor.asr.base import Transcript
from monitor.asr.engine import Engine
from monitor.asr.scripted import ScriptedTranscriber
from monitor.calls import LISTENING
from monitor.clock import SystemClock
from monitor.events import Alert, AnyEvent, CallStarted, Coverage, Utterance
from monitor.lane import Lane
from monitor.live import LiveCall
from monitor.ops.trace import Trace
from monitor.pipeline import CallPipeline
from monitor.rules.lexicon import Lexicon
from monitor.types import SAMPLE_RATE, Role, Segment
from tests.asr.spoken import samples

CALL = CallStarted(call="c1", team="south", agent="8012", industry="wealth")
SPEECH = np.concatenate([samples("spoken-1.wav"), np.zeros(2 * SAMPLE_RATE, np.int16)])
PROMISE = "这款产品百分百保本您放心"
ELSE = "这款产品不错您可以看一下"


class Fickle(ScriptedTranscriber):
    """Hears one thing while somebody speaks and another when the sentence is over."""

    def __init__(self, early: str, late: str) -> None:
        where = (Role.AGENT, 0.3, 2.2)
        super().__init__({where: late} if late else {})
        self._early = ScriptedTranscriber({where: early})

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        if fast:
            return self._early.transcribe(segments)
        return super().transcribe(segments)


class Listed:
    """A desk that keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []

    async def publish(self, call: CallStarted, events: Sequence[AnyEvent]) -> None:
        self.events.extend(events)


async def played(early: str, late: str) -> list[AnyEvent]:
    """The events of a call in which the agent says one sentence."""
    clock, desk = SystemClock(), Listed()
    engine = Engine([Fickle(early, late)], clock=clock)
    with closing(Lane("ears")) as ears:
        call = LiveCall(
            CALL,
            lambda: CallPipeline(
                CALL, Lexicon().judge(CALL), roles=(Role.AGENT,), speech=LISTENING
            ),
            rate=SAMPLE_RATE,
            roles=(Role.AGENT,),
            engine=engine,
            desk=desk,  # type: ignore[arg-type]
            ears=ears,
            clock=clock,
            trace=Trace(None),
        )
        for start in range(0, len(SPEECH), 3_200):
            await call.audio(Role.AGENT, SPEECH[start : start + 3_200], start)
            while call._waiting_s > 0 or engine.stats().partials or engine.stats().running:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        await call.end("hangup")
    await engine.close()
    return desk.events


def alerts(events: Sequence[AnyEvent]) -> list[tuple[str, str]]:
    found = [
        one for one in events if isinstance(one, Alert) and one.category == "guaranteed_return"
    ]
    assert len({one.id for one in found}) <= 1
    return [(one.state, one.quote) for one in found]


async def test_a_phrase_is_supposed_while_spoken_and_confirmed_by_the_final() -> None:
    events = await played(PROMISE, PROMISE)
    assert alerts(events) == [("provisional", "百分百保本"), ("confirmed", "百分百保本")]
    # the sentence is not waited for: what was supposed is settled soon after it was said
    finals = [one for one in events if isinstance(one, Utterance) and one.final]
    assert len(finals) == 2
    assert "".join(one.text for one in finals).startswith(PROMISE[:-1])


@pytest.mark.parametrize("late", [ELSE, ""])
async def test_what_the_final_does_not_bear_out_is_withdrawn(late: str) -> None:
    assert [state for state, _ in alerts(await played(PROMISE, late))] == [
        "provisional",
        "withdrawn",
    ]


async def test_what_only_the_final_heard_is_confirmed_at_once() -> None:
    assert [state for state, _ in alerts(await played(ELSE, PROMISE))] == ["confirmed"]


async def test_a_guess_that_raises_nothing_changes_nothing_of_the_record() -> None:
    def record(events: Sequence[AnyEvent]) -> Mapping[str, list[AnyEvent]]:
        kept = [one for one in events if not isinstance(one, Alert)]
        return {
            "coverage": [one for one in kept if isinstance(one, Coverage)],
            "rest": [
                one
                for one in kept
                if not isinstance(one, Coverage) and (not isinstance(one, Utterance) or one.final)
            ],
        }

    assert record(await played("", ELSE)) == record(await played(ELSE, ELSE))
