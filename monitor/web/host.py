"""What the sockets need of whatever hears the calls."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from monitor.alerts.desk import Desk
from monitor.asr.scheduler import Again
from monitor.clock import Clock
from monitor.events import CallStarted
from monitor.ops.metrics import Metrics
from monitor.settings import Settings
from monitor.types import Role, Samples


class CallHandle(Protocol):
    """One live call. Its methods are awaited one after the other."""

    @property
    def monitored(self) -> bool:
        """Whether its sound is heard just now, and not only recorded."""

    async def audio(self, role: Role, samples: Samples, position: int) -> None:
        """Sound of one role at the call's own rate; `position` counts the role's samples.

        Returning late holds the source back.
        """

    async def gap(self, position: int, samples: int) -> None:
        """The source lost sound of all roles; positions go on after it."""

    async def pause(self, position: int) -> None:
        """From here on nothing may be kept (payment data); sound stops coming, positions go on."""

    async def resume(self, position: int, samples: int) -> None:
        """The pause is over; `samples` of each role were let go before `position`."""

    async def end(self, reason: str) -> None:
        """No more sound: hear out what is queued, publish `call.ended`, forget the call."""


class CallHost(Protocol):
    """Begins calls. At most one handle per team and call id lives at a time."""

    @property
    def about(self) -> str:
        """One line for people: which recogniser and which packs."""

    @property
    def taking(self) -> bool:
        """Whether a call that began now would be heard."""

    def behind_s(self, team: str) -> float:
        """Age of the team's oldest speech that is not read yet; other teams' tells nothing."""

    async def begin(
        self,
        call: CallStarted,
        *,
        rate: int,
        roles: tuple[Role, ...],
        again: Again | None = None,
    ) -> CallHandle:
        """Publish `call.started` and get ready; `rate` in hertz, one channel per role; `again`
        reads sound of it that had to wait. Positions of the handle count from `call.at`.

        Raises `BadMessage` for a call that cannot be heard, `Overloaded` when there are too many.
        """


class HostFactory(Protocol):
    """Opens a host for the time the server runs."""

    def __call__(
        self, settings: Settings, desk: Desk, metrics: Metrics, clock: Clock
    ) -> AbstractAsyncContextManager[CallHost]: ...
