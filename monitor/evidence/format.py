"""The bytes of a recording segment: a head, then sealed records, then an end mark.

`docs/recording-format.md` describes them for other programs. Nothing here touches a disk, and
nothing in a file decides how much is allocated.
"""

from __future__ import annotations

import hmac
import struct
from enum import IntEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from monitor.errors import Damaged
from monitor.evidence.seals import SALT_BYTES, TAG_BYTES, SegmentSeal

MAGIC = b"\x89CMREC\r\n"
VERSION = 1
AES_256_GCM = 1
"""The only suite yet; 3 is meant for SM4-GCM."""

SUFFIX = ".rec"

_PREAMBLE = struct.Struct(">8sBBH")
FRAME = struct.Struct(">IBBQ")
"""The open part of a record: length of the sealed part, kind, channel, position."""

HEAD_TAG_BYTES = 32
MAX_HEAD_BYTES = 4096
MAX_SEALED_BYTES = 1 << 20
"""A longer record is not one of ours."""

ALL_CHANNELS = 255


class Kind(IntEnum):
    """What a record holds. Positions and lengths count samples of a channel."""

    ABOUT = 0
    """JSON `About`; always the first record and only that."""
    AUDIO = 1
    """Little-endian int16 of one channel."""
    GAP = 2
    """`u64` samples the source lost, of all channels."""
    PAUSE = 3
    """From here on nothing was kept at the source's wish; empty."""
    RESUME = 4
    """`u64` samples let go before this position."""
    LOST = 5
    """`u64` samples of one channel that arrived and could not be kept."""
    END = 15
    """JSON `End`; nothing follows."""


class Head(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The open JSON at the beginning: what is needed to find the key, and nothing of the call."""

    file: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    """Random id; also the name of the file."""
    made: int
    """Seconds since the epoch, UTC."""
    kek: Annotated[str, Meta(max_length=64)]
    """Id of the team-month key that wraps the data key."""
    dek: Annotated[bytes, Meta(max_length=128)]
    """The data key, wrapped: nonce, ciphertext, tag."""
    salt: Annotated[bytes, Meta(min_length=SALT_BYTES, max_length=SALT_BYTES)]
    escrow: Annotated[bytes, Meta(max_length=1024)] = b""
    """The data key once more, as an age file for the offline escrow key; may be empty."""


class About(Struct, frozen=True, kw_only=True):
    """The sealed first record: whose call this is. Fields may be added."""

    team: str
    call: str
    take: str
    """Random id of one connection of the call's source; media time begins with it."""
    segment: int
    """Counts the segments of a take from 0."""
    rate: int
    """Hertz."""
    roles: tuple[str, ...]
    """One per channel."""
    began_wall: float
    """Of the take, seconds since the epoch, UTC."""
    started: dict[str, Any] = {}
    """The `call.started` event."""


class End(Struct, frozen=True, kw_only=True):
    """The sealed last record. Its place proves that no record before it is missing."""

    reason: str
    received: tuple[int, ...] = ()
    """Samples of each channel that arrived during the take."""
    recorded: tuple[int, ...] = ()
    """Samples of each channel that were kept during the take; less than received is a loss."""


def encode_head(head: Head, seal: SegmentSeal) -> bytes:
    """All bytes before the first record."""
    body = msgspec.json.encode(head)
    if len(body) > MAX_HEAD_BYTES:
        raise ValueError(f"a head of {len(body)} bytes")
    begun = _PREAMBLE.pack(MAGIC, VERSION, AES_256_GCM, len(body)) + body
    return begun + seal.head_tag(begun)


def head_length(first: bytes) -> int:
    """Bytes of the whole head, from the first 12; raises `Damaged` for another kind of file."""
    if len(first) < _PREAMBLE.size:
        raise Damaged("cut_head", "the file ends within its head")
    magic, version, suite, length = _PREAMBLE.unpack_from(first)
    if magic != MAGIC:
        raise Damaged("not_a_recording", "this is not a recording of ours")
    if version != VERSION or suite != AES_256_GCM:
        message = f"format version {version} with suite {suite} is not known to this program"
        raise Damaged("unknown_version", message)
    if length > MAX_HEAD_BYTES:
        raise Damaged("bad_head", f"a head of {length} bytes")
    return _PREAMBLE.size + int(length) + HEAD_TAG_BYTES


PREAMBLE_BYTES = _PREAMBLE.size


def parse_head(raw: bytes) -> Head:
    """The head, not yet proven: `prove_head` does that once the data key is known."""
    length = head_length(raw)
    if len(raw) < length:
        raise Damaged("cut_head", "the file ends within its head")
    try:
        return msgspec.json.decode(raw[_PREAMBLE.size : length - HEAD_TAG_BYTES], type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Damaged("bad_head", f"the head cannot be read: {fault}") from None


def prove_head(raw: bytes, seal: SegmentSeal) -> None:
    """Raises `Damaged` unless the head is the one that was written with this data key."""
    said, tag = raw[:-HEAD_TAG_BYTES], raw[-HEAD_TAG_BYTES:]
    if not hmac.compare_digest(tag, seal.head_tag(said)):
        raise Damaged("bad_head", "the head is not what was written, or the key is another one")


def encode_record(
    seal: SegmentSeal, index: int, kind: Kind, channel: int, position: int, plain: bytes
) -> bytes:
    """One record, ready to be appended at place `index`."""
    frame = FRAME.pack(len(plain) + TAG_BYTES, kind, channel, position)
    return frame + seal.seal(index, frame, plain)


def samples_payload(samples: int) -> bytes:
    """The payload of GAP, RESUME and LOST."""
    return samples.to_bytes(8)
