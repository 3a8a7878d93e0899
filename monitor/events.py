"""The one vocabulary: transcript files, `--events`, the feeds, the store and the fixtures.

One JSON object per event, `type` says which. Times are seconds of media time. Fields may be
added, never renamed: programs we do not see read these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from monitor.types import Role

Severity = Literal["critical", "high", "medium", "low"]
Match = Literal["exact", "normalised", "homophone", "pattern", "similar", "state"]
AlertState = Literal["provisional", "confirmed", "withdrawn"]
DisclosureState = Literal["pending", "met", "missed", "undetermined"]
CoverageState = Literal[
    "transcribed", "silence", "queued", "paused", "gap", "failed", "unmonitored"
]
SignalName = Literal[
    "opt_out", "complaint", "distress", "source_question", "elderly_or_confused", "wants_supervisor"
]


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A word of an utterance; in Chinese mostly one character."""

    text: str
    start: float
    end: float
    confidence: float | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What all events share."""

    call: str


class CallStarted(Event, frozen=True, kw_only=True, tag="call.started"):
    """A call began; its registration decides team, packs and the names of the opening."""

    at: float = 0.0
    """Media time at which it begins, or goes on."""
    resumed: bool = False
    """It comes back under its id after its source was lost: its opening was before."""
    agent: str = ""
    team: str = ""
    industry: str = "other"
    """One of `Industry`; any other word gets the base pack, and the events say so."""
    business: str = "marketing"
    """One of `Business`."""
    company: str = ""
    """Full legal name; empty means any company-like name satisfies the opening."""
    aliases: tuple[str, ...] = ()
    licence: str = ""
    """Licence number of the agent or company, where the industry wants it said."""
    product: str = ""
    """Product in the pack's words (deposit, fund, ...), where the CTI knows it."""
    started_at: str = ""
    """Wall-clock label, ISO 8601."""
    meta: dict[str, str] = {}


class Utterance(Event, frozen=True, kw_only=True, tag="utterance"):
    """Words of a segment. `final` False: more may come and the words may change."""

    channel: Role
    start: float
    end: float
    text: str
    final: bool = True
    confidence: float | None = None
    """0..1, the mean token probability."""
    words: tuple[Word, ...] = ()
    segment: int | None = None
    """Segment number; all revisions of one utterance share it."""
    suppressed: str | None = None
    """Why the text is not judged (no_speech, loop, invented, music); the text stays on record."""


class Alert(Event, frozen=True, kw_only=True, tag="alert"):
    """A finding that people act on."""

    id: str
    seq: int | None = None
    """Place in the team's log; set when the row is committed."""
    epoch: str | None = None
    team: str | None = None
    agent: str | None = None
    channel: Role = Role.AGENT
    category: str
    rule: str
    """pack/rule."""
    pack: str
    """pack@version."""
    severity: Severity
    state: AlertState = "confirmed"
    start: float
    end: float
    quote: str
    """The words as heard."""
    phrase: str = ""
    """The phrase or pattern of the pack that met them."""
    match: Match = "exact"
    why: str = ""
    basis: str = ""
    basis_status: str = ""
    """law, regulation, standard, draft, house_policy or unverified."""
    advice: str = ""
    raised_at: float
    """Media time at which it was raised."""
    confidence: float | None = None
    count: int = 1
    """Hits gathered in this incident."""
    late: bool = False
    """Found long after it was said, because speech had to wait: the call has moved on since."""


class Disclosure(Event, frozen=True, kw_only=True, tag="disclosure"):
    """A statement that must be said, and whether it was."""

    item: str
    state: DisclosureState
    at: float
    deadline: float | None = None
    quote: str = ""
    reason: str = ""


class Prompt(Event, frozen=True, kw_only=True, tag="prompt"):
    """One line on the agent's screen: what to say now."""

    text: str
    reason: str
    state: Literal["shown", "cleared"]
    at: float = 0.0
    by: str = ""
    """Who sent it, when a person did (reason `supervisor`)."""


class Signal(Event, frozen=True, kw_only=True, tag="signal"):
    """Something the customer showed; never a violation by itself."""

    channel: Role = Role.CUSTOMER
    signal: SignalName
    strength: Literal["strong", "weak"] = "strong"
    quote: str = ""
    start: float = 0.0
    end: float = 0.0


class Suspicion(Event, frozen=True, kw_only=True, tag="suspicion"):
    """A rule was met, and the words around make it unlikely to be a violation: for quality
    assurance to look at, nobody is alerted."""

    channel: Role = Role.AGENT
    category: str
    rule: str
    """pack/rule."""
    pack: str
    """pack@version."""
    start: float
    end: float
    quote: str
    """The words as heard."""
    phrase: str = ""
    """The phrase or pattern of the pack that met them."""
    match: Match = "exact"
    chance: float
    """0..1: how likely the doubt scorer takes it for a violation."""
    why: str = ""


class Coverage(Event, frozen=True, kw_only=True, tag="coverage"):
    """What is known of a stretch of one role."""

    channel: Role
    state: CoverageState
    start: float
    end: float


class CallEnded(Event, frozen=True, kw_only=True, tag="call.ended"):
    """The call is over."""

    at: float
    reason: str = "hangup"


AnyEvent = (
    CallStarted
    | Utterance
    | Alert
    | Disclosure
    | Prompt
    | Signal
    | Suspicion
    | Coverage
    | CallEnded
)

_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_encoder = msgspec.json.Encoder()


def encode(event: Event) -> bytes:
    """One JSON object, UTF-8, no line feed."""
    return _encoder.encode(event)


def decode(line: bytes | str) -> AnyEvent:
    """The event in one JSON object; raises `msgspec.ValidationError` or `DecodeError`."""
    return _decoder.decode(line)


def lines(events: Iterable[Event]) -> bytes:
    """A file of events: one per line."""
    return b"".join(encode(event) + b"\n" for event in events)


def as_dict(event: Event) -> dict[str, Any]:
    """The event as plain data, as it would be on the wire."""
    built: dict[str, Any] = msgspec.to_builtins(event)
    return built
