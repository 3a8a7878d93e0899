"""Opens keys and recorder for a server, and refuses to go on where a key was lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from monitor.clock import Clock
from monitor.errors import BadSetting, Unavailable
from monitor.evidence.age import Recipient
from monitor.evidence.disk import RealDisk, shred
from monitor.evidence.format import SUFFIX
from monitor.evidence.index import Index
from monitor.evidence.keyring import Keyring
from monitor.evidence.recorder import Recorder
from monitor.evidence.reel import Drive
from monitor.evidence.root import FileRoot, RootKey, RootSource, source
from monitor.evidence.seals import KEY_BYTES
from monitor.settings import Settings
from monitor.store.store import Store
from monitor.types import Role

logger = structlog.get_logger()


def folder(settings: Settings) -> Path:
    """Where recordings lie."""
    return Path(settings.recordings.folder or Path(settings.store.data) / "recordings")


def root_source(settings: Settings) -> RootSource:
    """Where the root key is to come from; raises `BadSetting` for one beside the recordings."""
    found = source(settings.keys.root, dict(os.environ))
    if isinstance(found, FileRoot):
        path = found.path.absolute()
        for taken in (Path(settings.store.data), folder(settings)):
            if path.is_relative_to(taken.absolute()):
                message = (
                    f"{path} lies in {taken}, beside what it seals: whoever copies the one has "
                    "the other too; name a place on another disk, or a system credential"
                )
                raise BadSetting("key_beside_data", message, field="keys.root")
    return found


def keyring(settings: Settings) -> Keyring:
    """The keyring of the data folder, unopened."""
    return Keyring(
        Path(settings.store.data), root_source(settings), escrow=escrow(settings.keys.escrow)
    )


def escrow(text: str) -> Recipient | None:
    """The escrow key of a setting: an age recipient, or a file that holds one."""
    if not text:
        return None
    if not text.startswith("age1"):
        try:
            text = Path(text).read_text("ascii")
        except (OSError, UnicodeDecodeError):
            message = "is neither an age1… key nor a file with one"
            raise BadSetting("bad_value", message, field="keys.escrow") from None
    return Recipient.parse(text)


def opened(settings: Settings) -> Keyring:
    """The keyring, every key of it tried.

    On a data folder that has sealed nothing yet the root key is made if it is not there; never
    elsewhere. Raises `Unavailable` when a key is lost or wrong.
    """
    made = keyring(settings)
    if not root_source(settings).load():
        key = first_root(settings)
        logger.warning(
            "made a root key: keep a copy of it in a safe place, apart from the data",
            file=root_source(settings).about,
            id=key.id,
        )
    made.verify()
    adopt(made, Path(settings.store.data))
    return made


@dataclass(frozen=True, slots=True)
class LateKeys:
    """The keys of a data folder for a command, which seldom needs them: opened when it does.

    No root key is made: that is for the server and `monitor keys init`.
    """

    settings: Settings

    def named(self, name: str, *, make: bool) -> bytes | None:
        """As `Keyring.named`."""
        ring = keyring(self.settings)
        adopt(ring, Path(self.settings.store.data))
        return ring.named(name, make=make)


def adopt(ring: Keyring, data: Path) -> None:
    """Take the keys of the folder that older versions kept in clear into the keyring."""
    for name in ("words", "access", "audit"):
        path = data / f"{name}.key"
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as fault:
            raise Unavailable("bad_key", f"{path}: {fault.strerror}") from None
        if len(raw) != KEY_BYTES:
            raise Unavailable("bad_key", f"{path} is no key of {KEY_BYTES} bytes")
        ring.named(name, make=True, given=raw)
        shred(path)
        logger.warning("a key that lay in clear is in the keyring now", file=str(path))


def first_root(settings: Settings) -> RootKey:
    """Make the root key of a data folder that has sealed nothing yet.

    Raises `Unavailable`: root_key_exists, root_key_lost (something is sealed already, under a
    key that is not there), no_root_key (the source is not ours to write to).
    """
    made, root = keyring(settings), root_source(settings)
    if not root.load() and (made.rows() or any(folder(settings).rglob("*" + SUFFIX))):
        made.verify()
        message = f"things are sealed here, and {root.about} holds no root key: put it back"
        raise Unavailable("root_key_lost", message)
    if not isinstance(root, FileRoot):
        message = f"{root.about} holds no root key, or is not ours to change: see monitor keys new"
        raise Unavailable("no_root_key", message)
    key = RootKey.new()
    root.create([key])
    return key


@contextmanager
def open_recorder(
    settings: Settings,
    keys: Keyring,
    store: Store,
    clock: Clock,
    took: Callable[[Role, float, float], None],
) -> Iterator[Recorder]:
    """The recorder, until the block ends; then what it holds is written."""
    chosen = settings.recordings
    drive = Drive(
        folder=folder(settings),
        keyring=keys,
        disk=RealDisk(),
        clock=clock,
        index=Index(store.writer),
    )
    recorder = Recorder(drive, hold_s=chosen.hold_s, reserve=chosen.reserve_mb * 2**20, took=took)
    try:
        yield recorder
    finally:
        recorder.close()
