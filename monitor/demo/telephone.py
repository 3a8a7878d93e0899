"""What a telephone line does to a voice, and the sounds a line carries besides voices.

Band 300-3400 Hz and µ-law are those of ITU-T G.711 and of the line before it; ring-back is the
Chinese one: 450 Hz, 1 s on, 4 s off (GF 002-9002).
"""

from __future__ import annotations

import numpy as np

from monitor.audio.g711 import decode_mulaw, encode_mulaw
from monitor.demo.speech import RATE, Wave
from monitor.types import Samples

_TAPS = 129
_RING_HZ, _RING_ON_S, _RING_OFF_S = 450.0, 1.0, 4.0
_TUNE = (0, 4, 7, 12, 7, 4, 5, 9, 12, 9, 5, 2, 7, 11, 14, 11, 7, 4)
_NOTE_S = 0.42


def band(wave: Wave) -> Wave:
    """Only what lies between 300 and 3400 Hz, without delay."""
    middle = np.arange(_TAPS) - _TAPS // 2
    high, low = 2 * 3400 / RATE, 2 * 300 / RATE
    taps = high * np.sinc(high * middle) - low * np.sinc(low * middle)
    return np.convolve(wave, taps * np.hamming(_TAPS), mode="same").astype(np.float32)


def levelled(wave: Wave, peak_db: float) -> Wave:
    """The wave with its peak at `peak_db` dBFS."""
    top = float(np.abs(wave).max(initial=0.0))
    return (wave * np.float32(_amplitude(peak_db) / top)).astype(np.float32) if top else wave


def line(wave: Wave) -> Samples:
    """The wave as it comes out at the far end: 16-bit samples that went through µ-law."""
    whole = np.round(np.clip(wave, -1, 1) * 32_767).astype(np.int16)
    return decode_mulaw(encode_mulaw(whole))


def noise(seconds: float, level_db: float, rng: np.random.Generator) -> Wave:
    """Hiss with some more weight on low frequencies, `level_db` its RMS in dBFS."""
    white = rng.standard_normal(round(seconds * RATE))
    coloured = band((white + np.convolve(white, np.ones(8) / 3, mode="same")).astype(np.float32))
    rms = float(np.sqrt(np.mean(coloured**2))) if len(coloured) else 1.0
    return (coloured * np.float32(10 ** (level_db / 20) / rms)).astype(np.float32)


def ring_back(seconds: float, level_db: float) -> Wave:
    """What the caller hears while the other telephone rings."""
    at = np.arange(round(seconds * RATE)) / RATE
    on = np.mod(at, _RING_ON_S + _RING_OFF_S) < _RING_ON_S
    return (np.sin(2 * np.pi * _RING_HZ * at) * on * _amplitude(level_db)).astype(np.float32)


def music(seconds: float, level_db: float) -> Wave:
    """Music on hold: a plucked tune over a bass note, with harmonics and decay."""
    out = np.zeros(round(seconds * RATE))
    length = round(_NOTE_S * RATE)
    for number in range(len(out) // length + 1):
        step = _TUNE[number % len(_TUNE)]
        rest = out[number * length : number * length + 3 * length]
        at = np.arange(len(rest)) / RATE
        rest += _pluck(330 * 2 ** (step / 12), at, 3.5)
        if number % 3 == 0:
            rest += 0.8 * _pluck(330 * 2 ** (step // 5 / 12) / 2, at, 1.5)
    return levelled(band(out.astype(np.float32)), level_db)


def _pluck(hertz: float, at: np.ndarray, decay: float) -> np.ndarray:
    tone = sum(np.sin(2 * np.pi * hertz * k * at) / k**1.5 for k in range(1, 7))
    return np.asarray(tone * np.exp(-decay * at) * np.minimum(1.0, at / 0.008))


def _amplitude(level_db: float) -> float:
    return float(10 ** (level_db / 20))
