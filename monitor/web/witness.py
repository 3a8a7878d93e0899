"""What the guard writes into the audit log, so that no handler has to think of it.

What is read is noted before the answer leaves, what is changed before it is changed: without an
entry on disk neither happens.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from starlette.requests import Request

from monitor.access.audit import AuditLog
from monitor.access.principal import Principal
from monitor.clock import Clock

UNSEEN: Final = frozenset({"metrics.read", "rules.read", "rules.try"})
"""Actions that show nothing of calls or people and change nothing."""

_QUERY: Final = ("team", "from", "to", "channel", "take", "format")
"""Parts of an address that say what was looked at; search words are not among them."""
_REMEMBERED: Final = 10_000
_LONGEST: Final = 256


class Witness:
    """Knows what was noted a moment ago, so that a screen that asks each second is one entry."""

    def __init__(self, log: AuditLog, clock: Clock, repeat_s: float) -> None:
        self._log = log
        self._clock = clock
        self._repeat_s = repeat_s
        self._recent: OrderedDict[tuple[str, ...], float] = OrderedDict()

    async def read(self, who: Principal, action: str, request: Request) -> None:
        """Note that something was read; raises `Unavailable`."""
        about, detail = _about(request)
        key = (who.label, who.session, action, about, *detail.values())
        now = self._clock.monotonic()
        if action in UNSEEN or now - self._recent.get(key, -self._repeat_s) < self._repeat_s:
            return
        await self._log.note(who.label, action, about, role=who.role, **detail)
        self._recent[key] = now
        self._recent.move_to_end(key)
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)

    async def change(self, who: Principal, action: str, request: Request) -> None:
        """Note that something is about to be changed; raises `Unavailable`."""
        if action not in UNSEEN:
            about, detail = _about(request)
            await self._log.note(
                who.label, action, about, role=who.role, method=request.method, **detail
            )

    def refused(self, who: Principal, action: str, request: Request, code: str) -> None:
        """Jot down that somebody may not."""
        about, detail = _about(request)
        self._log.jot(
            who.label, action, about, outcome="refused", role=who.role, code=code, **detail
        )


def _about(request: Request) -> tuple[str, dict[str, Any]]:
    query = request.query_params
    detail = {name: query[name][:_LONGEST] for name in _QUERY if name in query}
    return request.url.path[:_LONGEST], detail
