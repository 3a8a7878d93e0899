"""Deletes what is over its time: marked, erased, certified; a crash in between is made good."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import Connection

from monitor.access.audit import AuditLog
from monitor.access.erasure import Eraser, Gone
from monitor.access.policies import DEFAULTS, Artefact, Policy, Term, term
from monitor.clock import Clock
from monitor.errors import MonitorError
from monitor.settings import Retention
from monitor.store import keeping
from monitor.store.keeping import DeletionRow, Ended, PolicyRow
from monitor.store.store import Store

logger = structlog.get_logger()

BACKWARDS_S: Final = 300.0
FORWARDS_S: Final = 7 * 86_400.0
"""A server may have been off for a week; a clock that is wrong by less deletes at most a week
early, of terms that are counted in months."""
_PAGE: Final = 200


class Keeper:
    """Runs now and then; each run takes what is over its time and finishes what was begun."""

    def __init__(
        self,
        store: Store,
        audit: AuditLog,
        clock: Clock,
        settings: Retention,
        erasers: dict[Artefact, Eraser],
    ) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._settings = settings
        self._erasers = erasers
        self._running = asyncio.Lock()

    async def begin(self) -> None:
        """Put the default policies in force where there is none at all."""
        await self._store.write(lambda on: _seed(on, self._clock.wall()))

    async def run(self) -> None:
        """For ever. A run that fails is logged, and tried again the next time."""
        while True:
            if self._settings.delete:
                try:
                    await self.once()
                except MonitorError as fault:
                    logger.error("retention did not run", why=fault.code)
            await asyncio.sleep(self._settings.every_s)

    async def once(self, *, clock_confirmed: bool = False) -> int:
        """One run; returns how many things were deleted.

        A clock that moved back, or far ahead, since the last run deletes nothing until somebody
        confirms it.
        """
        async with self._running:
            return await self._once(clock_confirmed)

    async def _once(self, clock_confirmed: bool) -> int:
        now = self._clock.wall()
        last = await self._store.read(keeping.last_run)
        if last is not None and not clock_confirmed and not _plausible(last, now):
            self._audit.jot("server", "retention.refused", outcome="refused", last_run=last)
            logger.error("retention refused: the clock moved", last_run=last, now=now)
            return 0
        done = await self._finish_begun()
        for artefact in self._erasers:
            done += await self._delete(artefact, now)
        await self._store.write(lambda on: keeping.ran(on, now))
        return done

    async def _delete(self, artefact: Artefact, now: float) -> int:
        rows = await self._store.read(keeping.policies_in_force)
        policies = [_policy(row) for row in rows]
        after = done = 0
        while page := await self._store.read(
            lambda on, after=after: keeping.candidates(  # type: ignore[misc]
                on, artefact, before=now, after=after, limit=_PAGE
            )
        ):
            after = page[-1].number
            for ended in page:
                due = _due(policies, artefact, ended)
                if due.delete_after is not None and due.delete_after <= now:
                    done += await self._take(ended, artefact, due, now)
        return done

    async def _take(self, ended: Ended, artefact: Artefact, due: Term, now: float) -> int:
        number = await self._store.write(
            lambda on: keeping.begin(on, ended, artefact, due.why, now)
        )
        if number is None:
            return 0
        row = DeletionRow(
            number=number,
            call_number=ended.number,
            team=ended.team,
            call=ended.call,
            artefact=artefact,
            why=due.why,
            begun_wall=now,
        )
        await self._erase(row)
        return 1

    async def _finish_begun(self) -> int:
        rows = await self._store.read(keeping.unfinished)
        known = [row for row in rows if row.artefact in self._erasers]
        for row in known:
            await self._erase(row)
        return len(known)

    async def _erase(self, row: DeletionRow) -> None:
        eraser = self._erasers[row.artefact]  # type: ignore[index]
        about = f"{row.team}/{row.call}"
        await self._audit.note("server", "retention.erase", about, artefact=row.artefact)
        await eraser.begin([row.call_number])
        gone = await eraser.finish([row.call_number])
        wall = self._clock.wall()
        certificate = await asyncio.to_thread(self._certificate, row, gone, wall)
        await self._store.write(lambda on: keeping.finish(on, row.number, certificate, wall))

    def _certificate(self, row: DeletionRow, gone: Sequence[Gone], wall: float) -> str:
        said: dict[str, Any] = {
            "deletion": row.number,
            "team": row.team,
            "call": row.call,
            "artefact": row.artefact,
            "why": row.why,
            "begun": row.begun_wall,
            "finished": wall,
            "gone": [
                {"what": each.what, "id": each.id, "sha256_before": each.sha256_before}
                for each in gone
            ],
        }
        text = msgspec.json.encode(said, order="sorted")
        signed = {"certificate": said, **self._audit.signer.seal(text)}
        return msgspec.json.encode(signed).decode()


def _seed(on: Connection, wall: float) -> None:
    if keeping.policies_in_force(on) or keeping.last_run(on) is not None:
        return
    for policy in DEFAULTS:
        values = msgspec.to_builtins(policy)
        keeping.add_policy(on, **values, made_by="default", made_wall=wall)


def _due(policies: Sequence[Policy], artefact: Artefact, ended: Ended) -> Term:
    """When it goes; a record never before its sound, which is found through it."""
    own = term(policies, artefact, ended.industry, ended.ended_wall)
    if artefact == "recording":
        return own
    sound = term(policies, "recording", ended.industry, ended.ended_wall)
    if own.delete_after is None or sound.delete_after is None:
        return msgspec.structs.replace(own, delete_after=None)
    return msgspec.structs.replace(own, delete_after=max(own.delete_after, sound.delete_after))


def _policy(row: PolicyRow) -> Policy:
    return msgspec.convert(msgspec.to_builtins(row), Policy)


def _plausible(last: float, now: float) -> bool:
    return -BACKWARDS_S <= now - last <= FORWARDS_S
