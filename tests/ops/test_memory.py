"""The garbage collector, and memory that is given back."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc

import psutil
import pytest

from monitor.ops import memory

MB = 2**20


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="no glibc")
def test_freed_memory_is_given_back() -> None:
    process = psutil.Process()
    pieces = [bytearray(4_000) for _ in range(20_000)]
    full = process.memory_info().rss
    # what is freed lies between what is not, so that it does not go back by itself
    kept = pieces[::50]
    del pieces
    memory.trim()
    assert len(kept) == 400
    assert full - process.memory_info().rss > 50 * MB


async def test_a_short_collection_freezes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, tidied = asyncio.get_running_loop(), asyncio.Event()
    monkeypatch.setattr(memory, "TIDY_S", 0.0)
    monkeypatch.setattr(memory, "LONG_S", 60.0)
    monkeypatch.setattr(memory, "trim", lambda: loop.call_soon_threadsafe(tidied.set))
    frozen = gc.get_freeze_count()
    chore = asyncio.create_task(memory.tidy())
    await tidied.wait()
    chore.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await chore
    assert gc.get_freeze_count() == frozen
