"""A call as a source sends it: its registration and its sound in pieces of 100 ms."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from monitor.audio.channels import default_roles
from monitor.audio.formats import open_audio
from monitor.audio.mic import Lost, Microphone
from monitor.audio.notice import Notice
from monitor.audio.pcm import Block
from monitor.audio.resample import Resampler
from monitor.audio.source import AudioSource
from monitor.errors import BadInput
from monitor.ingest.limits import MAX_CALL_ID_CHARS
from monitor.types import SAMPLE_RATE, Role

PIECE_S = 0.1
"""Seconds in a binary message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostSound:
    """Sound that is missing, declared to the server instead of hidden."""

    samples: int


Piece = bytes | LostSound
"""Little-endian int16, interleaved; or what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call to be sent. `pieces` is read once, on a worker thread."""

    label: str
    """For people: the file or the device."""
    registration: dict[str, object]
    rate: int
    """Hertz on the wire."""
    channels: int
    duration_s: float | None
    pieces: Generator[Piece, None, None]
    live: bool = False
    """The source sets the pace itself."""
    notices: list[Notice] = field(default_factory=list)
    """Oddities of the source; complete once `pieces` is exhausted."""

    @property
    def call(self) -> str:
        return str(self.registration["call"])


def from_file(
    path: Path,
    *,
    fields: dict[str, object],
    roles: tuple[Role, ...] | None = None,
    call: str | None = None,
) -> Outgoing:
    """A recording as a call; `fields` are more of the registration (agent, team, meta, ...).

    The first second is read here, so that most `BadAudio` come before anything is sent, and
    again with the pieces. Rates above 16 kHz are converted, lower ones go as they are. Raises
    `BadInput` when the number of `roles` is not the number of channels.
    """
    with open_audio(path) as source:
        rate, channels, duration_s = source.rate, source.channels, source.duration_s
        next(source.blocks())
    roles = roles or default_roles(channels)
    if len(roles) != channels:
        message = f"{len(roles)} roles for {channels} channel{'s' if channels > 1 else ''}"
        raise BadInput("bad_roles", message, file=str(path), field="roles")
    notices: list[Notice] = []
    wire_rate = min(rate, SAMPLE_RATE)
    registration = _registration(fields, call or _call_id(path.stem), wire_rate, roles)
    return Outgoing(
        label=path.name,
        registration=registration,
        rate=wire_rate,
        channels=channels,
        duration_s=duration_s,
        pieces=_file_pieces(path, wire_rate, notices),
        notices=notices,
    )


def from_microphone(
    microphone: Microphone,
    *,
    fields: dict[str, object],
    role: Role,
    seconds: float | None = None,
    call: str | None = None,
) -> Outgoing:
    """An open microphone as a call of one role."""
    notices: list[Notice] = []
    return Outgoing(
        label=microphone.device.name,
        registration=_registration(fields, call or _call_id("mic"), microphone.rate, (role,)),
        rate=microphone.rate,
        channels=1,
        duration_s=seconds,
        pieces=_microphone_pieces(microphone, seconds, notices),
        live=True,
        notices=notices,
    )


def _registration(
    fields: dict[str, object], call: str, rate: int, roles: tuple[Role, ...]
) -> dict[str, object]:
    return {
        "type": "start",
        "call": call,
        **fields,
        "rate": rate,
        "channels": len(roles),
        "roles": ",".join(roles),
    }


def _call_id(stem: str) -> str:
    """Not used before, and still telling which file it was."""
    unique = f"-{uuid.uuid4().hex[:8]}"
    readable = "".join(char for char in stem if char.isprintable())
    return readable[: MAX_CALL_ID_CHARS - len(unique)] + unique


def _file_pieces(path: Path, wire_rate: int, notices: list[Notice]) -> Generator[Piece, None, None]:
    length = int(wire_rate * PIECE_S)
    with open_audio(path) as source:
        held = np.zeros((0, source.channels), dtype=np.int16)
        for block in _converted(source, wire_rate):
            held = np.concatenate((held, block))
            while len(held) >= length:
                yield held[:length].astype("<i2").tobytes()
                held = held[length:]
        if len(held):
            yield held.astype("<i2").tobytes()
        notices.extend(source.notices)


def _converted(source: AudioSource, wire_rate: int) -> Iterator[Block]:
    if wire_rate == source.rate:
        yield from source.blocks()
        return
    resamplers = [Resampler(source.rate) for _ in range(source.channels)]
    for block in source.blocks():
        yield np.stack(
            [one.feed(block[:, channel]) for channel, one in enumerate(resamplers)], axis=1
        )
    yield np.stack([one.flush() for one in resamplers], axis=1)


def _microphone_pieces(
    microphone: Microphone, seconds: float | None, notices: list[Notice]
) -> Generator[Piece, None, None]:
    glitches = 0
    for heard in microphone.pieces(seconds=seconds):
        if isinstance(heard, Lost):
            at_s = heard.position / microphone.rate
            text = f"{heard.samples} samples were lost at {at_s:.1f} s: the network was too slow"
            notices.append(Notice(code="microphone_overflow", text=text))
            yield LostSound(samples=heard.samples)
        else:
            glitches += heard.glitch
            yield heard.samples.astype("<i2").tobytes()
    if glitches:
        text = f"the device lost sound {glitches} times"
        notices.append(Notice(code="device_overflow", text=text))
