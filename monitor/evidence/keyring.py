"""The keys of a data folder, each under a root key and, if wanted, in escrow.

Data keys of recordings are wrapped by the key of their team and month; other sealed things have a
key of the folder with a name. The file holds nothing
that opens without a root key, so it may lie beside the recordings and goes into every backup.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.errors import Damaged, Unavailable
from monitor.evidence import age
from monitor.evidence.age import Identity, Recipient
from monitor.evidence.places import month_of
from monitor.evidence.root import RootKey, RootSource, check, replace
from monitor.evidence.seals import KEY_BYTES
from monitor.evidence.wrap import unwrap, wrap

KEYRING_FILE = "keyring.json"


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One key, wrapped."""

    id: str
    """Random; of a key of the folder, its name."""
    team: str
    month: str
    """Such as 2026-11, in Chinese time; empty for a key of the folder."""
    root: str
    """Id of the root key that wraps it."""
    wrapped: bytes
    escrow: bytes = b""
    """The key once more, as an age file for the escrow key; may be empty."""

    @property
    def about(self) -> bytes:
        """What is proven with the key."""
        return msgspec.json.encode([self.id, self.team, self.month])


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = 1
    keys: tuple[KeyRow, ...] = ()


class MonthKey:
    """An opened team-month key."""

    def __init__(self, id_: str, raw: bytes) -> None:
        self.id = id_
        self.raw = raw
        self._cipher = AESGCM(raw)

    def wrap(self, data_key: bytes, file: str) -> bytes:
        """The data key of a recording file."""
        return wrap(self._cipher, data_key, file.encode())

    def unwrap(self, wrapped: bytes, file: str) -> bytes:
        """The data key; raises `Damaged` when it is of another file or key."""
        return unwrap(self._cipher, wrapped, file.encode())


class Keyring:
    """Opens and makes team-month keys. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, root: RootSource, *, escrow: Recipient | None = None) -> None:
        self._path = folder / KEYRING_FILE
        self._root = root
        self.escrow = escrow
        self._opened: dict[str, MonthKey] = {}
        self._current: dict[tuple[str, str], MonthKey] = {}
        self._busy = threading.Lock()

    def rows(self) -> tuple[KeyRow, ...]:
        """As they are on disk; raises `Unavailable` when the file is there but unreadable."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_File).keys
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.DecodeError) as fault:
            message = f"{self._path}: the wrapped keys cannot be read: {fault}"
            raise Unavailable("bad_keyring", message) from fault

    def verify(self) -> int:
        """Open every key with the root keys at hand; returns how many there are.

        Raises `Unavailable` (root_key_lost, bad_keyring) in words that say what to do.
        """
        roots = self._root.load()
        rows = self.rows()
        for row in rows:
            self._open(row, roots)
        return len(rows)

    def current(self, team: str, wall: float) -> MonthKey:
        """The team's key of the month; makes it at first use. Raises `Unavailable`, `OSError`."""
        month = month_of(wall)
        with self._busy:
            known = self._current.get((team, month))
            if known is None:
                known = self._current[team, month] = self._find_or_make(team, month)
            return known

    def find(self, id_: str) -> MonthKey:
        """The key with this id; raises `Damaged` (key_destroyed) when there is none any more."""
        with self._busy:
            if id_ not in self._opened:
                row = next((row for row in self.rows() if row.id == id_), None)
                if row is None:
                    raise Damaged("key_destroyed", f"key {id_} is not in the keyring")
                self._opened[id_] = self._open(row, self._root.load())
            return self._opened[id_]

    def named(self, name: str, *, make: bool, given: bytes | None = None) -> bytes | None:
        """A key of the folder; with `make` it is made, or taken from `given`, if it is not there.

        Raises `Unavailable` when it does not open, or is another than `given`.
        """
        with self._locked():
            roots, rows = self._root.load(), self.rows()
            known = next((row for row in rows if row.id == name and not row.month), None)
            if known is None:
                return self._add(name, given, rows, roots) if make else None
            key = self._open(known, roots)
            if given not in (None, key.raw):
                message = f"{self._path} and a file beside it have different keys `{name}`"
                raise Unavailable("two_keys", message)
            if self.escrow is not None and not known.escrow:
                held = msgspec.structs.replace(known, escrow=age.encrypt(key.raw, self.escrow))
                self._write(tuple(held if row is known else row for row in rows))
            return key.raw

    def rewrap(self) -> int:
        """Put every key under the root key in force; returns how many were under another.

        The file is replaced as a whole: a crash leaves all keys under the old or all under the
        new root key, and both are at hand until `verify` has opened all of them.
        """
        with self._locked():
            roots = self._root.load()
            if not roots:
                raise Unavailable("no_root_key", f"{self._root.about} holds no root key")
            rows = self.rows()
            fresh = tuple(
                row if row.root == roots[0].id else _under(row, roots[0], self._open(row, roots))
                for row in rows
            )
            self._write(fresh)
        return sum(row.root != new.root for row, new in zip(rows, fresh, strict=True))

    def recover(self, identity: Identity, root: RootKey) -> int:
        """Put every key under `root` with the offline escrow key; returns how many.

        Raises `Damaged` when a key has no escrow or another one's.
        """
        with self._locked():
            rows = self.rows()
            fresh = tuple(
                _under(row, root, MonthKey(row.id, escrowed(row, identity))) for row in rows
            )
            self._write(fresh)
        return len(fresh)

    def destroy(self, id_: str) -> bool:
        """Forget a key for good: everything under it can never be read again."""
        with self._locked(), self._busy:
            rows = self.rows()
            self._write(tuple(row for row in rows if row.id != id_))
            self._opened.pop(id_, None)
            self._current = {place: key for place, key in self._current.items() if key.id != id_}
        return any(row.id == id_ for row in rows)

    def _find_or_make(self, team: str, month: str) -> MonthKey:
        with self._locked():
            roots = self._root.load()
            rows = self.rows()
            found = [row for row in rows if (row.team, row.month) == (team, month)]
            if found:
                return self._open(found[-1], roots)
            row = KeyRow(id=os.urandom(8).hex(), team=team, month=month, root="", wrapped=b"")
            raw = self._keep(row, os.urandom(KEY_BYTES), rows, roots)
        return self._opened.setdefault(row.id, MonthKey(row.id, raw))

    def _add(
        self, name: str, given: bytes | None, rows: tuple[KeyRow, ...], roots: Sequence[RootKey]
    ) -> bytes:
        if rows:
            # under another root key than the others it would be lost with the next start
            self._open(rows[0], roots)
        row = KeyRow(id=name, team="", month="", root="", wrapped=b"")
        return self._keep(row, given or os.urandom(KEY_BYTES), rows, roots)

    def _keep(
        self, row: KeyRow, raw: bytes, rows: tuple[KeyRow, ...], roots: Sequence[RootKey]
    ) -> bytes:
        if not roots:
            message = f"{self._root.about} holds no root key: see monitor keys init"
            raise Unavailable("no_root_key", message)
        row = _under(row, roots[0], MonthKey(row.id, raw))
        if self.escrow is not None:
            row = msgspec.structs.replace(row, escrow=age.encrypt(raw, self.escrow))
        self._write((*rows, row))
        return raw

    def _open(self, row: KeyRow, roots: Sequence[RootKey]) -> MonthKey:
        try:
            return MonthKey(row.id, check(roots, row.root).unwrap(row.wrapped, row.about))
        except Damaged as fault:
            if fault.code != "root_key_lost":
                message = f"{self._path}: key {row.id} does not open: {fault.message}"
                raise Unavailable("bad_keyring", message) from None
            have = ", ".join(key.id for key in roots) or "none"
            raise Unavailable(
                "root_key_lost",
                f"what is kept here was sealed under root key {row.root}, and {self._root.about} "
                f"holds {have}: put the right key back, or recover it with the escrow key "
                "(monitor keys recover); no new key is made in its place",
            ) from None

    def _write(self, rows: tuple[KeyRow, ...]) -> None:
        replace(self._path, msgspec.json.format(msgspec.json.encode(_File(keys=rows)), indent=1))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time changes the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(
            self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def escrowed(row: KeyRow, identity: Identity) -> bytes:
    """The key out of escrow; raises `Damaged`."""
    if not row.escrow:
        raise Damaged("no_escrow", f"key {row.id} ({row.month}) was made without an escrow key")
    return age.decrypt(row.escrow, identity)


def _under(row: KeyRow, root: RootKey, key: MonthKey) -> KeyRow:
    return msgspec.structs.replace(row, root=root.id, wrapped=root.wrap(key.raw, row.about))
