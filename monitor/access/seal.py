"""Small secrets at rest: AES-256-GCM under a key in a file of its own, readable by its owner."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.errors import Unavailable

KEY_FILE: Final = "access.key"
WORDS_FILE: Final = "words.key"
"""Opens what was said before numbers were masked."""
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Seal:
    """Seals and opens; the key is made with the first seal and never made anew after that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: bytes | None = None

    def seal(self, plain: bytes, purpose: str) -> str:
        """Sealed text that opens only for the same purpose."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._key(make=True)).encrypt(nonce, plain, purpose.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, purpose: str) -> bytes:
        """What was sealed; raises `Unavailable` when the key is lost or another one."""
        raw = base64.b64decode(sealed)
        try:
            return AESGCM(self._key(make=False)).decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()
            )
        except InvalidTag:
            message = f"{self._path} is not the key this was sealed with"
            raise Unavailable("wrong_access_key", message) from None

    def prepare(self, *, in_use: bool) -> None:
        """Make the key, unless there is one; raises `Unavailable` when it is lost but needed."""
        self._key(make=not in_use)

    def _key(self, *, make: bool) -> bytes:
        if self._kept is not None:
            return self._kept
        try:
            key = self._path.read_bytes()
        except FileNotFoundError:
            if not make:
                message = f"{self._path} is lost: restore it from a backup"
                raise Unavailable("no_access_key", message) from None
            key = self._make()
        except OSError as fault:
            raise Unavailable("no_access_key", f"{self._path}: {fault.strerror}") from fault
        if len(key) != _KEY_BYTES:
            raise Unavailable("wrong_access_key", f"{self._path} is no key of {_KEY_BYTES} bytes")
        self._kept = key
        return key

    def _make(self) -> bytes:
        key = secrets.token_bytes(_KEY_BYTES)
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return self._path.read_bytes()
        except OSError as fault:
            raise Unavailable("no_access_key", f"{self._path}: {fault.strerror}") from fault
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return key
