"""What a backup holds, and the proof that it still does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from monitor.errors import BadInput

MANIFEST = "manifest.json"
_BLOCK = 1 << 20


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a backup."""

    path: str
    """Within the data folder; recordings within their own."""
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Written last: a folder without it is no backup."""

    version: int = 1
    program: str
    made_wall: float
    files: tuple[Held, ...]
    recordings: tuple[Held, ...]
    keys: tuple[Held, ...]
    counts: dict[str, int]
    """Rows of the record's tables."""


def held(path: Path, name: str) -> Held:
    """The file as it is now."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Held(path=name, bytes=size, sha256=digest.hexdigest())


def read(folder: Path) -> Manifest:
    """The manifest of a backup; raises `BadInput`."""
    path = folder / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        message = "is no backup: it has no manifest (was it broken off?)"
        raise BadInput("no_backup", message, file=str(folder)) from None
    except (OSError, msgspec.DecodeError) as fault:
        raise BadInput("no_backup", f"cannot be read: {fault}", file=str(path)) from None


def wrong(wanted: tuple[Held, ...], folder: Path) -> Iterator[str]:
    """A sentence for every file that is not what was backed up."""
    for one in wanted:
        path = folder / one.path
        if not path.is_file():
            yield f"{path} is missing"
        elif held(path, one.path) != one:
            yield f"{path} is not what was backed up"
