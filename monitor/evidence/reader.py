"""A segment file, read with distrust: a record that does not open is never played."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import msgspec

from monitor.errors import Damaged, Unavailable
from monitor.evidence import age
from monitor.evidence.age import Identity
from monitor.evidence.format import (
    FRAME,
    MAX_HEAD_BYTES,
    MAX_SEALED_BYTES,
    About,
    End,
    Head,
    Kind,
    head_length,
    parse_head,
    prove_head,
)
from monitor.evidence.keyring import Keyring
from monitor.evidence.seals import TAG_BYTES, SegmentSeal
from monitor.evidence.segment import Anchor

_KINDS = frozenset(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record lies. Not proven before it is opened."""

    index: int
    kind: Kind
    channel: int
    position: int
    offset: int
    """Of the frame, in bytes."""
    sealed: int
    """Length of the sealed part, in bytes."""

    @property
    def samples(self) -> int:
        """Of an AUDIO record."""
        return (self.sealed - TAG_BYTES) // 2

    @property
    def end(self) -> int:
        """Offset of what follows."""
        return self.offset + FRAME.size + self.sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a file proved to be."""

    state: Literal["complete", "unfinished", "damaged"]
    """unfinished: good as far as it goes, but there is no end mark: the server was killed, the
    disk failed, the call still runs, or somebody cut it."""
    records: int
    """Good records before the first fault."""
    bytes: int
    """Good bytes before the first fault."""
    digest: str
    """SHA-256 of those bytes, hexadecimal."""
    why: str = ""
    end: End | None = None


class SegmentReader:
    """An open segment file, for one thread. Raises `Damaged` for a head that is not good."""

    def __init__(self, path: Path, keys: Keyring | Identity, *, noted: int = 0) -> None:
        """`keys`: the keyring, or the offline escrow key. `noted`: bytes the index knows of."""
        self.noted = noted
        try:
            self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as fault:
            raise Unavailable("no_recording", f"{path}: {fault.strerror}") from fault
        try:
            raw = self._head_bytes()
            self.head: Head = parse_head(raw)
            seal = SegmentSeal.of(self._data_key(keys), self.head.salt)
            prove_head(raw, seal)
            self._seal = seal.bound_to(raw)
            self.start = len(raw)
            self.about = self._read_about()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def places(self) -> Iterator[Place]:
        """The records as the frames say, up to the first that cannot be one of ours."""
        size = os.fstat(self._handle).st_size
        offset, index = self.start, 0
        while offset + FRAME.size <= size:
            place = self._place(index, offset)
            if place is None or place.end > size:
                return
            yield place
            offset, index = place.end, index + 1

    def open(self, place: Place) -> bytes:
        """What the record holds; raises `Damaged`."""
        raw = os.pread(self._handle, FRAME.size + place.sealed, place.offset)
        if len(raw) < FRAME.size + place.sealed:
            raise Damaged("cut", f"the file ends within record {place.index}")
        return self._seal.open(place.index, raw[: FRAME.size], raw[FRAME.size :])

    def verify(self, anchor: Anchor | None = None) -> Verdict:
        """Open every record. With what the index noted, a cut shows even without an end mark."""
        anchor = anchor or Anchor()
        size = os.fstat(self._handle).st_size
        digest = hashlib.sha256(os.pread(self._handle, self.start, 0))
        good, records, end, why = self.start, 0, None, ""
        reached = anchor.bytes == 0
        for place in self.places():
            try:
                payload = self.open(place)
            except Damaged as fault:
                why = fault.message
                break
            digest.update(os.pread(self._handle, place.end - good, good))
            good, records = place.end, records + 1
            if good == anchor.bytes:
                reached = digest.hexdigest() == anchor.digest
            if place.kind is Kind.END:
                end = msgspec.json.decode(payload, type=End)
                break
        state: Literal["complete", "unfinished", "damaged"] = "damaged"
        if end is not None and good < size:
            why = f"{size - good} bytes after the end mark"
        elif not reached:
            why = why or f"{anchor.records} records were on disk, {records} are good"
        elif end is not None:
            state = "complete"
        elif not why or anchor.bytes:
            # what a crash leaves behind the last sync may be anything
            state, why = "unfinished", "no end mark"
        return Verdict(
            state=state, records=records, bytes=good, digest=digest.hexdigest(), why=why, end=end
        )

    def _place(self, index: int, offset: int) -> Place | None:
        sealed, kind, channel, position = FRAME.unpack(os.pread(self._handle, FRAME.size, offset))
        if kind not in _KINDS or not TAG_BYTES <= sealed <= MAX_SEALED_BYTES:
            return None
        return Place(
            index=index,
            kind=Kind(kind),
            channel=channel,
            position=position,
            offset=offset,
            sealed=sealed,
        )

    def _head_bytes(self) -> bytes:
        first = os.pread(self._handle, MAX_HEAD_BYTES + 64, 0)
        return first[: head_length(first)]

    def _data_key(self, keys: Keyring | Identity) -> bytes:
        if isinstance(keys, Keyring):
            return keys.find(self.head.kek).unwrap(self.head.dek, self.head.file)
        if not self.head.escrow:
            raise Damaged("no_escrow", "this recording was made without an escrow key")
        return age.decrypt(self.head.escrow, keys)

    def _read_about(self) -> About:
        first = next(self.places(), None)
        if first is None or first.kind is not Kind.ABOUT:
            raise Damaged("no_about", "the file ends before it says whose call it is")
        with suppress(msgspec.DecodeError):
            return msgspec.json.decode(self.open(first), type=About)
        raise Damaged("no_about", "the first record cannot be read")
