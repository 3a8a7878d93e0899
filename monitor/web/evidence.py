"""The recorder and the library of a running server."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import structlog

from monitor.clock import Clock
from monitor.errors import Unavailable
from monitor.evidence import opening, recover
from monitor.evidence.keyring import Keyring
from monitor.evidence.library import Library
from monitor.evidence.recorder import Recorder
from monitor.ops.metrics import Metrics
from monitor.settings import Settings
from monitor.store.store import Store
from monitor.types import Role

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Both None when the settings say that nothing is recorded."""

    recorder: Recorder | None = None
    library: Library | None = None
    recovery: asyncio.Task[object] | None = None

    async def close(self) -> None:
        """Write what is left, off the event loop; the caller's stack closes the rest."""
        if self.recovery is not None:
            self.recovery.cancel()
            with contextlib.suppress(asyncio.CancelledError, Unavailable):
                await self.recovery
        if self.recorder is not None:
            await asyncio.to_thread(self.recorder.close)


async def open_evidence(
    stack: contextlib.ExitStack,
    settings: Settings,
    keys: Keyring,
    store: Store,
    metrics: Metrics,
    clock: Clock,
) -> Evidence:
    """Open the recorder; what the last run left behind is looked at in the background."""
    if not settings.recordings.enabled:
        logger.warning("nothing is recorded: recordings.enabled is false")
        return Evidence()
    folder = opening.folder(settings)
    strays = await asyncio.to_thread(recover.find, store, folder)

    def took(role: Role, kept_s: float, lost_s: float) -> None:
        metrics.recorded.labels(role).inc(kept_s)
        metrics.unrecorded.labels(role).inc(lost_s)
        metrics.ledger.count("recorded", kept_s)
        metrics.ledger.count("unrecorded", lost_s)

    recorder = stack.enter_context(opening.open_recorder(settings, keys, store, clock, took))
    metrics.gauge(
        "monitor_recording_failing_calls",
        "Calls whose sound waits in memory because the disk does not take it.",
        lambda: recorder.health.failing,
    )
    metrics.gauge(
        "monitor_recording_ok",
        "1 while recordings are written.",
        lambda: float(recorder.health.state == "ok"),
    )
    recovery = asyncio.create_task(recover.recover(strays, store, folder, keys, clock))
    return Evidence(recorder=recorder, library=Library(folder, keys), recovery=recovery)
