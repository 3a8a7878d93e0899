"""How long an alert took from the end of its phrase in the sound, stage by stage.

The end of a phrase comes from the expectation file, never from a system under test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.events import Alert, Event, Utterance
from monitor.qa.expect import SAME_EVENT_S, Expectation, Wanted
from monitor.types import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Seconds after the end of the phrase at which each stage was reached; None: never.

    With events that were stamped by `Stamped.at`, these are seconds of wall time as the audio
    was played in real time; that is what a supervisor waits.
    """

    category: str
    phrase: str
    end: float
    """End of the phrase, seconds of media time."""
    partial: float | None = None
    """First utterance that is not final and ends near or after the phrase."""
    final: float | None = None
    """First final utterance that covers the end of the phrase."""
    provisional: float | None = None
    """First alert, in whatever state."""
    confirmed: float | None = None
    """First confirmed alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """An event and the time it arrived, in seconds since the first sample was played."""

    at: float
    event: Event


def stages(expectation: Expectation, arrived: Iterable[Stamped]) -> list[Stages]:
    """One row for every alert that must come and whose phrase has an end."""
    came = sorted(arrived, key=lambda one: one.at)
    return [
        _stages(want, want.end, came)
        for want in expectation.wanted
        if want.kind == "alert" and want.must == "must" and want.end is not None and want.quote
    ]


def _stages(want: Wanted, end: float, came: Sequence[Stamped]) -> Stages:
    first: dict[str, float] = {}
    for one in came:
        for stage in _reached(want, end, one.event):
            first.setdefault(stage, one.at - end)
    return Stages(category=want.name, phrase=want.quote, end=end, **first)


def _reached(want: Wanted, end: float, event: Event) -> list[str]:
    if isinstance(event, Utterance) and event.channel == (want.channel or Role.AGENT):
        covers = event.start < end <= event.end + 0.3
        return [("final" if event.final else "partial")] if covers else []
    if isinstance(event, Alert) and event.category == want.name:
        near = want.start is None or abs(event.start - want.start) <= SAME_EVENT_S
        if not near or event.state == "withdrawn":
            return []
        return ["provisional", "confirmed"] if event.state == "confirmed" else ["provisional"]
    return []


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` (0..1) of them do not exceed; None without any."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -(-round(share * len(ordered) * 1_000_000) // 1_000_000))
    return ordered[rank - 1]


def spread(rows: Sequence[Stages]) -> dict[str, dict[str, Any]]:
    """p50, p95, p99 and misses of every stage, as plain data."""
    found: dict[str, dict[str, Any]] = {}
    for stage in ("partial", "final", "provisional", "confirmed"):
        values = [value for row in rows if (value := getattr(row, stage)) is not None]
        found[stage] = {
            "count": len(values),
            "missed": len(rows) - len(values),
            **{f"p{round(100 * p)}": percentile(values, p) for p in (0.5, 0.95, 0.99)},
        }
    return found
