from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from monitor.asr.base import Transcript
from monitor.asr.brief import BRIEF_BEHIND_S, BRIEF_S
from monitor.asr.engine import Answer, Engine
from monitor.asr.hear import hear
from monitor.asr.ladder import CALM_S, Level
from monitor.asr.scheduler import Schedule
from monitor.asr.scripted import ScriptedTranscriber
from monitor.clock import VirtualClock
from monitor.errors import MonitorError, Unavailable
from monitor.speech.endpoint import Kind
from monitor.speech.segmenter import Piece, Segmenter
from monitor.types import Role, Segment
from tests.asr.spoken import samples, segment
from tests.speech import sounds

SCRIPT = {(Role.AGENT, 0.0, 5.0): "您好请问您现在方便接电话吗"}
SPEECH = samples("spoken-4.wav")[4_000:60_000]


class Held(ScriptedTranscriber):
    """Waits for permission before each batch, and fails on the segments it is told to."""

    def __init__(self, failing: Sequence[int] = ()) -> None:
        super().__init__(SCRIPT)
        self.gate = threading.Semaphore(0)
        self.entered = threading.Event()
        self.failing = failing
        self.fast: list[bool] = []

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        self.entered.set()
        assert self.gate.acquire(timeout=10)
        self.fast.append(fast)
        if any(each.number in self.failing for each in segments):
            raise RuntimeError("out of order")
        return super().transcribe(segments, fast=fast)

    def release(self, count: int = 1) -> None:
        for _ in range(count):
            self.gate.release()


async def entered(held: Held) -> None:
    assert await asyncio.to_thread(held.entered.wait, 10)
    held.entered.clear()


async def test_a_final_comes_back_with_its_words() -> None:
    engine = Engine([ScriptedTranscriber(SCRIPT)])
    heard = await engine.submit(segment(SPEECH), deadline_s=1, kind=Kind.FINAL)
    await engine.close()
    assert heard is not None
    assert heard.text == "您好请问您现在方便"
    assert engine.stats().heard_s == 3.5


async def test_finals_of_all_calls_by_deadline() -> None:
    held = Held()
    engine = Engine([held])
    answers = [engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)]
    await entered(held)
    for number, deadline in ((1, 9.0), (2, 5.0), (3, 7.0)):
        answers.append(
            engine.submit(segment(SPEECH, number=number), deadline_s=deadline, kind=Kind.FINAL)
        )
    assert engine.stats().finals == 3
    assert engine.stats().running == 1
    held.release(4)
    await asyncio.gather(*answers)
    await engine.close()
    assert [each.number for each in held.heard] == [0, 2, 3, 1]


async def test_replaced_partial_is_answered_with_none() -> None:
    held = Held()
    engine = Engine([held])
    running = engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)
    await entered(held)
    old = engine.submit(segment(SPEECH, number=1), deadline_s=1, kind=Kind.PARTIAL)
    new = engine.submit(segment(SPEECH, number=1), deadline_s=1, kind=Kind.PARTIAL)
    assert await old is None
    held.release(2)
    assert await running is not None
    assert await new is not None
    assert held.fast == [False, True]
    await engine.close()
    assert engine.stats().replaced == 1


@pytest.mark.parametrize("finished", [True, False])
async def test_final_reuses_the_guess_over_the_same_samples(finished: bool) -> None:
    held = Held()
    engine = Engine([held])
    guess = engine.submit(segment(SPEECH, closed=False), deadline_s=1, kind=Kind.SPECULATIVE)
    await entered(held)
    if finished:
        held.release()
        await guess
    final = engine.submit(segment(SPEECH), deadline_s=1, kind=Kind.FINAL)
    held.release()
    assert await final == await guess
    await engine.close()
    assert len(held.heard) == 1
    assert engine.stats().reused == 1


async def test_a_guess_of_another_teams_call_of_that_name_is_nothing() -> None:
    held = Held()
    engine = Engine([held])
    theirs = engine.submit(
        segment(SPEECH, closed=False), deadline_s=1, kind=Kind.SPECULATIVE, team="north"
    )
    await entered(held)
    mine = engine.submit(segment(SPEECH), deadline_s=1, kind=Kind.FINAL, team="south")
    held.release(2)
    await asyncio.gather(theirs, mine)
    await engine.close()
    assert len(held.heard) == 2
    assert engine.stats().reused == 0


async def test_a_guess_that_fails_is_no_verdict_on_its_final() -> None:
    held = Held(failing=[0])
    engine = Engine([held])
    guess = engine.submit(segment(SPEECH, closed=False), deadline_s=1, kind=Kind.SPECULATIVE)
    await entered(held)
    final = engine.submit(segment(SPEECH), deadline_s=1, kind=Kind.FINAL)
    held.release()
    with pytest.raises(MonitorError):
        await guess
    held.failing = []
    held.release()
    heard = await final
    assert heard is not None
    assert heard.text
    await engine.close()


async def test_final_over_other_samples_is_heard_again() -> None:
    engine = Engine([ScriptedTranscriber(SCRIPT)])
    guess = await engine.submit(segment(SPEECH[:-320]), deadline_s=1, kind=Kind.SPECULATIVE)
    final = await engine.submit(segment(SPEECH), deadline_s=1, kind=Kind.FINAL)
    await engine.close()
    assert guess is not None
    assert final is not None
    assert engine.stats().reused == 0


async def test_waiting_guess_gives_way_to_its_final() -> None:
    held = Held()
    engine = Engine([held])
    first = engine.submit(segment(SPEECH, number=9), deadline_s=0, kind=Kind.FINAL)
    await entered(held)
    guess = engine.submit(segment(SPEECH), deadline_s=1, kind=Kind.SPECULATIVE)
    final = engine.submit(segment(SPEECH), deadline_s=1, kind=Kind.FINAL)
    held.release(2)
    assert await guess is None
    assert await final is not None
    await first
    await engine.close()
    assert len(held.heard) == 2


async def test_one_bad_segment_does_not_take_the_batch_with_it() -> None:
    held = Held(failing=[2])
    engine = Engine([held], schedule=Schedule(batch=4))
    running = engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)
    await entered(held)
    answers = [
        engine.submit(segment(SPEECH, number=number), deadline_s=1, kind=Kind.FINAL)
        for number in (1, 2, 3)
    ]
    held.release(5)
    found = await asyncio.gather(*answers, return_exceptions=True)
    await running
    await engine.close()
    assert isinstance(found[0], Transcript)
    assert isinstance(found[2], Transcript)
    assert isinstance(found[1], MonitorError)
    assert found[1].code == "recogniser_failed"
    assert "c agent 0.00..3.50 s" in str(found[1])
    assert engine.stats().failed == 1


async def test_music_never_reaches_the_recogniser() -> None:
    transcriber = ScriptedTranscriber(SCRIPT)
    engine = Engine([transcriber])
    tone = segment(sounds.int16(sounds.tone([450], 2.0)))
    heard = await engine.submit(tone, deadline_s=1, kind=Kind.FINAL)
    await engine.close()
    assert heard is not None
    assert (heard.text, heard.suppressed) == ("", "tone")
    assert transcriber.heard == []


async def test_overload_sheds_partials_and_says_so() -> None:
    held = Held()
    engine = Engine([held], schedule=Schedule(most_s=4.0))
    running = engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)
    await entered(held)
    partial = engine.submit(segment(SPEECH, number=1), deadline_s=1, kind=Kind.PARTIAL)
    final = engine.submit(segment(SPEECH, number=0), deadline_s=1, kind=Kind.FINAL)
    assert await partial is None
    held.release(2)
    assert await final is not None
    await running
    await engine.close()
    assert engine.stats().replaced + engine.stats().shed == 1


async def test_close_hears_every_final_and_nothing_else() -> None:
    held = Held()
    engine = Engine([held])
    running = engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)
    await entered(held)
    final = engine.submit(segment(SPEECH, number=1), deadline_s=2, kind=Kind.FINAL)
    partial = engine.submit(segment(SPEECH, number=2), deadline_s=1, kind=Kind.PARTIAL)
    held.release(2)
    await engine.close()
    assert (await running) is not None
    assert (await final) is not None
    assert (await partial) is None
    assert held.closed
    with pytest.raises(Unavailable, match="shutting down"):
        engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)


async def test_two_workers_share_the_queue() -> None:
    pair = [Held(), Held()]
    engine = Engine(pair)
    answers = [
        engine.submit(segment(SPEECH, number=number), deadline_s=0, kind=Kind.FINAL)
        for number in range(2)
    ]
    for held in pair:
        await entered(held)
    assert engine.stats().running == 2
    for held in pair:
        held.release()
    await asyncio.gather(*answers)
    await engine.close()


async def test_cancelled_answer_is_no_trouble() -> None:
    held = Held()
    engine = Engine([held])
    answer = engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)
    await entered(held)
    answer.cancel()
    held.release()
    await engine.close()
    assert answer.cancelled()


async def test_a_call_from_samples_to_words() -> None:
    """Three sentences and pauses: each character in one final only, decodes reused."""
    quiet = np.zeros(16_000, np.int16)
    parts = [part for k in (1, 3, 4) for part in (samples(f"spoken-{k}.wav"), quiet)]
    sound = np.concatenate(parts)
    text = "一二三四五六七八九十" * 5
    script = {(Role.AGENT, 0.0, len(sound) / 16_000): text}
    engine = Engine([ScriptedTranscriber(script)])
    segmenter = Segmenter("c", Role.AGENT)
    finals: list[Answer] = []
    for start in range(0, len(sound), 1_600):
        for piece in segmenter.process(sound[start : start + 1_600]):
            if isinstance(piece, Piece):
                answer = engine.submit(piece.segment, deadline_s=0, kind=piece.kind)
                finals += [answer] if piece.kind is Kind.FINAL else []
                if piece.kind is Kind.SPECULATIVE:
                    await answer
    heard = await asyncio.gather(*finals)
    await engine.close()
    words = [word for each in heard if each for word in each.words]
    assert len({(word.start, word.text) for word in words}) == len(words)
    assert [each.number for each in heard if each] == list(range(len(heard)))
    assert 3 <= len(heard) <= 6
    assert engine.stats().reused == len(heard)


def test_values_cross_process_borders() -> None:
    piece = segment(SPEECH)
    (heard,) = hear(ScriptedTranscriber(SCRIPT), [piece])
    assert pickle.loads(pickle.dumps(heard)) == heard
    copy = pickle.loads(pickle.dumps(piece))
    assert (copy.samples == piece.samples).all()


async def test_an_engine_needs_a_transcriber() -> None:
    with pytest.raises(ValueError, match="needs a transcriber"):
        Engine([])


async def test_speech_that_waits_too_long_makes_it_give_up_extras_and_then_calls() -> None:
    held, clock = Held(), VirtualClock()
    engine = Engine([held], clock=clock)
    answers = [engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)]
    await entered(held)
    clock.advance(6.0)
    open_ = segment(SPEECH, number=1, closed=False)
    assert await engine.submit(open_, deadline_s=6, kind=Kind.PARTIAL) is None
    assert engine.level is Level.NARROW
    answers.append(engine.submit(segment(SPEECH, number=1), deadline_s=6, kind=Kind.FINAL))
    held.release(2)
    await asyncio.gather(*answers)
    assert held.fast == [False, True]
    clock.advance(CALM_S)
    assert engine.level is Level.NO_PARTIALS
    clock.advance(CALM_S)
    assert engine.level is Level.ALL
    await engine.close()


async def test_short_segments_pay_while_finals_take_all_the_time_and_not_after_a_stall() -> None:
    held, clock = Held(), VirtualClock()
    engine = Engine([held], clock=clock)

    async def hear_for(seconds: float) -> None:
        answer = engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)
        await entered(held)
        clock.advance(seconds)
        seen.add(engine.level)
        held.release()
        await answer

    seen: set[Level] = set()
    await hear_for(3.0)
    assert Level.NO_PARTIALS in seen
    assert engine.partial_every_s == 0.0
    assert engine.swamped
    assert engine.brief_s == 0.0
    lengths = []
    for _ in range(15):
        await hear_for(1.5)
        assert engine.partial_every_s >= 0.0
        lengths.append(engine.brief_s)
    # the rarer the partials the shorter, until there is no time left for cuts
    assert list(dict.fromkeys(lengths)) == [0.0, BRIEF_BEHIND_S]
    await engine.close()


async def test_segments_are_shortest_where_partials_are_rare_and_nothing_waits() -> None:
    held, clock = Held(), VirtualClock()
    engine = Engine([held], clock=clock)
    lengths = []
    for _ in range(14):
        answer = engine.submit(segment(SPEECH), deadline_s=0, kind=Kind.FINAL)
        await entered(held)
        clock.advance(1.1)
        held.release()
        await answer
        assert engine.partial_every_s >= 0.0
        lengths.append(engine.brief_s)
    assert engine.level is Level.ALL
    assert list(dict.fromkeys(lengths)) == [0.0, BRIEF_BEHIND_S, BRIEF_S]
    await engine.close()
