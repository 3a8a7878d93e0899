"""FLAC and OGG through libsndfile, MP3, M4A, AAC and AMR through FFmpeg's libraries.

The container is named to FFmpeg, never guessed by it: its play-list formats open other files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile

from monitor.audio.pcm import Block, FloatFaults, from_float
from monitor.audio.source import (
    BLOCK_S,
    AudioSource,
    bad,
    check_floats,
    check_shape,
)

# FFmpeg writes its complaints to standard error; ours are raised
av.logging.set_level(None)


MAX_STRANGE_S = 0.5
"""Seconds of another rate or number of channels that pass for damage."""


class SndFileSource(AudioSource):
    """A recording libsndfile can read."""

    def __init__(self, path: Path, file: soundfile.SoundFile) -> None:
        super().__init__(
            path,
            rate=file.samplerate,
            channels=file.channels,
            duration_s=file.frames / file.samplerate,
        )
        self._file = file

    def blocks(self) -> Iterator[Block]:
        faults = FloatFaults()
        position = 0
        while True:
            try:
                values = self._file.read(int(BLOCK_S * self.rate), dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                break
            if not len(values):
                break
            block, faults = from_float(values, faults, position=position)
            check_floats(self, faults)
            position += len(block)
            yield block
        if not position:
            raise bad(self.path, "no_sound", "holds no sound that can be decoded")
        if position < self._file.frames:
            declared, held = self._file.frames / self.rate, position / self.rate
            self.notice("truncated", f"declares {declared:.1f} s, holds {held:.1f} s")

    def close(self) -> None:
        self._file.close()


class AvSource(AudioSource):
    """A recording FFmpeg can read; undecodable packets are skipped and counted."""

    def __init__(self, path: Path, container: av.container.InputContainer) -> None:
        stream = container.streams.audio[0]
        duration_s = None
        if container.duration:
            duration_s = container.duration / av.time_base
        super().__init__(
            path, rate=stream.rate, channels=stream.layout.nb_channels, duration_s=duration_s
        )
        self._container = container
        self._stream = stream
        self._broken = 0

    def blocks(self) -> Iterator[Block]:
        wanted = int(BLOCK_S * self.rate)
        parts: list[Block] = []
        waiting = total = 0
        for part in self._parts():
            parts.append(part)
            waiting += len(part)
            if waiting >= wanted:
                yield np.concatenate(parts)
                total += waiting
                parts, waiting = [], 0
        if parts:
            yield np.concatenate(parts)
        total += waiting
        if not total:
            raise bad(self.path, "no_sound", "holds no sound that can be decoded")
        self._note_length(total / self.rate)

    def close(self) -> None:
        self._container.close()

    def _note_length(self, held_s: float) -> None:
        if self._broken:
            text = f"{self._broken} damaged packets were skipped, holds {held_s:.1f} s"
            self.notice("damaged", text)
        # encoders pad up to a few frames, and estimated durations are a little off
        if self.duration_s is not None and held_s < self.duration_s * 0.98 - 0.2:
            text = f"declares {self.duration_s:.1f} s, holds {held_s:.1f} s"
            self.notice("truncated", text)

    def _parts(self) -> Iterator[Block]:
        resampler = av.AudioResampler(format="s16", layout=self._stream.layout.name, rate=self.rate)
        strange_s = 0.0
        for frame in self._frames():
            if frame.sample_rate != self.rate or frame.layout.nb_channels != self.channels:
                # a damaged header reads like this once; a recording that changes goes on
                self._broken += 1
                strange_s += frame.samples / frame.sample_rate
                self._check_strange(frame, strange_s)
                continue
            for plain in resampler.resample(frame):
                flat = np.asarray(plain.to_ndarray(), dtype=np.int16)
                yield flat.reshape(-1, self.channels)

    def _check_strange(self, frame: Any, strange_s: float) -> None:
        if strange_s > MAX_STRANGE_S:
            message = (
                f"changes from {self.rate} Hz x {self.channels} to "
                f"{frame.sample_rate} Hz x {frame.layout.nb_channels} on the way"
            )
            raise bad(self.path, "shape_changes", message)

    def _frames(self) -> Iterator[Any]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                # the container itself ends in rubbish: nothing after it can be found
                self._broken += 1
                return
            if packet is None:
                return
            try:
                yield from packet.decode()
            except av.FFmpegError:
                self._broken += 1


def open_sndfile(path: Path) -> SndFileSource:
    """Open a FLAC or OGG file; raises `BadAudio`."""
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as fault:
        reason = fault.error_string.removeprefix("Error : ").rstrip(". ").lower()
        raise bad(path, "undecodable", f"cannot be decoded: {reason}") from None
    try:
        check_shape(path, file.samplerate, file.channels)
    except BaseException:
        file.close()
        raise
    return SndFileSource(path, file)


def open_av(path: Path, container_format: str) -> AvSource:
    """Open a file of FFmpeg's `container_format` (mp3, mov, aac, amr, ogg); raises `BadAudio`."""
    try:
        container = av.open(
            str(path.absolute()),
            format=container_format,
            # titles in GBK are common, and nobody reads them here
            metadata_errors="replace",
        )
    except (av.FFmpegError, ValueError) as fault:
        raise bad(path, "undecodable", f"cannot be decoded: {_reason(fault)}") from None
    try:
        if not container.streams.audio:
            raise bad(path, "no_sound", "has no sound track")
        stream = container.streams.audio[0]
        check_shape(path, stream.rate or 0, stream.layout.nb_channels)
        return AvSource(path, container)
    except BaseException:
        container.close()
        raise


def _reason(fault: Exception) -> str:
    text = getattr(fault, "strerror", None) or str(fault)
    return str(text).splitlines()[0].lower() if text else "damaged or not of this kind"
