"""Where root keys come from: a file, a system credential, or the output of a command.

All three hold the same text, one key per line, the one in force first:
`cmroot1 ID BASE64`. The id is made from the key, so a key cannot be passed off as another.
"""

from __future__ import annotations

import base64
import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.errors import BadInput, Damaged, Unavailable
from monitor.evidence.seals import KEY_BYTES, derive
from monitor.evidence.wrap import unwrap, wrap

_MARK = "cmroot1"
_COMMAND_S = 30.0
CREDENTIAL = "monitor-root"
"""Name of the credential looked for when no source is named."""


@dataclass(frozen=True, slots=True, repr=False)
class RootKey:
    """The key over the team-month keys."""

    raw: bytes

    @classmethod
    def new(cls) -> RootKey:
        """A random one."""
        return cls(os.urandom(KEY_BYTES))

    @property
    def id(self) -> str:
        """16 hexadecimal digits that name the key and tell nothing of it."""
        return derive(self.raw, salt=b"", info=b"monitor root id", length=8).hex()

    @property
    def line(self) -> str:
        """As it stands in a key file."""
        return f"{_MARK} {self.id} {base64.b64encode(self.raw).decode()}\n"

    def wrap(self, key: bytes, about: bytes) -> bytes:
        """`key` under this one; `about` is proven along."""
        return wrap(AESGCM(self.raw), key, about)

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """The key; raises `Damaged`."""
        return unwrap(AESGCM(self.raw), wrapped, about)


class RootSource(Protocol):
    """Gives the root keys, the one in force first."""

    @property
    def about(self) -> str:
        """Where it is, for people."""

    def load(self) -> Sequence[RootKey]:
        """Empty when there is none yet; raises `Unavailable` or `BadInput` for anything odd."""


def parse_keys(text: str, where: str) -> tuple[RootKey, ...]:
    """The keys of a key text; raises `BadInput` that names the line and never shows it."""
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        try:
            mark, id_, encoded = words
            key = RootKey(base64.b64decode(encoded, validate=True))
        except ValueError:
            mark, id_, key = "", "", RootKey(b"")
        if mark != _MARK or len(key.raw) != KEY_BYTES:
            raise BadInput("bad_key", f"is not `{_MARK} ID KEY`", file=where, line=number)
        if key.id != id_:
            raise BadInput("bad_key", f"the key is not {id_}", file=where, line=number)
        keys.append(key)
    return tuple(keys)


@dataclass(frozen=True, slots=True)
class FileRoot:
    """A file of mode 0600 or stricter, outside the data folder."""

    path: Path

    @property
    def about(self) -> str:
        """Where it is, for people."""
        return str(self.path)

    def load(self) -> tuple[RootKey, ...]:
        """Empty when the file is not there."""
        try:
            mode = self.path.stat().st_mode
            text = self.path.read_text("ascii")
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as fault:
            why = getattr(fault, "strerror", None) or "is no text"
            raise Unavailable("no_root_key", f"{self.path}: {why}") from None
        if mode & 0o077:
            message = f"{self.path}: others may read this root key: chmod 600 it"
            raise Unavailable("open_root_key", message)
        return parse_keys(text, str(self.path))

    def create(self, keys: Sequence[RootKey]) -> None:
        """Make the file; raises `Unavailable` (root_key_exists) when there is one."""
        self._write(keys, new=True)

    def save(self, keys: Sequence[RootKey]) -> None:
        """Replace the file as a whole, durably."""
        self._write(keys, new=False)

    def _write(self, keys: Sequence[RootKey], *, new: bool) -> None:
        text = "# root keys of the call monitor; whoever holds this hears every recording\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace(self.path, (text + "".join(key.line for key in keys)).encode(), new=new)
        except FileExistsError:
            message = f"{self.path}: there is a root key already, and it stays"
            raise Unavailable("root_key_exists", message) from None
        except OSError as fault:
            raise Unavailable("no_root_key", f"{self.path}: {fault.strerror}") from fault


@dataclass(frozen=True, slots=True)
class CredentialRoot:
    """A credential that systemd hands to the service (`LoadCredentialEncrypted=`)."""

    name: str
    folder: Path | None

    @property
    def about(self) -> str:
        """Where it is, for people."""
        return f"the system credential {self.name}"

    def load(self) -> tuple[RootKey, ...]:
        """Raises `Unavailable` when the service manager handed over none."""
        try:
            text = ((self.folder or Path("/nonexistent")) / self.name).read_text("ascii")
        except (OSError, UnicodeDecodeError):
            message = f"there is no system credential {self.name}: see LoadCredentialEncrypted="
            raise Unavailable("no_root_key", message) from None
        return parse_keys(text, self.about)


@dataclass(frozen=True, slots=True)
class CommandRoot:
    """A program that prints the keys, say from a vault or a smart card."""

    command: str

    @property
    def about(self) -> str:
        """Where it is, for people."""
        return f"the command {shlex.split(self.command)[0]}"

    def load(self) -> tuple[RootKey, ...]:
        """Raises `Unavailable` when the command fails; what it printed is not repeated."""
        try:
            done = subprocess.run(
                shlex.split(self.command),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_COMMAND_S,
                check=True,
            )
            text = done.stdout.decode("ascii")
        except (OSError, ValueError, subprocess.SubprocessError) as fault:
            message = f"{self.about} gave no root key ({type(fault).__name__})"
            raise Unavailable("no_root_key", message) from None
        return parse_keys(text, self.about)


def source(spec: str, environ: dict[str, str]) -> RootSource:
    """The source that a setting names: `file:PATH`, `credential:NAME`, `command:LINE`, a path.

    Empty means the credential `monitor-root` if there is one, else a file in the user's
    configuration folder.
    """
    kind, _, rest = spec.partition(":")
    given = environ.get("CREDENTIALS_DIRECTORY")
    folder = Path(given) if given else None
    if kind == "credential":
        return CredentialRoot(rest or CREDENTIAL, folder)
    if kind == "command":
        if not rest.split():
            raise BadInput("bad_value", "names no command", field="keys.root")
        return CommandRoot(rest)
    if spec:
        return FileRoot(Path(rest if kind == "file" else spec).expanduser())
    if folder is not None and (folder / CREDENTIAL).exists():
        return CredentialRoot(CREDENTIAL, folder)
    return FileRoot(_own_folder(environ) / "monitor" / "root.key")


def _own_folder(environ: dict[str, str]) -> Path:
    if chosen := environ.get("XDG_CONFIG_HOME"):
        return Path(chosen)
    try:
        return Path.home() / ".config"
    except RuntimeError:
        message = "this user has no home folder: say where the root key is with keys.root"
        raise Unavailable("no_root_key", message) from None


def replace(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write a private file so that after a crash either the old or the new one is there.

    With `new` an existing file stays, and `FileExistsError` is raised.
    """
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:
            os.link(beside, path)
        else:
            beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check(keys: Sequence[RootKey], id_: str) -> RootKey:
    """The key with this id; raises `Damaged` when it is not among them."""
    for key in keys:
        if key.id == id_:
            return key
    raise Damaged("root_key_lost", f"root key {id_} is not there")
