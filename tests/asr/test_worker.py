from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import psutil
import pytest

from monitor.asr.base import Transcript
from monitor.asr.engine import Engine
from monitor.asr.scripted import ScriptedTranscriber
from monitor.asr.worker import Worker
from monitor.errors import MonitorError, Unavailable
from monitor.speech.endpoint import Kind
from monitor.types import Role, Segment
from tests.asr.spoken import samples, segment

SPEECH = samples("spoken-4.wav")[4_000:60_000]
CRASH, HANG, FAIL = 13, 14, 15
"""Numbers of segments that fell the recogniser below."""


class Mortal(ScriptedTranscriber):
    """Dies, hangs or fails on the segments marked for it."""

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        numbers = {each.number for each in segments}
        if CRASH in numbers:
            os.kill(os.getpid(), signal.SIGSEGV)
        if HANG in numbers:
            time.sleep(60)
        if FAIL in numbers:
            raise RuntimeError("out of order")
        return super().transcribe(segments, fast=fast)


def mortal() -> Mortal:
    return Mortal({(Role.AGENT, 0.0, 5.0): "您好请问您现在方便接电话吗"})


class Hunted(ScriptedTranscriber):
    """Somebody kills its process whenever it hears, as long as there are lives in a file."""

    def __init__(self, lives: Path) -> None:
        super().__init__({(Role.AGENT, 0.0, 5.0): "您好请问您现在方便接电话吗"})
        self._lives = lives

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        if left := int(self._lives.read_text("utf8")):
            self._lives.write_text(str(left - 1), "utf8")
            os.kill(os.getpid(), signal.SIGKILL)
        return super().transcribe(segments, fast=fast)


def unwilling() -> Mortal:
    raise OSError("no such weights")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    made = Worker(mortal, hang_s=0.5)
    yield made
    made.close()


def test_hears_what_a_recogniser_here_would_hear(worker: Worker) -> None:
    (heard,) = worker.hear([segment(SPEECH)])
    assert heard.text == "您好请问您现在方便"
    assert worker.pid != os.getpid()


def test_a_process_that_was_killed_is_replaced_and_nothing_is_lost(worker: Worker) -> None:
    before, restarts = worker.pid, worker.restarts
    os.kill(before, signal.SIGKILL)
    (heard,) = worker.hear([segment(SPEECH)])
    assert heard.text
    assert worker.pid != before
    assert worker.restarts == restarts + 1


def test_stopping_signals_are_the_servers_business(worker: Worker) -> None:
    before = worker.pid
    for process in (before, psutil.Process(before).ppid()):
        assert process != os.getpid()
        os.kill(process, signal.SIGTERM)
        os.kill(process, signal.SIGINT)
    assert worker.hear([segment(SPEECH)])[0].text
    assert worker.pid == before


def test_an_error_does_not_end_the_process(worker: Worker) -> None:
    before = worker.pid
    with pytest.raises(MonitorError, match="out of order"):
        worker.hear([segment(SPEECH, number=FAIL)])
    assert worker.pid == before


def test_a_partial_is_not_tried_twice(worker: Worker) -> None:
    before = worker.restarts
    with pytest.raises(MonitorError, match="falls on"):
        worker.hear([segment(SPEECH, number=CRASH, closed=False)], fast=True)
    assert worker.restarts == before + 1


def test_a_final_that_is_heard_fast_is_tried_twice(worker: Worker) -> None:
    before = worker.restarts
    with pytest.raises(MonitorError, match="falls on"):
        worker.hear([segment(SPEECH, number=CRASH)], fast=True)
    assert worker.restarts == before + 2


async def test_a_poisonous_segment_is_given_up_and_the_others_do_not_notice() -> None:
    engine = Engine([Worker(mortal)])
    numbers = (1, CRASH, 2)
    answers = [
        engine.submit(segment(SPEECH, number=number), deadline_s=number, kind=Kind.FINAL)
        for number in numbers
    ]
    first, poison, last = [
        await each if n != CRASH else each for n, each in zip(numbers, answers, strict=True)
    ]
    with pytest.raises(MonitorError, match=r"c agent 0\.00\.\.3\.50 s"):
        await poison
    assert first.text == last.text == "您好请问您现在方便"
    assert engine.stats().failed == 1
    await engine.close()


def test_a_sound_is_not_blamed_for_kills_from_outside(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    lives.write_text("2", "utf8")
    hunted = Worker(partial(Hunted, lives))
    assert [one.text for one in hunted.hear([segment(SPEECH)] * 2)] == ["您好请问您现在方便"] * 2
    assert hunted.restarts == 2
    hunted.close()


def test_one_that_hangs_is_ended(worker: Worker) -> None:
    short = segment(SPEECH[16_000:25_600], number=HANG, closed=False)
    with pytest.raises(MonitorError, match="falls on"):
        worker.hear([short], fast=True)
    assert worker.hear([segment(SPEECH)])[0].text


def test_a_recogniser_that_cannot_be_had_says_why() -> None:
    with pytest.raises(Unavailable, match="no such weights"):
        Worker(unwilling)
