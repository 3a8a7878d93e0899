from __future__ import annotations

import asyncio
import time

from monitor.clock import SystemClock, VirtualClock
from monitor.ops.stalls import Stalls


def test_the_longest_of_the_last_minute() -> None:
    clock = VirtualClock()
    stalls = Stalls(clock)
    assert stalls.longest_s == 0
    for at, late in ((1, 0.01), (2, 0.3), (3, 0.1), (30, 0.05)):
        stalls.saw(at, late)
    assert stalls.longest_s == 0.3
    stalls.saw(62.5, 0.0)
    assert stalls.longest_s == 0.1
    stalls.saw(64, 0.02)
    assert stalls.longest_s == 0.05


async def test_a_blocked_loop_is_seen() -> None:
    stalls = Stalls(SystemClock())
    watching = asyncio.create_task(stalls.watch())
    await asyncio.sleep(0.03)
    time.sleep(0.12)  # noqa: ASYNC251 - this is the stall
    await asyncio.sleep(0.03)
    watching.cancel()
    assert stalls.longest_s >= 0.08
