"""From the mouth to the supervisor: what enters a stage comes out of it, and the numbers say so."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from monitor.alerts.cursor import Cursor
from monitor.alerts.desk import Desk
from monitor.alerts.feed import Feed
from monitor.asr.engine import Engine
from monitor.clock import SystemClock
from monitor.lane import Lane
from monitor.live import LiveCall
from monitor.ops.ledger import LAWS, Law
from monitor.ops.metrics import Metrics
from monitor.ops.trace import Trace
from monitor.pipeline import CallPipeline
from monitor.rules.lexicon import Lexicon
from monitor.store.store import Store
from monitor.types import SAMPLE_RATE, Role
from tests.test_live_call import CALL, LISTENING, PROMISE, SPEECH, Fickle
from tests.web.scripted import alert


def owed(metrics: Metrics) -> dict[Law, int]:
    return {law: metrics.ledger.owed(law) for law in LAWS}


@pytest.mark.parametrize("late", [PROMISE, ""])
async def test_a_call_owes_nothing_in_the_end(tmp_path: Path, late: str) -> None:
    clock, metrics = SystemClock(), Metrics()
    engine = Engine([Fickle(PROMISE, late)], clock=clock)
    with Store(tmp_path) as store, closing(Lane("ears")) as ears:
        feed = Feed(store)
        desk = Desk(store, feed, clock, ledger=metrics.ledger)
        await desk.publish(CALL, [CALL])
        call = LiveCall(
            CALL,
            lambda: CallPipeline(
                CALL, Lexicon().judge(CALL), roles=(Role.AGENT,), speech=LISTENING
            ),
            rate=SAMPLE_RATE,
            roles=(Role.AGENT,),
            engine=engine,
            desk=desk,
            ears=ears,
            clock=clock,
            trace=Trace(None),
            ledger=metrics.ledger,
        )
        for start in range(0, len(SPEECH), 3_200):
            await call.audio(Role.AGENT, SPEECH[start : start + 3_200], start)
            await asyncio.sleep(0)
        await call.end("hangup")
        # nobody sent this over a socket, so it was only accepted by the test
        heard_s = len(SPEECH) / SAMPLE_RATE
        assert metrics.ledger["covered"] == pytest.approx(heard_s, abs=0.002)
        metrics.ledger.count("spoken", heard_s)
        assert metrics.ledger.owed("accepting") == round(heard_s, 1)
        metrics.ledger.count("accepted", heard_s)
        assert owed(metrics) == dict.fromkeys(LAWS, 0)
        assert metrics.ledger["segments"] == metrics.ledger["texts"] > 0
        alerts = await feed.read(CALL.team, after=0, limit=1000)
        assert metrics.ledger["findings"] == metrics.ledger["rows"] == len(alerts)
        cursor = Cursor(after=0, window=100, ack_s=5, ledger=metrics.ledger)
        for one in alerts:
            cursor.advance(one.seq, 0.0)
        assert metrics.ledger.owed("delivering") == len(alerts)
        if alerts:
            cursor.acknowledge(1)
        cursor.close()
        assert owed(metrics)["delivering"] == 0
    await engine.close()


async def test_what_is_told_again_is_no_new_row(tmp_path: Path) -> None:
    metrics = Metrics()
    with Store(tmp_path) as store:
        desk = Desk(store, Feed(store), SystemClock(), ledger=metrics.ledger)
        for _ in range(2):
            await desk.publish(CALL, [alert(CALL.call, 1), alert(CALL.call, 2)])
    assert (metrics.ledger["rows"], metrics.ledger["repeated"]) == (2, 2)
    lines = metrics.text().decode().splitlines()
    assert 'monitor_passed_total{stage="rows"} 2.0' in lines
    assert 'monitor_owed{law="delivering"} 0.0' in lines
