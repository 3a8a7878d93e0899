"""What a call comes to once it is recorded: cover, talk, the opening, every disclosure, its words.

Pure: events in, one `Digest` out; the same events give the same digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from monitor.events import AnyEvent, CallEnded, Coverage, Disclosure, Utterance
from monitor.types import Role

OPENING: Final = ("company", "identity", "purpose")
"""The items of the opening, in the order agents say them."""

COVERED: Final = ("transcribed", "silence")
LOST: Final = ("gap", "failed", "unmonitored")

OpeningState = Literal["met", "missed", "undetermined", "none"]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """How a disclosure ended: its state and the media time at which it was said."""

    state: str
    at: float
    deadline: float | None = None
    quote: str = ""


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """A call in numbers; all durations are seconds of media time."""

    duration_s: float
    covered_s: float
    """Of the agent's channel: transcribed or known to be silent."""
    lost_s: float
    """Of the agent's channel: gaps and speech that could not be read."""
    agent_talk_s: float
    customer_talk_s: float
    opening: OpeningState
    disclosures: dict[str, Said]
    words: str
    """Every final sentence, one per line, for search."""


def digest(events: Iterable[AnyEvent]) -> Digest:
    """The digest of one call's events in the order they were recorded."""
    covered = lost = end = 0.0
    talk = {Role.AGENT: 0.0, Role.CUSTOMER: 0.0, Role.UNKNOWN: 0.0}
    said: dict[str, Said] = {}
    words: list[str] = []
    for event in events:
        match event:
            case Coverage(channel=Role.AGENT | Role.UNKNOWN, state=state):
                covered += event.end - event.start if state in COVERED else 0.0
                lost += event.end - event.start if state in LOST else 0.0
            case Utterance(final=True, suppressed=None):
                talk[event.channel] += event.end - event.start
                words.append(event.text)
            case Disclosure():
                said[event.item] = Said(
                    state=event.state, at=event.at, deadline=event.deadline, quote=event.quote
                )
        end = max(end, event.at if isinstance(event, CallEnded) else getattr(event, "end", 0.0))
    return Digest(
        duration_s=round(end, 3),
        covered_s=round(covered, 3),
        lost_s=round(lost, 3),
        agent_talk_s=round(talk[Role.AGENT] + talk[Role.UNKNOWN], 3),
        customer_talk_s=round(talk[Role.CUSTOMER], 3),
        opening=opening(said),
        disclosures=said,
        words="\n".join(words),
    )


def opening(said: Mapping[str, Said]) -> OpeningState:
    """The opening as a whole: one missed item misses it, one unknown item leaves it open."""
    states = {said[item].state for item in OPENING if item in said}
    if not states:
        return "none"
    if "missed" in states:
        return "missed"
    return "met" if states == {"met"} else "undetermined"
