"""Dry runs: a proposed pack over past calls, beside the packs in force, before it is published."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import structlog

from monitor.access.permissions import decide
from monitor.access.principal import Principal
from monitor.errors import MonitorError
from monitor.qa.review_rejudge import again, differences
from monitor.rules.pack import Pack
from monitor.store import desk_rules, proposals
from monitor.store.store import Store
from monitor.web.review_access import Teams
from monitor.web.review_events import events_of

logger = structlog.get_logger()

EXAMPLES: Final = 60
"""Differences kept to read."""

MOST_CALLS: Final = 1000

REST: Final = 1.0
"""Rest after each call, in times of what it took: live calls come first."""

MOST_REST_S: Final = 0.5


def may_see(principal: Principal, teams: Iterable[str] | None) -> bool:
    """Whether a run over the calls of these teams shows nothing that is not the holder's."""
    return not principal.teams or (teams is not None and {*teams} <= {*principal.teams})


def shown(dry_run: str | None, principal: Principal) -> dict[str, Any] | None:
    """What a run found, for who may see its calls; without quotes for who reads none."""
    if dry_run is None:
        return None
    found: dict[str, Any] = msgspec.json.decode(dry_run)
    if not may_see(principal, found.pop("teams", None)):
        return None
    if not decide(principal, "calls.read").allowed:
        found["examples"] = []
    return found


class DryRuns:
    """One run at a time; a second one waits to be asked for again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None
        self._stop = False
        self.running: int | None = None
        """The proposal being tried."""
        self.teams: Teams = None
        """Whose calls it is tried on."""
        self.done = 0
        self.of = 0

    def start(
        self,
        proposal: int,
        before: Sequence[Pack],
        after: Sequence[Pack],
        most: int,
        teams: Teams,
    ) -> bool:
        """Begin, over the newest calls of these teams; False while another runs."""
        if self.running is not None:
            return False
        self.running, self.done, self.of, self.teams = proposal, 0, most, teams
        self._task = asyncio.create_task(self._run(proposal, before, after, most))
        return True

    async def close(self) -> None:
        """Stop after the call at hand."""
        self._stop = True
        if self._task is not None:
            await self._task

    async def _run(
        self, proposal: int, before: Sequence[Pack], after: Sequence[Pack], most: int
    ) -> None:
        try:
            found = await asyncio.to_thread(self._tried, before, after, most)
            if not self._stop:
                text = msgspec.json.encode(found).decode()
                await self._store.write(lambda on: proposals.tried(on, proposal, text))
        except MonitorError as fault:
            logger.error("a dry run failed", proposal=proposal, why=fault.code)
        finally:
            self.running = None

    def _tried(self, before: Sequence[Pack], after: Sequence[Pack], most: int) -> dict[str, Any]:
        rows = self._store.read_now(
            lambda on: desk_rules.ended_calls(on, limit=most, teams=self.teams)
        )
        changed = [pack for pack in after if not any(pack is one for one in before)]
        rows = [
            row
            for row in rows
            if any(pack.covers(row["industry"], row["business"]) for pack in changed)
        ]
        self.of = len(rows)
        counts: Counter[str] = Counter()
        rules: dict[str, Counter[str]] = {}
        examples: list[dict[str, Any]] = []
        for row in rows:
            if self._stop:
                break
            began = time.monotonic()
            events = self._store.read_now(lambda on, n=row["number"]: events_of(on, n))  # type: ignore[misc]
            for one in differences(again(events, before), again(events, after)):
                counts[one.change] += 1
                side = one.after or one.before or {}
                rules.setdefault(side["rule"], Counter())[one.change] += 1
                if one.change != "same" and len(examples) < EXAMPLES:
                    examples.append({"call": row["number"], **msgspec.to_builtins(one)})
            self.done += 1
            time.sleep(min(MOST_REST_S, (time.monotonic() - began) * REST))
        return {
            "teams": self.teams,
            "calls": self.done,
            "counts": counts,
            "rules": {
                rule: found for rule, found in sorted(rules.items()) if set(found) - {"same"}
            },
            "examples": examples,
        }
