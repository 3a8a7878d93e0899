"""Synthetic speech whose every syllable has a known time: espeak-ng's library, called directly.

The library reports where each character begins in the sound it makes, so the times are the
synthesiser's own and need no alignment (within 0.01 s of the silences around pauses, measured
with four voices). It keeps state between calls (flutter, noise): equal bytes need a fresh
process, which `monitor.demo.fixtures` gives to every call.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from monitor.demo.training.voices import LANGUAGE
from monitor.errors import BadInput, Unavailable

RATE = 8_000
"""Hertz: what a telephone line carries."""

PAUSES_S = {"，": 0.18, "、": 0.10, "；": 0.30, "：": 0.20, "。": 0.55, "？": 0.55, "！": 0.55}
"""Seconds of silence after a punctuation mark, at every speaking rate."""

LIBRARY = "libespeak-ng.so.1"
_ESPEAK_RATE = 22_050
_SYNCHRONOUS = 2
_WORD, _END_OF_LIST = 1, 0
_SPEED, _VOLUME, _PITCH = 1, 2, 3
_UTF8 = 1
_PIECE = re.compile(r"\[(?P<pause>\d+(?:\.\d+)?)\]|(?P<mark>[，、；：。？！])|(?P<text>[一-鿿〇]+)")

Wave = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A way of speaking: espeak-ng's variant, words per minute (80-450), pitch (0-99)."""

    variant: str
    speed: int = 180
    pitch: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What was said: samples at 8 kHz in -1..1, and when each character was."""

    wave: Wave
    text: str
    """The characters that were spoken: no punctuation, no pauses."""
    starts: tuple[float, ...]
    """Seconds from the first sample, one for each character."""
    ends: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return len(self.wave) / RATE


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Speaker:
    """espeak-ng's speech library. One in a process: the library has global state."""

    def __init__(self) -> None:
        self._lib = _open()
        self._sound: list[bytes] = []
        self._words: dict[int, float] = {}
        # The library keeps only a pointer: the callback must live as long as the speaker.
        self._callback = _Callback(self._hear)
        if self._lib.espeak_Initialize(_SYNCHRONOUS, 0, None, 0) != _ESPEAK_RATE:
            raise Unavailable("no_speech_data", "espeak-ng has no data: install espeak-ng-data")
        self._lib.espeak_SetSynthCallback(self._callback)

    def _hear(self, wave: object, count: int, events: ctypes.Array[_Event]) -> int:
        if wave and count > 0:
            self._sound.append(ctypes.string_at(wave, count * 2))  # type: ignore[arg-type]
        number = 0
        while events[number].type != _END_OF_LIST:
            if events[number].type == _WORD:
                at = events[number].sample / _ESPEAK_RATE
                self._words.setdefault(events[number].text_position, at)
            number += 1
        return 0

    def say(self, text: str, voice: Voice) -> Spoken:
        """Speak Chinese characters, punctuation (a pause) and `[0.5]` (a pause of 0.5 s).

        Each stretch between pauses is spoken by itself. Raises `BadInput` for anything else in
        the text, because espeak-ng would spell it out in English.
        """
        waves: list[Wave] = []
        starts: list[float] = []
        ends: list[float] = []
        said, length = "", 0
        for piece in pieces(text):
            if isinstance(piece, float):
                wave = np.zeros(round(piece * RATE), np.float32)
            else:
                wave, marks = self._stretch(piece, voice)
                here = length / RATE
                starts += [here + mark for mark in marks[:-1]]
                ends += [here + mark for mark in marks[1:]]
                said += piece
            waves.append(wave)
            length += len(wave)
        if not said:
            raise BadInput("nothing_to_say", f"nothing can be spoken in {text!r}", field="text")
        whole = np.concatenate(waves)
        return Spoken(wave=whole, text=said, starts=tuple(starts), ends=tuple(ends))

    def _stretch(self, text: str, voice: Voice) -> tuple[Wave, list[float]]:
        """Samples of a few characters, and the times between them (one more than characters)."""
        name = f"{LANGUAGE}+{voice.variant}" if voice.variant else LANGUAGE
        if self._lib.espeak_SetVoiceByName(name.encode()) != 0:
            raise BadInput("unknown_voice", f"espeak-ng has no voice {name}", field="voice")
        for number, value in ((_SPEED, voice.speed), (_VOLUME, 100), (_PITCH, voice.pitch)):
            self._lib.espeak_SetParameter(number, value, 0)
        self._sound.clear()
        self._words.clear()
        raw = text.encode() + b"\0"
        self._lib.espeak_Synth(raw, len(raw), 0, 1, 0, _UTF8, None, None)
        pulses = np.frombuffer(b"".join(self._sound), dtype="<i2")
        wave = pulses.astype(np.float32) / np.float32(32768)
        words = [self._words[at] for at in range(1, len(text) + 1) if at in self._words]
        if len(words) != len(text):
            message = f"espeak-ng timed {len(words)} of the {len(text)} characters of {text}"
            raise BadInput("unspeakable", message, field="text")
        return _cut(wave, words)


def pieces(text: str) -> list[str | float]:
    """Stretches to speak and pauses in seconds, in order."""
    found: list[str | float] = []
    at = 0
    for piece in _PIECE.finditer(text):
        _refuse(text, at, piece.start())
        at = piece.end()
        if piece["pause"]:
            found.append(float(piece["pause"]))
        else:
            found.append(PAUSES_S[piece["mark"]] if piece["mark"] else piece["text"])
    _refuse(text, at, len(text))
    return found


def bare(text: str) -> str:
    """Only the characters that are spoken: no punctuation, no pauses."""
    return "".join(piece for piece in pieces(text) if isinstance(piece, str))


def _refuse(text: str, start: int, end: int) -> None:
    if rest := text[start:end].strip():
        message = (
            f"{rest!r} cannot be spoken: Chinese characters, ，、；：。？！ and [seconds] only"
        )
        raise BadInput("unspeakable", message, field="text")


def _cut(wave: Wave, words: list[float]) -> tuple[Wave, list[float]]:
    """Cut the silence before and after; `words` become times in the cut wave, the end added."""
    loud = np.flatnonzero(np.abs(wave) > 0.003)
    if not len(loud):
        raise BadInput("unspeakable", "espeak-ng made no sound of the text", field="text")
    first, last = int(loud[0]), int(loud[-1]) + 1
    out = soxr.resample(wave[first:last], _ESPEAK_RATE, RATE).astype(np.float32)
    length = len(out) / RATE
    times = [min(max(0.0, word - first / _ESPEAK_RATE), length) for word in words]
    return out, [*times, length]


def _open() -> ctypes.CDLL:
    try:
        return ctypes.CDLL(LIBRARY)
    except OSError as error:
        message = "espeak-ng is not installed (Debian and Ubuntu: apt-get install espeak-ng)"
        raise Unavailable("no_espeak", message) from error


def version() -> str:
    """The library's version, such as 1.51; raises `Unavailable` where it is not installed."""
    lib = _open()
    lib.espeak_Info.restype = ctypes.c_char_p
    lib.espeak_Info.argtypes = (ctypes.c_void_p,)
    told: bytes = lib.espeak_Info(None)
    return told.decode().split()[0]
