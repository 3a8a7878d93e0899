"""A segment that is being written: appended to by one process, once, and never opened again."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from monitor.evidence import age
from monitor.evidence.age import Recipient
from monitor.evidence.disk import Disk
from monitor.evidence.format import (
    SUFFIX,
    About,
    End,
    Head,
    Kind,
    encode_head,
    encode_record,
)
from monitor.evidence.keyring import MonthKey
from monitor.evidence.seals import KEY_BYTES, SALT_BYTES, SegmentSeal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What becomes one record."""

    kind: Kind
    channel: int
    position: int
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """How much of a file was on disk for certain; kept elsewhere, it shows a later cut."""

    records: int = 0
    bytes: int = 0
    digest: str = ""
    """SHA-256 of the first `bytes` of the file, hexadecimal."""


class Segment:
    """Every method may raise `OSError`; then the file is left as it is and a new one begun."""

    def __init__(self, disk: Disk, path: Path, handle: int, seal: SegmentSeal, head: bytes) -> None:
        self.path = path
        self._disk = disk
        self._handle = handle
        self._seal = seal
        self._records = 0
        self._bytes = 0
        self._digest = hashlib.sha256()
        self._new = True
        self.anchor = Anchor()
        self._write(head)

    @classmethod
    def create(
        cls,
        disk: Disk,
        folder: Path,
        key: MonthKey,
        about: About,
        *,
        wall: float,
        escrow: Recipient | None = None,
    ) -> Segment:
        """A new file in `folder`, with its head and its first record; not yet synced."""
        file, data_key, salt = os.urandom(16).hex(), os.urandom(KEY_BYTES), os.urandom(SALT_BYTES)
        head = Head(
            file=file,
            made=int(wall),
            kek=key.id,
            dek=key.wrap(data_key, file),
            salt=salt,
            escrow=b"" if escrow is None else age.encrypt(data_key, escrow),
        )
        seal = SegmentSeal.of(data_key, salt)
        raw = encode_head(head, seal)
        disk.make_folder(folder)
        path = folder / (file + SUFFIX)
        handle = disk.create(path)
        try:
            made = cls(disk, path, handle, seal.bound_to(raw), raw)
            first = Entry(
                kind=Kind.ABOUT, channel=0, position=0, payload=msgspec.json.encode(about)
            )
            made.append([first])
        except OSError:
            # nothing of the call is in it yet
            disk.close(handle)
            path.unlink(missing_ok=True)
            raise
        return made

    @property
    def file(self) -> str:
        """The file's id."""
        return self.path.stem

    @property
    def dirty(self) -> bool:
        """Whether something waits for `sync`."""
        return self._bytes > self.anchor.bytes

    def append(self, entries: Sequence[Entry]) -> None:
        """Add records with a single write."""
        sealed = [
            encode_record(
                self._seal, self._records + place, one.kind, one.channel, one.position, one.payload
            )
            for place, one in enumerate(entries)
        ]
        self._write(b"".join(sealed))
        self._records += len(entries)

    def sync(self) -> Anchor:
        """Everything appended outlives a power cut from here on."""
        self._disk.sync(self._handle)
        if self._new:
            self._disk.sync_folder(self.path.parent)
            self._new = False
        self.anchor = Anchor(
            records=self._records, bytes=self._bytes, digest=self._digest.hexdigest()
        )
        return self.anchor

    def finish(self, end: End) -> Anchor:
        """Put the end mark, sync and close."""
        payload = msgspec.json.encode(end)
        self.append([Entry(kind=Kind.END, channel=0, position=0, payload=payload)])
        anchor = self.sync()
        self._disk.close(self._handle)
        return anchor

    def abandon(self) -> None:
        """Close without an end mark, after a fault; what the system says to it changes nothing."""
        try:
            self._disk.close(self._handle)
        except OSError:
            return

    def _write(self, data: bytes) -> None:
        taken = self._disk.append(self._handle, data)
        if taken != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        self._bytes += len(data)
        self._digest.update(data)
