"""The audit log of a running server, and of commands beside it.

`note` returns once the entry is on disk: what must not happen unseen waits for it, and does not
happen when it fails. `jot` returns at once: recording and hearing calls never wait for the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import urllib.request
from collections import deque
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.access import audit_shelf, checkpoint
from monitor.access.audit_shelf import AuditShelf
from monitor.access.chain import Entry
from monitor.access.checkpoint import Checkpoint, Signer
from monitor.access.seal import Keys
from monitor.clock import Clock
from monitor.errors import MonitorError, Unavailable
from monitor.settings import Audit

logger = structlog.get_logger()

JOTTED: Final = 10_000
"""Entries that may wait while the disk does not take them; then they are counted, not kept."""
_RETRY_S: Final = 1.0
_WEBHOOK_S: Final = 5.0
ANCHORED: Final = ("accounts.", "retention.", "holds.", "rules.approve", "approvals.")
"""Actions after which a checkpoint is signed at once."""


class AuditLog:
    """Writes entries and signs checkpoints."""

    def __init__(self, folder: Path, settings: Audit, clock: Clock, keys: Keys | None) -> None:
        """Without `keys` entries are written, and the server signs for them.

        Raises `Unavailable`: the folder cannot hold the log, or its key is lost.
        """
        self.shelf = AuditShelf(folder)
        self._signer = None if keys is None else Signer(keys, folder)
        self.anchor = Path(settings.checkpoint_file or folder / "audit.checkpoints")
        self._settings = settings
        self._clock = clock
        self._jotted: deque[Entry] = deque()
        self._lost = 0
        self._more = asyncio.Event()
        if self._signer is not None:
            signed = self.anchor.exists() or (folder / checkpoint.PUBLIC_FILE).exists()
            self._signer.prepare(in_use=signed)

    @property
    def signer(self) -> Signer:
        """Signs in the name of the log; a command has none."""
        assert self._signer is not None
        return self._signer

    async def note(self, actor: str, action: str, about: str = "", **more: Any) -> None:
        """Write an entry; `more` is outcome and detail. Raises `Unavailable`, `Overloaded`."""
        await self._written(self._entry(actor, action, about, more))
        if action.startswith(ANCHORED):
            await asyncio.to_thread(self.sign)

    def note_now(self, actor: str, action: str, about: str = "", **more: Any) -> None:
        """As `note`, for a command."""
        entry = self._entry(actor, action, about, more)
        try:
            self.shelf.writer.submit(partial(_put, entry=entry)).result()
        except SQLAlchemyError as fault:
            why = f"the audit log takes no entry: {fault.__cause__ or fault}"
            raise Unavailable("no_audit", why) from fault
        if action.startswith(ANCHORED):
            self.sign()

    def jot(self, actor: str, action: str, about: str = "", **more: Any) -> None:
        """Write an entry some time soon; never waits, never fails."""
        if len(self._jotted) >= JOTTED:
            self._lost += 1
            return
        self._jotted.append(self._entry(actor, action, about, more))
        self._more.set()

    @property
    def lost(self) -> int:
        """Jotted entries that found no room and are not in the log yet as a number."""
        return self._lost

    async def run(self) -> None:
        """Write what is jotted and sign a checkpoint now and then, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write_jotted())
            tasks.create_task(self._sign_regularly())

    async def drain(self) -> None:
        """Write what is jotted, as far as the disk takes it, and sign."""
        with contextlib.suppress(MonitorError):
            while self._jotted:
                await self._write_first()
            await asyncio.to_thread(self.sign)

    def sign(self) -> Checkpoint | None:
        """Sign the head of the log and put it where the settings say; None for an empty log."""
        head = self.shelf.head()
        if not head.size or self._signer is None:
            return None
        point = self.signer.sign(head, self._clock.wall())
        try:
            checkpoint.append(self.anchor, point)
            if self._settings.checkpoint_url:
                _post(self._settings.checkpoint_url, point)
        except OSError as fault:
            # an anchor out of reach is a fault to see, not a reason to stop work
            logger.error("audit checkpoint not kept", size=head.size, why=str(fault))
        return point

    def close(self) -> None:
        """Let go of the file."""
        self.shelf.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _entry(self, actor: str, action: str, about: str, more: dict[str, Any]) -> Entry:
        outcome = more.pop("outcome", "done")
        return Entry(
            seq=0,
            wall=round(self._clock.wall(), 3),
            actor=actor,
            action=action,
            about=about,
            outcome=outcome,
            detail=more,
        )

    async def _written(self, entry: Entry) -> None:
        try:
            await self.shelf.writer.run(partial(_put, entry=entry))
        except SQLAlchemyError as fault:
            why = f"the audit log takes no entry: {fault.__cause__ or fault}"
            raise Unavailable("no_audit", why) from fault

    async def _write_jotted(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._jotted:
                try:
                    await self._write_first()
                except MonitorError as fault:
                    logger.error("audit log not written", why=fault.code)
                    await asyncio.sleep(_RETRY_S)

    async def _write_first(self) -> None:
        entry = self._jotted[0]
        await self._written(entry)
        self._jotted.popleft()
        if self._lost:
            lost, self._lost = self._lost, 0
            self.jot("server", "audit.lost", entries=lost)

    async def _sign_regularly(self) -> None:
        signed = 0
        while True:
            await asyncio.sleep(self._settings.checkpoint_s)
            head = await asyncio.to_thread(self.shelf.head)
            if head.size != signed:
                await asyncio.to_thread(self.sign)
                signed = head.size


def _put(connection: Any, entry: Entry) -> None:
    audit_shelf.append(connection, entry)


def _post(url: str, point: Checkpoint) -> None:
    request = urllib.request.Request(
        url, msgspec.json.encode(point), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_WEBHOOK_S) as answer:
        if answer.status >= 300:
            raise OSError(f"{url} answered {answer.status}")
