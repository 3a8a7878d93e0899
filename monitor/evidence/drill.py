"""Proves that the way back works, while nothing is wrong yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import Damaged, Unavailable
from monitor.evidence.age import Identity
from monitor.evidence.format import SUFFIX
from monitor.evidence.keyring import Keyring, escrowed
from monitor.evidence.reader import SegmentReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the escrow key opened."""

    keys: int
    recordings: int
    """One of each folder, that is of each team and month."""
    shut: int
    """Keys and recordings that it did not open."""


def escrow(ring: Keyring, folder: Path, identity: Identity, say: Callable[[str], None]) -> Opened:
    """Open every key out of escrow and the newest recording of each team and month.

    `say` gets a line for everything that stays shut.
    """
    keys = recordings = shut = 0
    for row in ring.rows():
        try:
            escrowed(row, identity)
        except Damaged as fault:
            shut += 1
            say(f"key {row.id} of {row.month}: {fault.message}")
        else:
            keys += 1
    for path in newest(folder):
        try:
            with SegmentReader(path, identity) as reader:
                verdict = reader.verify()
        except (Damaged, Unavailable) as fault:
            shut += 1
            say(f"recording {path.stem}: {fault.message}")
            continue
        if verdict.state == "damaged":
            shut += 1
            say(f"recording {path.stem}: {verdict.why}")
        else:
            recordings += 1
    return Opened(keys=keys, recordings=recordings, shut=shut)


def newest(folder: Path) -> list[Path]:
    """The newest recording of each team and month."""
    last: dict[Path, Path] = {}
    for path in folder.rglob("*" + SUFFIX):
        known = last.get(path.parent)
        if known is None or path.stat().st_mtime > known.stat().st_mtime:
            last[path.parent] = path
    return sorted(last.values())
