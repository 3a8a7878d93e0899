"""Looks at what the program needs from its machine, and says what to do about what is missing."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from monitor.settings import Settings
from monitor.store.database import FIXED_VERSION

Verdict = Literal["ok", "note", "missing"]

PYTHON = (3, 11)

NEEDED = (
    "numpy",
    "faster-whisper",
    "ctranslate2",
    "webrtcvad-wheels",
    "pyahocorasick",
    "jieba",
    "pypinyin",
    "soxr",
    "websockets",
    "starlette",
    "uvicorn",
    "msgspec",
    "SQLAlchemy",
)
"""Packages without which a call cannot be heard."""

FREE_BYTES = 1 * 2**30
"""Less than this on the data disk is worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report."""

    name: str
    verdict: Verdict
    """note: something works less well; missing: something will not work."""
    detail: str
    remedy: str = ""
    """What to do, when there is something to do."""


Check = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings, more: tuple[Check, ...] = ()) -> Iterator[Finding]:
    """Every check in turn, then `more` (the ones that need other rooms: model, rule packs)."""
    for check in (python, packages, libraries, sqlite, disk, port, *more):
        yield from check(settings)


def python(_: Settings) -> Iterator[Finding]:
    """Python is new enough."""
    have = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info[:2] >= PYTHON
    yield Finding(
        name="python",
        verdict="ok" if good else "missing",
        detail=have,
        remedy="" if good else f"use Python {PYTHON[0]}.{PYTHON[1]} or newer",
    )


def packages(_: Settings) -> Iterator[Finding]:
    """The packages are installed."""
    lacking = []
    for name in NEEDED:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            lacking.append(name)
    if lacking:
        yield Finding(
            name="packages",
            verdict="missing",
            detail=", ".join(lacking),
            remedy="run `make serve` once, or `pip install .` in the virtual environment",
        )
    else:
        yield Finding(name="packages", verdict="ok", detail=f"{len(NEEDED)} found")


def libraries(_: Settings) -> Iterator[Finding]:
    """System libraries and programs that some commands need."""
    found = ctypes.util.find_library("portaudio")
    yield Finding(
        name="libportaudio2",
        verdict="ok" if found else "note",
        detail=found or "not installed: `monitor listen` cannot use a microphone",
        remedy="" if found else "apt install libportaudio2",
    )
    program = shutil.which("espeak-ng")
    yield Finding(
        name="espeak-ng",
        verdict="ok" if program else "note",
        detail=program or "not installed: `monitor fixtures build` cannot speak",
        remedy="" if program else "apt install espeak-ng",
    )


def sqlite(_: Settings) -> Iterator[Finding]:
    """SQLite is free of the write-ahead log bug that two writers can meet."""
    good = sqlite3.sqlite_version_info >= FIXED_VERSION
    fixed = ".".join(str(part) for part in FIXED_VERSION)
    yield Finding(
        name="sqlite",
        verdict="ok" if good else "note",
        detail=sqlite3.sqlite_version
        + ("" if good else f": before {fixed} two writing programs could damage a database"),
        remedy=""
        if good
        else "safe as long as only the server opens record.db for writing; copy it with "
        "`sqlite3 -readonly` or stop the server first",
    )


def disk(settings: Settings) -> Iterator[Finding]:
    """The data folder can be written and has room."""
    folder = Path(settings.store.data)
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    probe = there / ".doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError as fault:
        yield Finding(
            name="data folder",
            verdict="missing",
            detail=f"{folder}: {fault.strerror}",
            remedy="choose another with --data, or give this user the right to write",
        )
        return
    free = shutil.disk_usage(there).free
    yield Finding(
        name="data folder",
        verdict="ok" if free >= FREE_BYTES else "note",
        detail=f"{folder}, {free / 2**30:.1f} GiB free",
        remedy="" if free >= FREE_BYTES else "make room: without it no alert can be recorded",
    )


def port(settings: Settings) -> Iterator[Finding]:
    """Nobody else listens where the server will."""
    server = settings.server
    where = f"{server.host}:{server.port}"
    try:
        with socket.create_server((server.host, server.port)):
            pass
    except OSError as fault:
        yield Finding(
            name="port",
            verdict="note",
            detail=f"{where}: {fault.strerror}",
            remedy="a server runs already, or choose another with --port",
        )
    else:
        yield Finding(name="port", verdict="ok", detail=f"{where} is free")
