"""The few calls that recording makes to the system, in one place so that a test can fail each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from monitor.evidence.format import MAX_HEAD_BYTES


class Disk(Protocol):
    """Every method may raise `OSError`."""

    def make_folder(self, folder: Path) -> None: ...

    def create(self, path: Path) -> int:
        """A handle to a new private file that can only be appended to."""

    def append(self, handle: int, data: bytes) -> int:
        """Bytes that were taken; fewer than given when the disk is full."""

    def sync(self, handle: int) -> None:
        """What was appended outlives a power cut."""

    def sync_folder(self, folder: Path) -> None:
        """The names in the folder outlive a power cut."""

    def close(self, handle: int) -> None: ...

    def free_bytes(self, folder: Path) -> int: ...


class RealDisk:
    """The system's own."""

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create(self, path: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        return os.open(path, flags, 0o600)

    def append(self, handle: int, data: bytes) -> int:
        return os.write(handle, data)

    def sync(self, handle: int) -> None:
        os.fdatasync(handle)

    def sync_folder(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def close(self, handle: int) -> None:
        os.close(handle)

    def free_bytes(self, folder: Path) -> int:
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize


def shred(path: Path) -> None:
    """Overwrite the beginning, where keys stand, then unlink; durably."""
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(handle, bytes(min(os.fstat(handle).st_size, MAX_HEAD_BYTES)), 0)
        os.fsync(handle)
    finally:
        os.close(handle)
    path.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
