"""A key under another key: a random nonce, the key sealed with what it is for."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.errors import Damaged
from monitor.evidence.seals import NONCE_BYTES


def wrap(cipher: AESGCM, key: bytes, about: bytes) -> bytes:
    """Nonce (12), the key sealed, tag (16)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, key, about)


def unwrap(cipher: AESGCM, wrapped: bytes, about: bytes) -> bytes:
    """The key; raises `Damaged` when it was wrapped by another key or for something else."""
    try:
        return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        raise Damaged("bad_key", "the wrapped key does not open with this key") from None
