"""A host that hears nothing: what it finds is written in the samples themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from monitor.alerts.desk import Desk
from monitor.asr.scheduler import Again
from monitor.clock import Clock
from monitor.errors import Overloaded, Unavailable
from monitor.events import Alert, AnyEvent, CallEnded, CallStarted, Coverage, Prompt, Utterance
from monitor.live import RETRY_S
from monitor.ops.metrics import Metrics
from monitor.settings import Settings
from monitor.types import Role, Samples

VERBOSE = "verbose"
"""An agent whose alerts are 12 kB each."""


def alert(call: str, number: int, **changes: object) -> Alert:
    fields: dict[str, object] = {
        "call": call,
        "id": f"{call}-{number}",
        "category": "guaranteed_return",
        "rule": "wealth/guaranteed-return",
        "pack": "wealth@1",
        "severity": "critical",
        "start": float(number),
        "end": number + 0.5,
        "quote": "百分百保本",
        "raised_at": number + 0.6,
    }
    return Alert(**(fields | changes))  # type: ignore[arg-type]


@dataclass
class ScriptedCall:
    """A chunk whose first sample is n > 0 raises alert n; -1 shows a prompt, -2 clears it.

    The words of alert n are the entry `say<n>` of the call's `meta`.
    """

    call: CallStarted
    rate: int
    host: ScriptedHost
    facts: list[str] = field(default_factory=list)
    heard: int = 0
    monitored: bool = True

    async def audio(self, role: Role, samples: Samples, position: int) -> None:
        self.heard = max(self.heard, position + len(samples))
        if role is not Role.AGENT:
            return
        number, id_ = int(samples[0]), self.call.call
        at = self.heard / self.rate
        events: list[AnyEvent] = [
            Coverage(call=id_, channel=role, state="transcribed", start=0.0, end=at)
        ]
        if number > 0:
            said = self.call.meta.get(f"say{number}", f"第{number}句")
            events.append(Utterance(call=id_, channel=role, start=at - 0.01, end=at, text=said))
            why = "说明" * 2000 if self.call.agent == VERBOSE else ""
            quote = self.call.meta.get(f"say{number}", "百分百保本")
            events.append(alert(id_, number, why=why, quote=quote))
        elif number < 0:
            state = "shown" if number == -1 else "cleared"
            events.append(
                Prompt(call=id_, text="请说明来电目的", reason="missing_purpose", state=state)
            )
        await self._publish(events)

    async def gap(self, position: int, samples: int) -> None:
        self.facts.append(f"gap {position} {samples}")

    async def pause(self, position: int) -> None:
        self.facts.append(f"pause {position}")

    async def resume(self, position: int, samples: int) -> None:
        self.facts.append(f"resume {position} {samples}")

    async def end(self, reason: str) -> None:
        at = self.heard / self.rate
        ended = CallEnded(call=self.call.call, at=at, reason=reason)
        await self._publish([ended])

    async def _publish(self, events: list[AnyEvent]) -> None:
        """As a live call: what was heard is kept until it is written."""
        while True:
            try:
                return await self.host.desk.publish(self.call, events)
            except (Unavailable, Overloaded):
                await asyncio.sleep(RETRY_S)


@dataclass
class ScriptedHost:
    desk: Desk
    about: str = ""
    calls: dict[str, ScriptedCall] = field(default_factory=dict)
    full: bool = False
    behind: dict[str, float] = field(default_factory=dict)

    def behind_s(self, team: str) -> float:
        return self.behind.get(team, 0.0)

    @property
    def taking(self) -> bool:
        return not self.full

    async def begin(
        self,
        call: CallStarted,
        *,
        rate: int,
        roles: tuple[Role, ...],
        again: Again | None = None,
    ) -> ScriptedCall:
        if self.full:
            raise Overloaded("too_many_calls", "no more calls can be heard")
        handle = self.calls[call.call] = ScriptedCall(call, rate, self)
        await self.desk.publish(call, [call])
        return handle


@asynccontextmanager
async def open_scripted(
    settings: Settings, desk: Desk, metrics: Metrics, clock: Clock
) -> AsyncIterator[ScriptedHost]:
    yield ScriptedHost(desk)
