"""The cipher of a segment: one random key per file, one nonce per record, order sealed in."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from monitor.errors import Damaged

KEY_BYTES = 32
SALT_BYTES = 24
NONCE_BYTES = 12
TAG_BYTES = 16
"""What sealing adds to a record."""

_INFO = b"monitor recording 1"


def derive(secret: bytes, *, salt: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 of RFC 5869."""
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SegmentSeal:
    """Seals and opens the records of one segment; `binding` ties them to its head.

    The record with index i is sealed with AES-256-GCM under the nonce base XOR i, so that no
    nonce is used twice as long as no segment is ever continued after a crash.
    """

    cipher: AESGCM
    base: int
    head_key: bytes
    binding: bytes = b""

    @classmethod
    def of(cls, data_key: bytes, salt: bytes) -> SegmentSeal:
        """The seal of the segment with this data key (32 bytes) and salt (24 bytes)."""
        size = 2 * KEY_BYTES + NONCE_BYTES
        made = derive(data_key, salt=salt, info=_INFO, length=size)
        return cls(
            cipher=AESGCM(made[:KEY_BYTES]),
            base=int.from_bytes(made[KEY_BYTES : KEY_BYTES + NONCE_BYTES]),
            head_key=made[-KEY_BYTES:],
        )

    def bound_to(self, head: bytes) -> SegmentSeal:
        """The same, for records under this head (all its bytes, tag included)."""
        return SegmentSeal(
            cipher=self.cipher,
            base=self.base,
            head_key=self.head_key,
            binding=hashlib.sha256(head).digest(),
        )

    def head_tag(self, head: bytes) -> bytes:
        """32 bytes that prove the head, and that this key and no other belongs to the file."""
        return hmac.digest(self.head_key, head, "sha256")

    def seal(self, index: int, frame: bytes, plain: bytes) -> bytes:
        """The record's sealed part; `frame` is its open part, which is proven along."""
        return self.cipher.encrypt(self._nonce(index), plain, self._proven(index, frame))

    def open(self, index: int, frame: bytes, sealed: bytes) -> bytes:
        """What was sealed; raises `Damaged` for anything but the very record of this place."""
        try:
            return self.cipher.decrypt(self._nonce(index), sealed, self._proven(index, frame))
        except InvalidTag:
            message = f"record {index} is not what was written there"
            raise Damaged("bad_seal", message) from None

    def _nonce(self, index: int) -> bytes:
        return (self.base ^ index).to_bytes(NONCE_BYTES)

    def _proven(self, index: int, frame: bytes) -> bytes:
        return self.binding + index.to_bytes(8) + frame
