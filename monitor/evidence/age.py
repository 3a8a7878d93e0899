"""Files for one recipient in the age format, version 1, with an X25519 key.

What leaves the server (exports, escrow) is in a format that other programs read: `age -d` opens
it without any of our code. Specification: C2SP, age-encryption.org/v1.
"""

from __future__ import annotations

import base64
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from monitor.errors import BadInput, Damaged
from monitor.evidence import bech32
from monitor.evidence.seals import derive

_VERSION = b"age-encryption.org/v1\n"
_STANZA = b"-> X25519 "
_WRAP_INFO = b"age-encryption.org/v1/X25519"
_CHUNK = 65_536
_FILE_KEY_BYTES = 16
_PUBLIC = "age"
_SECRET = "age-secret-key-"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key: who can open."""

    raw: bytes

    @classmethod
    def parse(cls, text: str) -> Recipient:
        """From `age1…`; raises `BadInput`."""
        return cls(_sized(bech32.decode(text.strip(), _PUBLIC)))

    def __str__(self) -> str:
        return bech32.encode(_PUBLIC, self.raw)


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """The private key that belongs to a `Recipient`."""

    raw: bytes

    @classmethod
    def new(cls) -> Identity:
        """A random one."""
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Identity:
        """From a key file: the line `AGE-SECRET-KEY-1…`, comments allowed; raises `BadInput`."""
        lines = [line.strip() for line in text.splitlines()]
        keys = [line for line in lines if line and not line.startswith("#")]
        if len(keys) != 1:
            raise BadInput("bad_key", f"holds {len(keys)} keys where one is wanted")
        return cls(_sized(bech32.decode(keys[0], _SECRET)))

    def reveal(self) -> str:
        """`AGE-SECRET-KEY-1…`, for the key file alone."""
        return bech32.encode(_SECRET, self.raw).upper()

    @property
    def recipient(self) -> Recipient:
        """Its public half."""
        key = X25519PrivateKey.from_private_bytes(self.raw)
        return Recipient(key.public_key().public_bytes_raw())


def encrypt(plain: bytes, recipient: Recipient) -> bytes:
    """An age file that only `recipient` opens."""
    file_key = os.urandom(_FILE_KEY_BYTES)
    own = X25519PrivateKey.generate()
    share = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(recipient.raw))
    wrapped = _wrapping(shared, share, recipient.raw).encrypt(bytes(12), file_key, None)
    head = _VERSION + _STANZA + _text(share) + b"\n" + _text(wrapped) + b"\n---"
    nonce = os.urandom(16)
    cipher = ChaCha20Poly1305(derive(file_key, salt=nonce, info=b"payload"))
    body = b"".join(
        cipher.encrypt(_nonce(number, at + _CHUNK >= len(plain)), plain[at : at + _CHUNK], None)
        for number, at in enumerate(range(0, max(1, len(plain)), _CHUNK))
    )
    return head + b" " + _text(_mac(file_key, head)) + b"\n" + nonce + body


def decrypt(data: bytes, identity: Identity) -> bytes:
    """What was encrypted to `identity`; raises `Damaged` for anything else or a changed file."""
    try:
        head, file_key, body = _unwrapped(data, identity)
        nonce, body = body[:16], body[16:]
        cipher = ChaCha20Poly1305(derive(file_key, salt=nonce, info=b"payload"))
        size = _CHUNK + 16
        plain = b"".join(
            cipher.decrypt(_nonce(number, at + size >= len(body)), body[at : at + size], None)
            for number, at in enumerate(range(0, max(1, len(body)), size))
        )
    except InvalidTag:
        raise Damaged("bad_seal", "made for another key, or changed since") from None
    except (ValueError, IndexError):
        raise Damaged("not_age", "is not an age file for one X25519 key") from None
    return plain


def _unwrapped(data: bytes, identity: Identity) -> tuple[bytes, bytes, bytes]:
    version, stanza, wrapped, rest = data.split(b"\n", 3)
    mark, _, body = rest.partition(b"\n")
    if version + b"\n" != _VERSION or not stanza.startswith(_STANZA) or mark[:4] != b"--- ":
        raise ValueError
    share = _bytes(stanza.removeprefix(_STANZA))
    key = X25519PrivateKey.from_private_bytes(identity.raw)
    shared = key.exchange(X25519PublicKey.from_public_bytes(share))
    wrapping = _wrapping(shared, share, identity.recipient.raw)
    file_key = wrapping.decrypt(bytes(12), _bytes(wrapped), None)
    head = data[: len(data) - len(rest)] + b"---"
    if not hmac.compare_digest(_mac(file_key, head), _bytes(mark[4:])):
        raise InvalidTag
    return head, file_key, body


def _wrapping(shared: bytes, share: bytes, recipient: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derive(shared, salt=share + recipient, info=_WRAP_INFO))


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(derive(file_key, salt=b"", info=b"header"), head, "sha256")


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _text(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)


def _sized(raw: bytes) -> bytes:
    if len(raw) != 32:
        raise BadInput("bad_key", f"a key of {len(raw)} bytes where 32 are wanted")
    return raw
