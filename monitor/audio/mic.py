"""The microphone through PortAudio; the only place that loads sounddevice.

sounddevice needs the system's libportaudio2, so it is imported when a microphone is wanted.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any, Final, Self

import numpy as np

from monitor.audio.resample import RATES
from monitor.errors import BadSetting, Unavailable
from monitor.types import SAMPLE_RATE, Samples

BLOCK_S = 0.1
"""Seconds in a piece."""

QUEUE_PIECES = 100
"""Pieces (10 s) that wait for the reader before sound is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A piece of sound. `position` counts every sample since the start, lost ones included."""

    position: int
    samples: Samples
    glitch: bool = False
    """PortAudio reports that the device lost sound before this piece; it does not say how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Sound that was thrown away because nobody read it in time."""

    position: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDevice:
    """A device sound can be taken from."""

    number: int
    name: str
    rate: int
    """Hertz, the device's own."""
    default: bool


def _portaudio() -> ModuleType:
    try:
        import sounddevice
    except OSError:
        raise Unavailable(
            "no_portaudio",
            "the microphone needs the system library PortAudio: apt install libportaudio2",
        ) from None
    module: ModuleType = sounddevice
    return module


def input_devices() -> list[InputDevice]:
    """All devices with an input; raises `Unavailable` without PortAudio."""
    portaudio = _portaudio()
    default = portaudio.default.device[0]
    return [
        InputDevice(
            number=number,
            name=str(found["name"]),
            rate=int(found["default_samplerate"]),
            default=number == default,
        )
        for number, found in enumerate(portaudio.query_devices())
        if found["max_input_channels"] > 0
    ]


def choose_device(wanted: str | None) -> InputDevice:
    """The default device, or the one with that number, name, or unique part of a name.

    Raises `BadSetting` that names the devices there are, `Unavailable` when there is none.
    """
    devices = input_devices()
    if not devices:
        raise Unavailable("no_microphone", "this machine has no sound input device")
    if wanted is None:
        return next((one for one in devices if one.default), devices[0])
    exact = [one for one in devices if wanted in (str(one.number), one.name)]
    near = exact or [one for one in devices if wanted.lower() in one.name.lower()]
    if len(near) == 1:
        return near[0]
    there = ", ".join(f"{one.number} {one.name}" for one in devices)
    fault = "no input device" if not near else f"{len(near)} input devices match"
    raise BadSetting("unknown_device", f"{fault} {wanted!r}; there are: {there}", field="device")


class Microphone:
    """Mono int16 from one device. Use it in a `with` statement and iterate over `pieces`.

    The sound is 16 kHz where the device can do that, else the device's own rate.
    """

    def __init__(self, device: str | None = None, *, queue_pieces: int = QUEUE_PIECES) -> None:
        self._portaudio = _portaudio()
        self.device: Final = choose_device(device)
        self.rate: Final = self._pick_rate()
        self._bound = queue_pieces
        self._queue: queue.SimpleQueue[Heard | Lost] = queue.SimpleQueue()
        self._position = 0
        self._lost_from: int | None = None
        self._lost = 0
        self._stream: Any = None

    @property
    def lost(self) -> int:
        """Samples thrown away so far, those not yet handed out as `Lost` included."""
        return self._lost

    def __enter__(self) -> Self:
        try:
            self._stream = self._portaudio.RawInputStream(
                device=self.device.number,
                samplerate=self.rate,
                channels=1,
                dtype="int16",
                blocksize=int(self.rate * BLOCK_S),
                callback=self._take,
            )
            self._stream.start()
        except self._portaudio.PortAudioError as fault:
            self._shut()
            raise Unavailable(
                "microphone_refused", f"cannot open {self.device.name!r}: {fault.args[0]}"
            ) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shut()

    def pieces(
        self, *, seconds: float | None = None, stall_s: float = 5.0
    ) -> Iterator[Heard | Lost]:
        """What was heard, and what was lost, in order; at most `seconds` of it.

        Raises `Unavailable` when the device gives nothing for `stall_s`.
        """
        end = None if seconds is None else int(seconds * self.rate)
        while True:
            try:
                piece = self._queue.get(timeout=stall_s)
            except queue.Empty:
                raise Unavailable(
                    "microphone_silent", f"{self.device.name!r} gave no sound for {stall_s:g} s"
                ) from None
            if end is not None and piece.position >= end:
                return
            yield piece

    def _take(self, data: Any, frames: int, _when: object, status: Any) -> None:
        """Called on PortAudio's own thread, which must not wait for anything."""
        # one place is kept for the record of a loss, so the bound holds
        if self._queue.qsize() >= self._bound:
            if self._lost_from is None:
                self._lost_from = self._position
            self._lost += frames
        else:
            if self._lost_from is not None:
                gone = self._position - self._lost_from
                self._queue.put(Lost(position=self._lost_from, samples=gone))
                self._lost_from = None
            samples = np.frombuffer(bytes(data), dtype=np.int16)
            glitch = bool(status.input_overflow)
            self._queue.put(Heard(position=self._position, samples=samples, glitch=glitch))
        self._position += frames

    def _pick_rate(self) -> int:
        for rate in (SAMPLE_RATE, self.device.rate):
            try:
                self._portaudio.check_input_settings(
                    device=self.device.number, channels=1, dtype="int16", samplerate=rate
                )
            except self._portaudio.PortAudioError:
                continue
            if rate in RATES:
                return rate
        raise Unavailable(
            "microphone_rate", f"{self.device.name!r} offers no sample rate this program reads"
        )

    def _shut(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
