"""Dry runs: a proposed pack over past calls, beside the packs in force, before it is published."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from monitor.access.principal import Principal
from monitor.errors import MonitorError
from monitor.qa.review_rejudge import again, differences
from monitor.rules.pack import Pack
from monitor.store import desk_rules, proposals
from monitor.store.store import Store
from monitor.web import rules_desk_outcome as outcome
from monitor.web.review_access import Teams
from monitor.web.review_events import events_of

logger = structlog.get_logger()

MOST_CALLS: Final = 1000
"""Of each team."""

MOST_RUNS: Final = 16
"""Under way or waiting."""

REST: Final = 1.0
"""Rest after each call, in times of what it took: live calls come first."""

MOST_REST_S: Final = 0.5


@dataclass(slots=True, kw_only=True)
class Run:
    """A proposal that is tried on calls, or waits for its turn."""

    proposal: int
    before: Sequence[Pack]
    after: Sequence[Pack]
    most: int
    """Newest calls of each team: what a team is shown depends on its own calls alone."""
    teams: Teams
    done: int = 0
    of: int = 0


class DryRuns:
    """One run over the same teams at a time, and one at work; who waits for other teams' runs sees
    an own run that has not begun."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs: dict[Teams, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._stop = False

    def start(self, run: Run) -> bool:
        """Begin; False while another over the same teams is under way, or too many wait."""
        if run.teams in self._runs or len(self._runs) >= MOST_RUNS:
            return False
        self._runs[run.teams] = run
        task = asyncio.create_task(self._take_turn(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def of(self, principal: Principal) -> dict[str, Any] | None:
        """The oldest run that shows nothing but the holder's teams."""
        for run in self._runs.values():
            if outcome.may_see(principal, run.teams):
                return {"proposal": run.proposal, "done": run.done, "of": run.of or run.most}
        return None

    async def close(self) -> None:
        """Stop after the call at hand."""
        self._stop = True
        await asyncio.gather(*self._tasks)

    async def _take_turn(self, run: Run) -> None:
        try:
            async with self._turn:
                parts = await asyncio.to_thread(self._tried, run)
            if not self._stop:
                await self._store.write(lambda on: _keep(on, run, parts))
        except MonitorError as fault:
            logger.error("a dry run failed", proposal=run.proposal, why=fault.code)
        finally:
            del self._runs[run.teams]

    def _tried(self, run: Run) -> dict[str, outcome.Part]:
        rows = self._store.read_now(
            lambda on: desk_rules.ended_calls(on, of_each=run.most, teams=run.teams)
        )
        changed = [pack for pack in run.after if not any(pack is one for one in run.before)]
        rows = [
            row
            for row in rows
            if any(pack.covers(row["industry"], row["business"]) for pack in changed)
        ]
        run.of = len(rows)
        parts: dict[str, outcome.Part] = {}
        for row in rows:
            if self._stop:
                break
            began = time.monotonic()
            events = self._store.read_now(lambda on, n=row["number"]: events_of(on, n))  # type: ignore[misc]
            found = differences(again(events, run.before), again(events, run.after))
            outcome.add(parts.setdefault(row["team"], outcome.empty()), row["number"], found)
            run.done += 1
            time.sleep(min(MOST_REST_S, (time.monotonic() - began) * REST))
        return parts


def _keep(on: Connection, run: Run, parts: dict[str, outcome.Part]) -> None:
    row = proposals.find(on, run.proposal)
    before = None if row is None else row.dry_run
    proposals.tried(on, run.proposal, outcome.kept(before, run.teams, parts))
