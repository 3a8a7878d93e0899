"""Text in, samples out: espeak-ng's library called in this process, and shards on disk.

One call of the library is several times cheaper than one run of the command, which reads its
dictionary anew each time. The library speaks with one voice at a time: one `Speaker` a process.
"""

import ctypes
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soxr

from monitor.demo.training.shards import RATE, Samples
from monitor.demo.training.texts import RULES, Line, Texts
from monitor.demo.training.voices import Cast, Take

ESPEAK_RATE = 22_050
LONGEST_S = 12.5

_SYNCHRONOUS = 2
_RATE, _VOLUME, _PITCH, _GAP = 1, 2, 3, 7
_UTF8 = 1
_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Speaker:
    """espeak-ng's speech library, opened on a folder that holds `espeak-ng-data`."""

    def __init__(self, path: Path | None = None) -> None:
        self._lib = ctypes.CDLL("libespeak-ng.so.1")
        self._heard: list[bytes] = []
        # The library keeps only a pointer: the callback must live as long as the speaker.
        self._callback = _Callback(self._hear)
        where = str(path).encode() if path else None
        if self._lib.espeak_Initialize(_SYNCHRONOUS, 0, where, 0) != ESPEAK_RATE:
            raise RuntimeError(f"espeak-ng has no data at {path or 'its usual place'}")
        self._lib.espeak_SetSynthCallback(self._callback)

    def _hear(self, wave: object, count: int, _events: object) -> int:
        if wave and count > 0:
            self._heard.append(ctypes.string_at(wave, count * 2))  # type: ignore[arg-type]
        return 0

    def speak(self, text: str, take: Take) -> Samples | None:
        """Samples in -0.9..0.9 at 16 kHz, trimmed to the speech; None when nothing was said."""
        if self._lib.espeak_SetVoiceByName(take.voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {take.voice}")
        settings = ((_RATE, take.speed), (_VOLUME, 100), (_PITCH, take.pitch), (_GAP, take.gap))
        for number, value in settings:
            self._lib.espeak_SetParameter(number, value, 0)
        self._heard.clear()
        raw = text.encode() + b"\0"
        self._lib.espeak_Synth(raw, len(raw), 0, 1, 0, _UTF8, None, None)
        wave = np.frombuffer(b"".join(self._heard), dtype="<i2").astype(np.float32) / 32768
        return _trim(soxr.resample(wave, ESPEAK_RATE, RATE)) if len(wave) > 2000 else None


def _trim(wave: Samples) -> Samples | None:
    """Cut the silence around the speech, keep 50 ms on either side, set the peak to 0.9."""
    loud = np.flatnonzero(np.abs(wave) > 0.003)
    if not len(loud):
        return None
    margin = RATE // 20
    cut = wave[max(0, loud[0] - margin) : loud[-1] + margin]
    return (cut * np.float32(0.9 / np.abs(cut).max())).astype(np.float32)


def write_shard(stem: Path, lines: list[Line], speaker: Speaker, take: Callable[[], Take]) -> float:
    """Speak `lines` into `stem.pcm` (16-bit, 16 kHz) and `stem.jsonl`; returns seconds.

    A row is `[text, first sample, samples, voice]`. The index is renamed into place last, so
    that a reader of the folder only ever sees whole shards.
    """
    rows: list[str] = []
    offset = 0
    with stem.with_suffix(".pcm").open("wb") as pcm:
        for line in lines:
            chosen = take()
            wave = speaker.speak(line.spoken, chosen)
            if wave is None or not 0.2 * RATE < len(wave) < LONGEST_S * RATE:
                continue
            pcm.write((wave * 32767).astype("<i2").tobytes())
            row = [line.text, offset, len(wave), chosen.variant]
            rows.append(json.dumps(row, ensure_ascii=False))
            offset += len(wave)
    half = stem.with_suffix(".half")
    half.write_text("\n".join(rows) + "\n", encoding="utf-8")
    half.rename(stem.with_suffix(".jsonl"))
    return offset / RATE


def write_shards(
    folder: Path,
    voices: Path,
    *,
    seed: int,
    hours: float,
    minutes: float,
    rules: float = RULES,
    size: int = 500,
) -> float:
    """Fill `folder` with shards until so many hours of speech or minutes of work.

    `rules` is the share of lines with listed phrases. Returns the hours of speech made.
    """
    rng = random.Random(seed)
    texts, cast, speaker = Texts(rng, rules), Cast(voices, rng), Speaker(voices)
    folder.mkdir(parents=True, exist_ok=True)
    stop = time.monotonic() + minutes * 60
    made, number = 0.0, 0
    while made < hours * 3600 and time.monotonic() < stop:
        lines = [texts.line() for _ in range(size)]
        made += write_shard(folder / f"s{seed:03d}-{number:04d}", lines, speaker, cast.take)
        number += 1
    return made / 3600
