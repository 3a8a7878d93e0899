"""Small secrets at rest: AES-256-GCM under a key of the data folder, itself under the root key."""

from __future__ import annotations

import base64
import secrets
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.errors import Unavailable

LOGINS: Final = "access"
"""Name of the key over the secrets of authenticator apps."""
WORDS: Final = "words"
"""Name of the key that opens what was said before numbers were masked."""
_NONCE_BYTES: Final = 12


class Keys(Protocol):
    """Keeps keys of a data folder, themselves sealed; `evidence.keyring.Keyring` is one."""

    def named(self, name: str, *, make: bool) -> bytes | None:
        """The key, made with `make` if it is not there yet; None without.

        Raises `Unavailable` when it is there and does not open.
        """


class Seal:
    """Seals and opens; the key is made with the first seal and never made anew after that."""

    def __init__(self, keys: Keys, name: str) -> None:
        self._keys = keys
        self._name = name
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
            message = f"the key `{self._name}` of the keyring is not the one this was sealed with"
            raise Unavailable("wrong_access_key", message) from None

    def prepare(self, *, in_use: bool) -> None:
        """Make the key, unless there is one; raises `Unavailable` when it is lost but needed."""
        self._key(make=not in_use)

    def _key(self, *, make: bool) -> bytes:
        if self._kept is None:
            self._kept = self._keys.named(self._name, make=make)
        if self._kept is None:
            message = f"the key `{self._name}` is lost: restore keyring.json from a backup"
            raise Unavailable("no_access_key", message)
        return self._kept
