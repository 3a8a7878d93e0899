"""The real server whose calls are told on standard input instead of heard.

Each line is {"call": a call.started object, "events": [...]}: they go to the desk, the pipeline's
only way out, so record, feeds and screens are the real ones. Answers with a line when committed.
{"traffic": {"team", "calls", "alerts_per_s", "seconds"}} plays a busy floor and answers with the
wall times of the commits.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor import events, settings
from monitor.alerts.desk import Desk
from monitor.clock import Clock, SystemClock
from monitor.events import AnyEvent, CallStarted
from monitor.ops import logging
from monitor.ops.metrics import Metrics
from monitor.settings import Settings
from monitor.web import ready
from monitor.web.server import run
from monitor.web.state import State
from tests.browser.traffic import Traffic
from tests.web.scripted import ScriptedHost

states: list[State] = []
"""The server, once it listens."""


async def obey(desk: Desk) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        if "traffic" in order:
            print(json.dumps(await drive(desk, **order["traffic"])), flush=True)
            continue
        call = events.decode(json.dumps(order["call"]))
        assert isinstance(call, CallStarted)
        told = [events.decode(json.dumps(each)) for each in order["events"]]
        calls = {call.call: call} | {
            each.call: each for each in told if isinstance(each, CallStarted)
        }
        ours: dict[str, list[AnyEvent]] = {}
        for each in told:
            ours.setdefault(each.call, []).append(each)
        every = (desk.publish(calls.get(name, call), some) for name, some in ours.items())
        await asyncio.gather(*every)
        print("done", flush=True)


async def drive(
    desk: Desk, *, team: str, calls: int, alerts_per_s: float, seconds: float
) -> dict[int, float]:
    traffic = Traffic(states[0], desk, team, calls)
    await traffic.play(alerts_per_s=alerts_per_s, seconds=seconds)
    return traffic.committed


@asynccontextmanager
async def open_told(
    settings: Settings, desk: Desk, metrics: Metrics, clock: Clock
) -> AsyncIterator[ScriptedHost]:
    obeying = asyncio.create_task(obey(desk))
    yield ScriptedHost(desk=desk)
    obeying.cancel()


def main() -> None:
    logging.configure(level="error")
    say = ready.to(None, lambda line: print(line, flush=True))

    def listening(url: str, state: State) -> None:
        states.append(state)
        say(url, state)

    asyncio.run(run(settings.load(), open_told, clock=SystemClock(), ready=listening))


if __name__ == "__main__":
    main()
