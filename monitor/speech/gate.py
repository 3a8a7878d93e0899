"""A second look before the recogniser: ring-back, keys, hold music, hum and noise are not speech.

webrtcvad lets tones and music through, and a recogniser invents words for them. This gate knows
only what is plainly not a voice; on doubt it lets the segment pass.

Calibrated on 347 speech segments of 34 espeak-ng voices (clean, telephone band, white and brown
noise 8..25 dB, levels down to -55 dB) and 1,890 cuts of 0.3..2 s out of them against 278 segments
of generated tones, keys, hum, music and noise, all cut by the real segmenter: no speech was
rejected; of tones, keys, white noise and clicks all were stopped, of music about four fifths, of
hum and brown noise what lasted a second. `tests/speech/test_gate.py` repeats a part of it.

==============  ========================  ==========================================
number          speech                    what is rejected
==============  ========================  ==========================================
steady          <= 0.59, cuts <= 0.69     music 0.52..0.97, hum >= 0.90, tones >= 0.98
two_peaks       <= 0.97, 0.995 one vowel  tones 1.0, keys >= 0.97
swing_db        >= 3.4, >= 4.5 over 1 s   white noise <= 1.6, brown <= 3.6
flatness        <= 0.88                   white noise >= 0.93
keys            0                         keys >= 0.67
==============  ========================  ==========================================

Music with singing, and fast or noisy music, may pass: `asr/suppress.py` is the next net.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft

from monitor.types import SAMPLE_RATE, Samples

_WINDOW: Final = 1024
_HANN: Final = np.hanning(_WINDOW).astype(np.float32)
_HOP: Final = 512
_HOP_S: Final = _HOP / SAMPLE_RATE
_BIN_HZ: Final = SAMPLE_RATE / _WINDOW
_LOWEST, _HIGHEST = 6, 288
"""Bins of 94..4500 Hz: mains hum's first harmonic is out, the telephone band is in."""
_BAND: Final = slice(13, 218)
"""Bins of 200..3400 Hz."""
_PEAKS: Final = 6
_LAG: Final = 3
"""Frames (96 ms) over which a musical note stays and a voice has moved on."""
_DTMF_HZ: Final = (697, 770, 852, 941, 1209, 1336, 1477, 1633)

Floats = npt.NDArray[np.float32]


class Sound(StrEnum):
    """What a segment is taken for."""

    SPEECH = "speech"
    SILENCE = "silence"
    TONE = "tone"
    MUSIC = "music"
    NOISE = "noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Numbers about the loud part of a segment; shares are 0..1."""

    active_s: float
    """Seconds within 25 dB of the loudest moment."""
    level_db: float
    """Mean level of the loud part, dB of full scale."""
    two_peaks: float
    """Median share of a frame's energy in its two strongest spectral peaks."""
    steady: float | None
    """Share of spectral peaks that were at the same frequency 96 ms before; None: too short."""
    swing_db: float
    """Level range between the 10th and the 90th percentile of the loud frames."""
    flatness: float
    """Flatness of the mean spectrum, 200..3400 Hz; 1 is white."""
    frame_flatness: float
    """Median flatness of the single frames; 0.57 is white noise, above 0.8 clicks."""
    keys: float
    """Share of loud frames whose two strongest peaks are a telephone key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the sound is taken for, and the numbers that say so."""

    sound: Sound
    features: Features

    @property
    def is_speech(self) -> bool:
        """Whether the recogniser should hear it."""
        return self.sound is Sound.SPEECH


def judge(samples: Samples) -> Verdict:
    """The verdict on a segment of shape (n,), n > 0, at 16 kHz."""
    features = measure(samples)
    return Verdict(sound=classify(features), features=features)


def classify(features: Features) -> Sound:
    """The thresholds: see the table above for the distance they keep from speech."""
    f = features
    if f.level_db < -66:
        return Sound.SILENCE
    if f.frame_flatness > 0.8 or (f.flatness > 0.91 and f.frame_flatness > 0.5):
        return Sound.NOISE
    if f.keys > 0.4:
        return Sound.TONE
    if f.steady is not None and f.two_peaks > 0.97 and f.steady > 0.85:
        return Sound.TONE
    if f.active_s >= 1.0:
        if f.swing_db < 3.9:
            return Sound.NOISE if f.steady is None or f.steady < 0.5 else Sound.TONE
        if f.steady is not None and f.steady > 0.52 and f.swing_db < 8:
            return Sound.MUSIC
    if f.active_s >= 0.6 and f.steady is not None and f.steady > 0.74:
        return Sound.MUSIC
    return Sound.SPEECH


def measure(samples: Samples) -> Features:
    """The numbers of a segment; about a millisecond for each second of sound."""
    power, level_db = _power(samples)
    loud = np.flatnonzero(level_db > max(float(level_db.max()) - 25.0, -90.0))
    if len(loud) == 0:
        loud = np.arange(len(power))
    spectra = power[loud]
    bins, strength = _peaks(spectra)
    share = _lobes(spectra, bins) * (strength > 0) / spectra.sum(axis=1, keepdims=True)
    band = spectra[:, _BAND]
    levels = level_db[loud]
    return Features(
        active_s=len(loud) * _HOP_S,
        level_db=float(10 * np.log10(np.mean(10 ** (levels / 10)))),
        two_peaks=float(np.median(np.minimum(np.sort(share, axis=1)[:, -2:].sum(axis=1), 1))),
        steady=_steady(loud, bins * _BIN_HZ, strength),
        swing_db=float(np.subtract(*np.percentile(levels, [90, 10]))),
        flatness=float(_flatness(band.mean(axis=0, keepdims=True))[0]),
        frame_flatness=float(np.median(_flatness(band))),
        keys=_keys(bins * _BIN_HZ, share),
    )


def _power(samples: Samples) -> tuple[Floats, Floats]:
    """Power spectra (frames, bins) and the level of each frame in dB of full scale."""
    sound = samples.astype(np.float32) / 32768
    if len(sound) < _WINDOW:
        sound = np.pad(sound, (0, _WINDOW - len(sound)))
    frames = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_HOP]
    spectrum = fft.rfft(frames * _HANN, axis=1)[:, :_HIGHEST]
    power = spectrum.real**2 + spectrum.imag**2 + np.float32(1e-9)
    power[:, :_LOWEST] = 1e-9
    # Hann loses 4.26 dB; a full-scale sine reads -3 dB as everywhere else
    level = 10 * np.log10(power.sum(axis=1) * 2 / (_WINDOW**2 * 0.375))
    return power, level.astype(np.float32)


def _peaks(spectra: Floats) -> tuple[Floats, Floats]:
    """Places (in bins, between them by a parabola) and powers of the six strongest peaks, weakest
    first; shape (frames, 6); power 0 where a frame has fewer."""
    inner = spectra[:, 1:-1]
    top = (inner > spectra[:, :-2]) & (inner >= spectra[:, 2:])
    top &= inner > spectra.max(axis=1, keepdims=True) * 10**-2.5
    heights = np.zeros_like(spectra)
    heights[:, 1:-1] = np.where(top, inner, 0)
    rows = np.arange(len(spectra))[:, None]
    # nearly all heights are 0: to look for the least of the negatives is nine times as fast
    best = np.argpartition(-heights, _PEAKS - 1, axis=1)[:, :_PEAKS]
    best = best[rows, np.argsort(heights[rows, best], axis=1)]
    middle = np.clip(best, 1, spectra.shape[1] - 2)
    before, here, after = (np.log(spectra[rows, middle + step]) for step in (-1, 0, 1))
    curve = before - 2 * here + after
    shift = np.clip(0.5 * (before - after) / np.where(curve == 0, 1, curve), -0.5, 0.5)
    return (middle + shift).astype(np.float32), heights[rows, best]


def _lobes(spectra: Floats, bins: Floats) -> Floats:
    """Power within two bins of each peak: the main lobe of the window."""
    rows = np.arange(len(spectra))[:, None]
    middle = np.rint(bins).astype(int)
    last = spectra.shape[1] - 1
    total: Floats = sum(
        (spectra[rows, np.clip(middle + step, 0, last)] for step in range(-2, 3)),
        start=np.zeros(bins.shape, np.float32),
    )
    return total


def _steady(loud: npt.NDArray[np.intp], hertz: Floats, strength: Floats) -> float | None:
    later = np.flatnonzero(np.isin(loud - _LAG, loud))
    if len(later) < 2:
        return None
    earlier = np.searchsorted(loud, loud[later] - _LAG)
    before = np.where(strength[earlier] > 0, hertz[earlier], -1e6)
    distance = np.abs(hertz[later][:, :, None] - before[:, None, :]).min(axis=2)
    weight = np.sqrt(strength[later])
    same = distance < np.maximum(3.0, 0.006 * hertz[later])
    return float((same * weight).sum() / (weight.sum() + 1e-12))


def _flatness(band: Floats) -> Floats:
    flat: Floats = np.exp(np.log(band).mean(axis=1)) / band.mean(axis=1)
    return flat


def _keys(hertz: Floats, share: Floats) -> float:
    order = np.argsort(share, axis=1)[:, -2:]
    pair = np.sort(np.take_along_axis(hertz, order, axis=1), axis=1)
    both = np.take_along_axis(share, order, axis=1)
    known = np.array(_DTMF_HZ)
    near = np.abs(pair[:, :, None] - known) < 0.02 * known
    is_key = near[:, 0, :4].any(axis=1) & near[:, 1, 4:].any(axis=1)
    return float(np.mean(is_key & (both.min(axis=1) > 0.15) & (both.sum(axis=1) > 0.9)))
