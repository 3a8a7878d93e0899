"""A data folder from a backup. Subscribers are told to start afresh, and nothing newer is lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitor.alerts import log
from monitor.errors import BadInput
from monitor.evidence import manifest
from monitor.evidence.backup import RECORDINGS, copy
from monitor.evidence.manifest import Held, Manifest
from monitor.store.database import writing_engine
from monitor.store.migrate import RECORD_STEPS
from monitor.store.store import RECORD_FILE, prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back."""

    manifest: Manifest
    files: int
    recordings: int
    """Copied; those that were there already are not counted."""
    streams: int
    """Logs of teams that have a new epoch."""


def restore(folder: Path, keys: Path | None, data: Path, recordings: Path) -> Restored:
    """Bring the backup in `folder` into `data`, which has no record yet. Raises `BadInput`.

    Everything is compared with the manifest first. Recordings that lie in `recordings` already
    stay, whatever the backup says; the server adopts those that the record does not know.
    """
    if (data / RECORD_FILE).exists():
        message = "has a record already: move it away first, nothing is ever overwritten"
        raise BadInput("not_empty", message, file=str(data))
    known = manifest.read(folder)
    stored = folder.parent / RECORDINGS
    key_folder = keys or folder
    faults = [
        *manifest.wrong(known.files, folder),
        *manifest.wrong(known.recordings, stored),
        *manifest.wrong(tuple(_lacking(known, data)), key_folder),
    ]
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BadInput("bad_backup", faults[0] + more, file=str(folder))
    copied = 0
    for one in known.recordings:
        target = recordings / one.path
        if not target.exists() or target.stat().st_size < one.bytes:
            copy(stored / one.path, target)
            copied += 1
    for one in _lacking(known, data):
        copy(key_folder / one.path, data / one.path)
    # the record last: with it the folder counts as restored
    for one in sorted(known.files, key=lambda one: one.path == RECORD_FILE):
        if one.path != RECORD_FILE:
            copy(folder / one.path, data / one.path)
    with_record = any(one.path == RECORD_FILE for one in known.files)
    streams = _fresh_record(folder / RECORD_FILE, data) if with_record else 0
    return Restored(manifest=known, files=len(known.files), recordings=copied, streams=streams)


def _fresh_record(source: Path, data: Path) -> int:
    """The record with new epochs, under its name only once it has them."""
    beside = data / f"{RECORD_FILE}.restoring"
    copy(source, beside)
    prepare(beside, RECORD_STEPS, journal="delete")
    engine = writing_engine(beside, journal="delete")
    try:
        with engine.connect() as connection, connection.begin():
            streams = log.renew_epochs(connection)
    finally:
        engine.dispose()
    beside.rename(data / RECORD_FILE)
    return streams


def _lacking(known: Manifest, data: Path) -> list[Held]:
    """Keys that are there stay: a keyring may know keys that the backup's does not."""
    return [one for one in known.keys if not (data / one.path).exists()]
