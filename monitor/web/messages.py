"""Messages of the sockets. Alerts and news themselves are the objects of `monitor.events`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from monitor.alerts.log import Place

_Seq = Annotated[int, Meta(ge=0, le=2**53)]
_Short = Annotated[str, Meta(max_length=256)]


class Last(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last alert a subscriber holds; seq 0 asks for everything."""

    epoch: _Short = ""
    seq: _Seq

    def place(self) -> Place:
        """The same, in the log's words."""
        return Place(epoch=self.epoch, seq=self.seq)


class Hello(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="hello"):
    """The first message of a client. The token may come in a header instead."""

    token: _Short | None = None
    """None where a header has it, or the cookie of a session."""
    team: _Short | None = None
    """Which team, for a holder of several; None is the first."""
    last: Last | None = None
    """Without it the feed begins with the next alert."""
    last_action: _Seq | None = None
    """The last action the client holds; without it actions begin with the next one."""
    topics: Annotated[tuple[Literal["live", "actions", "heard"], ...], Meta(max_length=4)] = ()
    """`live`: words, disclosures and coverage of the team's calls as well; these may be skipped.
    `actions`: what people do about alerts, in order and without a hole. `heard`, for an agent's
    screen: how much of the live call was heard."""
    confirmed_only: bool = False
    """Only alerts whose final words are known. Their `seq` has holes: what was provisional."""


class Ack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ack"):
    """The client holds every alert up to `seq`."""

    seq: _Seq


class Welcome(Struct, frozen=True, kw_only=True, tag="welcome"):
    """The token is good; what follows is for this team."""

    team: str
    role: str
    epoch: str = ""
    seq: int = 0
    """The newest alert in the log."""
    action: int = 0
    """The newest action of the team."""
    ack_s: float = 0.0
    """Seconds in which an alert must be acknowledged; 0 where nothing needs to be."""


class Resumed(Struct, frozen=True, kw_only=True, tag="resumed"):
    """The next alert is the one after `from`."""

    after: int = msgspec.field(name="from")


class Resync(Struct, frozen=True, kw_only=True, tag="resync"):
    """What the client holds is of another log: forget it. The next alert is the one after `seq`."""

    epoch: str
    seq: int


class Skipped(Struct, frozen=True, kw_only=True, tag="skipped"):
    """So many live events gave way to newer ones. Alerts are never skipped."""

    count: int


class Open(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="open"):
    """Send the words of this live call from now on, and no longer those of another."""

    call: _Short | None = None
    """None: of no call."""


class Opened(Struct, frozen=True, kw_only=True, tag="opened"):
    """From here on everything new of the call is sent; what was before is in its record."""

    call: str


class Levels(Struct, frozen=True, kw_only=True, tag="levels"):
    """Every live call just now; a call that is not in it is over."""

    calls: dict[str, tuple[float, int, int, int]]
    """Call -> seconds heard, loudness 0..9 of agent and customer, 1 when sound stopped coming."""


class Heard(Struct, frozen=True, kw_only=True, tag="heard"):
    """How much of a live call was heard; an agent's screen counts on from there."""

    call: str
    at: float
    """Seconds."""


class Health(Struct, frozen=True, kw_only=True, tag="health"):
    """The server itself."""

    live: int
    """Live calls of the team."""
    behind_s: float
    """Age of the team's oldest speech that is not read yet."""
    now: float
    """The server's wall clock."""


class Accepted(Struct, frozen=True, kw_only=True, tag="accepted"):
    """The call is being heard."""

    call: str


class Ended(Struct, frozen=True, kw_only=True, tag="ended"):
    """The call is over and everything of it is recorded."""

    call: str
    received_s: float
    """Seconds of sound that arrived, the longer of the roles."""
    unrecorded_s: float | None = None
    """Of these, seconds that are not in the recording, of all roles together; null where
    nothing is recorded, or while the disk still has to take it."""


class Notice(Struct, frozen=True, kw_only=True, tag="notice"):
    """Something about the sound that somebody should look at; the call goes on."""

    code: str
    message: str


class Reconnect(Struct, frozen=True, kw_only=True, tag="reconnect"):
    """The server is stopping; come back, with the same call id if the call goes on."""

    after_s: float


class Fault(Struct, frozen=True, kw_only=True, tag="error"):
    """Why the socket is about to be closed."""

    code: str
    message: str


_encoder = msgspec.json.Encoder()


def encode(message: Struct) -> str:
    """The message as text."""
    return _encoder.encode(message).decode()
