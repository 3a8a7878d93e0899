"""Signed heads of the audit log, kept where whoever could rewrite the log cannot reach."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from monitor.access.chain import Head
from monitor.access.seal import Keys
from monitor.errors import BadInput, Unavailable

PUBLIC_FILE: Final = "audit.pub"
_KEY: Final = "audit"
_CERTIFICATE: Final = b"monitor certificate v1\n"


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an anchor file."""

    size: int
    hash: str
    wall: float
    """When it was signed, seconds since the epoch, UTC."""
    key: str
    """The public key, base64."""
    signature: str
    """Ed25519 over `text`, base64."""

    @property
    def head(self) -> Head:
        """The signed head."""
        return Head(size=self.size, hash=self.hash)


class Signer:
    """Signs with a key of the data folder; it is made with the log and never made anew.

    The public half lies in a file beside the log, so that checking needs no secret.
    """

    def __init__(self, keys: Keys, folder: Path) -> None:
        self._keys = keys
        self._folder = folder
        self._opened: Ed25519PrivateKey | None = None

    @property
    def public(self) -> str:
        """The public key, base64: note it somewhere else."""
        return _base64(self._key().public_key().public_bytes_raw())

    def sign(self, head: Head, wall: float) -> Checkpoint:
        """A checkpoint of the head."""
        signature = self._key().sign(_text(head, wall))
        return Checkpoint(
            size=head.size,
            hash=head.hash,
            wall=wall,
            key=self.public,
            signature=_base64(signature),
        )

    def seal(self, text: bytes) -> dict[str, str]:
        """Public key and signature of any text of ours, base64."""
        signature = self._key().sign(_CERTIFICATE + text)
        return {"key": self.public, "signature": _base64(signature)}

    def prepare(self, *, in_use: bool) -> None:
        """Make the key unless there is one; raises `Unavailable` when it is lost but in use."""
        self._key(make=not in_use)
        path, text = self._folder / PUBLIC_FILE, self.public + "\n"
        if not path.exists() or path.read_text("ascii") != text:
            path.write_text(text, "ascii")

    def _key(self, *, make: bool = False) -> Ed25519PrivateKey:
        if self._opened is None:
            raw = self._keys.named(_KEY, make=make)
            if raw is None:
                message = "the key of the audit log is lost: restore keyring.json from a backup"
                raise Unavailable("no_audit_key", message)
            self._opened = Ed25519PrivateKey.from_private_bytes(raw)
        return self._opened


def public_of(folder: Path) -> str:
    """The public key of a data folder; raises `Unavailable`."""
    try:
        return (folder / PUBLIC_FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        message = f"{folder / PUBLIC_FILE}: no public key there; the server writes it at its start"
        raise Unavailable("no_audit_key", message) from None


def good(point: Checkpoint, public: str) -> bool:
    """Whether the checkpoint was signed with this key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
        key.verify(base64.b64decode(point.signature), _text(point.head, point.wall))
    except (InvalidSignature, ValueError):
        return False
    return point.key == public


def sealed_by(signed: dict[str, Any], public: str) -> bool:
    """Whether a certificate was signed with this key."""
    text = msgspec.json.encode(signed["certificate"], order="sorted")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
        key.verify(base64.b64decode(signed["signature"]), _CERTIFICATE + text)
    except (InvalidSignature, ValueError):
        return False
    return bool(signed["key"] == public)


def append(path: Path, point: Checkpoint) -> None:
    """Write a checkpoint behind the others and wait for the disk; raises `OSError`."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(handle, msgspec.json.encode(point) + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path) -> Iterator[Checkpoint]:
    """The checkpoints of an anchor file; raises `BadInput` with the line."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as fault:
        raise BadInput("no_anchor", fault.strerror or "", file=str(path)) from fault
    for number, line in enumerate(lines, start=1):
        try:
            yield msgspec.json.decode(line, type=Checkpoint)
        except msgspec.MsgspecError as fault:
            raise BadInput("bad_anchor", str(fault), file=str(path), line=number) from fault


def _text(head: Head, wall: float) -> bytes:
    return f"monitor audit checkpoint v1\n{head.size}\n{head.hash}\n{wall!r}\n".encode()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
