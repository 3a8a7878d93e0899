"""Garbage collection and threads so that the event loop never waits long for either.

A full collection walks every object and stops every thread. Rule packs are hundreds of thousands of
objects that live as long as the server: measured, 140 to 400 ms for each collection while the
packs of a new kind of call were put together.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
import time
from typing import Final

SWITCH_S: Final = 0.001
"""A thread that computes lets the event loop in after this; Python's own 5 ms add up."""
TIDY_S: Final = 60.0
LONG_S: Final = 0.025
_NEVER: Final = 1_000_000


def calm() -> None:
    """Set a server's process up: small collections as they come, full ones only by `tidy`."""
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(5_000, 10, _NEVER)


def keep() -> None:
    """What is there now stays: no collection looks at it again. Takes no time."""
    gc.freeze()


def trim() -> None:
    """Give back what was freed. glibc keeps it in pieces, more with every call that comes and goes:
    measured, 31 of 607 MB after five minutes of twenty calls, 2 MB more each minute."""
    trimmed = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trimmed is not None:
        trimmed(0)


async def tidy() -> None:
    """A full collection each minute, until cancelled."""
    while True:
        await asyncio.sleep(TIDY_S)
        # the time of this thread: on a busy machine a short collection takes long by the clock
        began = time.thread_time()
        gc.collect()
        if time.thread_time() - began > LONG_S:
            # somebody put packs together that are not looked at here: they stay, too
            keep()
        # on a thread: it takes milliseconds, and no lock of Python's
        await asyncio.to_thread(trim)
