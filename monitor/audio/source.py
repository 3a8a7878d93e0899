"""What every reader of recordings offers, and the limits they share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.audio.notice import Notice
from monitor.audio.pcm import Block, FloatFaults
from monitor.audio.resample import RATES
from monitor.errors import BadAudio

BLOCK_S = 1.0
"""Seconds read at a time; a recording is never in memory whole."""

MAX_CHANNELS = 2


class AudioSource(ABC):
    """An open recording. Read `blocks` once; close it, or use it in a `with` statement."""

    def __init__(self, path: Path, *, rate: int, channels: int, duration_s: float | None) -> None:
        self.path = path
        self.rate = rate
        """Hertz, one of `resample.RATES`."""
        self.channels = channels
        """1 or 2."""
        self.duration_s = duration_s
        """Seconds the file should hold, None when only reading will tell."""
        self.notices: list[Notice] = []
        """Complete once `blocks` has been read to its end."""

    @abstractmethod
    def blocks(self) -> Iterator[Block]:
        """Arrays of shape (n, channels), int16, about a second each.

        Raises `BadAudio` when the file cannot be read further and that is not mere truncation.
        """

    @abstractmethod
    def close(self) -> None:
        """Give the file back; may be called twice."""

    def notice(self, code: str, text: str) -> None:
        """Record an oddity."""
        self.notices.append(Notice(code=code, text=text))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def bad(path: Path, code: str, message: str) -> BadAudio:
    """The error of a recording, named."""
    return BadAudio(code, message, file=str(path))


def check_shape(path: Path, rate: int, channels: int) -> None:
    """Raise `BadAudio` for a rate or a number of channels that is not supported."""
    if channels < 1:
        raise bad(path, "no_channels", f"declares {channels} channels")
    if channels > MAX_CHANNELS:
        message = f"has {channels} channels; only mono and stereo are supported"
        raise bad(path, "too_many_channels", message)
    if rate <= 0:
        raise bad(path, "bad_rate", f"declares a sample rate of {rate} Hz")
    if rate not in RATES:
        known = ", ".join(str(one) for one in RATES)
        raise bad(path, "unsupported_rate", f"{rate} Hz is not supported; supported are {known}")


def check_floats(source: AudioSource, faults: FloatFaults) -> None:
    """Raise `BadAudio` when more than 0.1 % of what was read so far is not sound."""
    if faults.too_many_bad:
        at = faults.first_bad or 0
        message = (
            f"{faults.bad} of the first {faults.seen} samples are not numbers, "
            f"the first ({faults.first_value}) is sample {at} ({at / source.rate:.3f} s)"
        )
        raise bad(source.path, "not_finite", message)
    if faults.too_many_wild:
        at = faults.first_wild or 0
        message = (
            f"{faults.wild} of the first {faults.seen} samples lie far outside -1..1, "
            f"the first is sample {at} ({at / source.rate:.3f} s); the float track is not scaled"
        )
        raise bad(source.path, "float_range", message)


def note_floats(source: AudioSource, faults: FloatFaults) -> None:
    """Record float faults that were few enough to go on."""
    if faults.bad:
        at = faults.first_bad or 0
        source.notice(
            "bad_samples",
            f"{faults.bad} samples that are not numbers were made silence, "
            f"the first ({faults.first_value}) is sample {at} ({at / source.rate:.3f} s)",
        )
    if faults.clipped:
        source.notice("clipped", f"{faults.clipped} samples beyond full scale were clipped")
