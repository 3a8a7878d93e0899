from __future__ import annotations

from monitor.clock import VirtualClock
from monitor.web.bucket import Bucket


def test_a_burst_and_then_the_long_run() -> None:
    clock = VirtualClock()
    bucket = Bucket(10, 5, clock)
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
    clock.advance(0.1)
    assert [bucket.take() for _ in range(2)] == [True, False]
    clock.advance(100)
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
