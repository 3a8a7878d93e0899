"""A backup of a data folder while its server runs: databases, files, recordings; keys apart."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from monitor import __version__
from monitor.errors import BadInput, Unavailable
from monitor.evidence import manifest
from monitor.evidence.format import SUFFIX
from monitor.evidence.keyring import KEYRING_FILE
from monitor.evidence.manifest import MANIFEST, Held, Manifest
from monitor.evidence.root import replace
from monitor.store.life import LIFE_FILE
from monitor.store.store import RECORD_FILE

RECORDINGS = "recordings"

_PAGES = 2048
"""Pages copied at a time; between them the server may write."""

KEY_SUFFIX = ".key"
"""Of the keys of other sealed things in the data folder."""

_SKIPPED = (".lock", "-wal", "-shm", "-journal")


def backup(data: Path, recordings: Path, into: Path, keys: Path, *, wall: float) -> Path:
    """Make a new backup below `into`; returns its folder. Raises `BadInput`, `Unavailable`.

    Recordings go into one folder for all backups, where a file that is there already is not
    copied again. A record in PostgreSQL is not in it. `keys` gets the keyring and the
    other keys of the folder, and must not lie in `into` nor the other way round.
    """
    _apart(into, keys)
    stamp = datetime.fromtimestamp(wall, UTC).strftime("%Y%m%dT%H%M%SZ")
    folder, key_folder = into / stamp, keys / stamp
    for made in (folder, key_folder):
        try:
            made.mkdir(parents=True, mode=0o700)
        except OSError as fault:
            raise BadInput("bad_folder", fault.strerror or "", file=str(made)) from None
    try:
        # recordings last: one that the database knows is then never missing
        files = tuple(_files(data, recordings, folder))
        ring = tuple(_keys(data, key_folder))
        kept = tuple(_recordings(recordings, into / RECORDINGS))
    except (OSError, sqlite3.Error) as fault:
        raise Unavailable("backup_failed", f"the backup was broken off: {fault}") from fault
    made_of = Manifest(
        program=__version__,
        made_wall=wall,
        files=files,
        recordings=kept,
        keys=ring,
        counts=counts(folder / RECORD_FILE) if (folder / RECORD_FILE).exists() else {},
    )
    replace(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(made_of), indent=1))
    return folder


def backups(into: Path) -> list[Path]:
    """Finished backups, oldest first."""
    return sorted(path.parent for path in into.glob(f"*/{MANIFEST}"))


def prune(into: Path, keys: Path, keep: int) -> int:
    """Remove all but the newest `keep` backups, and recordings that none of them holds."""
    old = backups(into)[:-keep]
    for folder in old:
        shutil.rmtree(folder)
        shutil.rmtree(keys / folder.name, ignore_errors=True)
    wanted = {one.path for folder in backups(into) for one in manifest.read(folder).recordings}
    stored = into / RECORDINGS
    for path in stored.rglob("*" + SUFFIX):
        if str(path.relative_to(stored)) not in wanted:
            path.unlink()
    return len(old)


def counts(database: Path) -> dict[str, int]:
    """Rows of every table, after a check of the whole file; raises `sqlite3.Error`."""
    with _opened(database) as connection:
        (said,) = connection.execute("PRAGMA quick_check").fetchone()
        if said != "ok":
            raise sqlite3.DatabaseError(f"{database.name}: {said}")
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if not name.startswith("sqlite_")
        ]
        return {
            name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
            for name in sorted(names)
        }


def copy(source: Path, target: Path) -> None:
    """A private copy that is on disk when this returns, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = target.with_name(f".{target.name}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as made, source.open("rb") as given:
            shutil.copyfileobj(given, made, 1 << 20)
            made.flush()
            os.fsync(made.fileno())
        beside.rename(target)
    finally:
        beside.unlink(missing_ok=True)


def _files(data: Path, recordings: Path, folder: Path) -> Iterator[Held]:
    for path in sorted(data.rglob("*")):
        name = str(path.relative_to(data))
        if not path.is_file() or path.is_relative_to(recordings) or path.name.endswith(_SKIPPED):
            continue
        if (
            name in (KEYRING_FILE, LIFE_FILE)
            or path.suffix == KEY_SUFFIX
            or path.name.startswith(".")
        ):
            continue
        if path.suffix == ".db":
            _database(path, folder / name)
        else:
            copy(path, folder / name)
        yield manifest.held(folder / name, name)


def _keys(data: Path, folder: Path) -> Iterator[Held]:
    for path in sorted([*data.glob(KEYRING_FILE), *data.glob("*" + KEY_SUFFIX)]):
        copy(path, folder / path.name)
        yield manifest.held(folder / path.name, path.name)


def _recordings(recordings: Path, stored: Path) -> Iterator[Held]:
    for path in sorted(recordings.rglob("*" + SUFFIX)):
        name = path.relative_to(recordings)
        target = stored / name
        # a file only ever grows, so the same length is the same file
        if not target.exists() or target.stat().st_size < path.stat().st_size:
            copy(path, target)
        yield manifest.held(target, str(name))


def _database(path: Path, target: Path) -> None:
    """SQLite's own way of copying a database that is in use."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.touch(mode=0o600)
    with _opened(path) as source, closing(sqlite3.connect(target)) as made:
        source.backup(made, pages=_PAGES)
        made.execute("PRAGMA journal_mode=DELETE")
    handle = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True))


def _apart(into: Path, keys: Path) -> None:
    one, other = into.absolute(), keys.absolute()
    if one.is_relative_to(other) or other.is_relative_to(one):
        message = "keys and data go into different places, or a thief of the one has both"
        raise BadInput("keys_beside_data", message, file=str(keys))
