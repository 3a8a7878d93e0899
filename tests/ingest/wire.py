"""Helpers of the intake's tests: decode a whole stream and gather what came out."""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np

from monitor.ingest.facts import AudioChunk, IngestEvent
from monitor.ingest.l16 import L16Decoder


def started(**fields: object) -> L16Decoder:
    """A decoder whose call is registered."""
    decoder = L16Decoder()
    decoder.text(json.dumps({"call": "c1", **fields}))
    return decoder


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in zip(ends, ends[1:], strict=False)]


def by_role(events: list[IngestEvent]) -> dict[str, bytes]:
    """Samples per role; checks that positions follow one another."""
    sound: dict[str, list[np.ndarray]] = defaultdict(list)
    for event in events:
        if isinstance(event, AudioChunk):
            assert event.position == sum(len(part) for part in sound[event.role])
            assert event.samples.dtype == np.int16
            sound[event.role].append(event.samples)
    return {role: np.concatenate(parts).tobytes() for role, parts in sound.items()}


def kinds(events: list[IngestEvent]) -> list[str]:
    return [getattr(event, "code", type(event).__name__) for event in events]
