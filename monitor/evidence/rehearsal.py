"""A restore, rehearsed beside the running server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.clock import Clock
from monitor.errors import MonitorError
from monitor.evidence import drill, opening
from monitor.evidence.age import Identity
from monitor.evidence.backup import backup, counts
from monitor.evidence.format import SUFFIX
from monitor.evidence.keyring import Keyring
from monitor.evidence.reader import SegmentReader
from monitor.evidence.restore import restore
from monitor.settings import Settings
from monitor.store.store import RECORD_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How the rehearsal went; times in seconds."""

    backup_s: float
    restore_s: float
    open_s: float
    rows: int
    recordings: int
    faults: int


def rehearse(
    settings: Settings,
    work: Path,
    escrow: Identity | None,
    clock: Clock,
    say: Callable[[str], None],
) -> Report:
    """Back up into `work`, restore there, open every recording; `say` gets every fault."""
    data, recordings = Path(settings.store.data), opening.folder(settings)
    begun = clock.monotonic()
    made = backup(data, recordings, work / "backup", work / "keys", wall=clock.wall())
    saved = clock.monotonic()
    back = restore(made, work / "keys" / made.name, work / "data", work / "recordings")
    restored = clock.monotonic()
    faults = 0
    record = work / "data" / RECORD_FILE
    found = counts(record) if record.exists() else {}
    for table, rows in back.manifest.counts.items():
        if found.get(table, 0) < rows:
            faults += 1
            say(f"table {table}: {found.get(table, 0)} of {rows} rows")
    ring = Keyring(work / "data", opening.root_source(settings))
    try:
        ring.verify()
    except MonitorError as fault:
        faults += 1
        say(fault.message)
    opened, shut = _open_all(work / "recordings", ring, say)
    if escrow is not None:
        proven = drill.escrow(ring, work / "recordings", escrow, say)
        shut += proven.shut
    return Report(
        backup_s=saved - begun,
        restore_s=restored - saved,
        open_s=clock.monotonic() - restored,
        rows=sum(found.values()),
        recordings=opened,
        faults=faults + shut,
    )


def _open_all(folder: Path, keys: Keyring, say: Callable[[str], None]) -> tuple[int, int]:
    good = bad = 0
    for path in sorted(folder.rglob("*" + SUFFIX)):
        try:
            with SegmentReader(path, keys) as reader:
                verdict = reader.verify()
                why = verdict.why if verdict.state == "damaged" else ""
        except MonitorError as fault:
            why = fault.message
        good += not why
        bad += bool(why)
        if why:
            say(f"recording {path.stem}: {why}")
    return good, bad
