"""The chain of the audit log: each entry's hash covers the one before it. Pure.

hash(n) = SHA-256(hash(n-1) ‖ body(n)), hash(0) = SHA-256 of `GENESIS`. The body is the entry as
JSON with sorted keys; it holds its own number, so that no entry can stand in another's place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

GENESIS: Final = hashlib.sha256(b"call compliance monitor audit v1").hexdigest()

_encoder: Final = msgspec.json.Encoder(order="sorted")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to what. No words of calls, no secrets, no telephone numbers."""

    seq: int
    wall: float
    """Seconds since the epoch, UTC."""
    actor: str
    """`user:NAME`, `token:ID`, `command:LOGIN` or `server`."""
    action: str
    about: str = ""
    outcome: str = "done"
    """done, refused or failed."""
    detail: dict[str, Any] = {}


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its place."""

    seq: int
    body: str
    hash: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a chain: how long it is and its last hash."""

    size: int = 0
    hash: str = GENESIS


BEGINNING: Final = Head()


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """Where the log is not what it was."""

    seq: int
    what: str


def link(head: Head, entry: Entry) -> Link:
    """The entry as the next of a chain; its number is the chain's."""
    numbered = msgspec.structs.replace(entry, seq=head.size + 1)
    body = _encoder.encode(numbered).decode()
    return Link(seq=numbered.seq, body=body, hash=hash_of(head.hash, body))


def hash_of(before: str, body: str) -> str:
    """The hash of a body after the entry with hash `before`."""
    return hashlib.sha256(bytes.fromhex(before) + body.encode()).hexdigest()


def flaws(
    links: Iterable[Link], known: Sequence[Head], *, start: Head = BEGINNING
) -> tuple[Head, list[Flaw]]:
    """Where the chain ends, and the first flaw in it and every known head it does not pass.

    `known` are heads that were signed and kept outside; what was cut off or rewritten before the
    last of them is found, whoever did it. `links` follow `start`, which is trusted.
    """
    head, found = start, list[Flaw]()
    wanted = {each.size: each.hash for each in known if each.size > start.size}
    for each in links:
        flaw = _flaw(head, each)
        if flaw is not None:
            found.append(flaw)
            return head, found
        head = Head(size=each.seq, hash=each.hash)
        if wanted.pop(head.size, head.hash) != head.hash:
            found.append(Flaw(seq=head.size, what="differs from the signed checkpoint"))
    for size in sorted(size for size in wanted if size > head.size):
        what = f"the log ends at {head.size}, a signed checkpoint knows {size} entries"
        found.append(Flaw(seq=head.size + 1, what=what))
    return head, found


def _flaw(head: Head, each: Link) -> Flaw | None:
    number = head.size + 1
    if each.seq != number:
        return Flaw(seq=number, what=f"entry {number} is missing; entry {each.seq} stands there")
    if each.hash != hash_of(head.hash, each.body):
        return Flaw(seq=number, what="the entry or the one before it was changed")
    try:
        own = msgspec.json.decode(each.body, type=Entry).seq
    except msgspec.MsgspecError:
        return Flaw(seq=number, what="the entry cannot be read")
    if own != number:
        return Flaw(seq=number, what=f"the entry was number {own}")
    return None
