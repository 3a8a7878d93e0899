"""How often one address may try to sign in."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from monitor.clock import Clock
from monitor.web.bucket import Bucket

_ADDRESSES: Final = 10_000
"""Addresses remembered; the one that was quiet longest is forgotten first."""


class Tries:
    """A bucket for each address."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, address: str) -> bool:
        """Count a try; False when the address has none left."""
        bucket = self._buckets.pop(address, None)
        if bucket is None:
            bucket = Bucket(self._per_minute / 60, self._per_minute, self._clock)
        self._buckets[address] = bucket
        if len(self._buckets) > _ADDRESSES:
            self._buckets.popitem(last=False)
        return bucket.take()
