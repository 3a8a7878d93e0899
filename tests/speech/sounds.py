"""Sounds of a telephone line that are not speech, made by rule. Shape (n,), float, -1..1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from monitor.types import SAMPLE_RATE, Samples

Floats = npt.NDArray[np.float64]

TIMBRES = {
    "piano": ((1, 0.5, 0.3, 0.2, 0.1, 0.05), 4.0),
    "strings": ((1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2), 0.3),
    "organ": ((1, 0.6, 0, 0.5, 0, 0, 0.2, 0.3), 0.0),
    "square": ((1, 0, 0.33, 0, 0.2, 0, 0.14), 0.5),
}
"""Name -> strengths of the harmonics, and decay per second."""


def int16(sound: Floats) -> Samples:
    """As it comes from the line."""
    return (np.clip(sound, -1, 1) * 32_767).astype(np.int16)


def tone(hertz: Sequence[float], seconds: float, *, on_s: float = 0, every_s: float = 0) -> Floats:
    """Sines together, in a cadence when `every_s` is given (Chinese ring-back: 450 Hz, 1 in 5)."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = np.sum([np.sin(2 * np.pi * f * t) for f in hertz], axis=0) * 0.2 / len(hertz)
    return sound * (t % every_s < on_s) if every_s else sound


def keys(pairs: Sequence[tuple[float, float]]) -> Floats:
    """Telephone keys, 100 ms each with 60 ms between."""
    gap = np.zeros(960)
    return np.concatenate([part for pair in pairs for part in (tone(pair, 0.1), gap)])


def white(seconds: float, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(0, 0.05, int(seconds * SAMPLE_RATE))


def brown(seconds: float, seed: int = 0) -> Floats:
    walk = np.cumsum(white(seconds, seed))
    walk = walk - np.convolve(walk, np.ones(400) / 400, "same")
    return walk / walk.std() * 0.05


def music(timbre: str, seconds: float, seed: int = 0) -> Floats:
    """Chords and bass on a pentatonic scale, with a drum now and then."""
    rng = np.random.default_rng(seed)
    harmonics, decay = TIMBRES[timbre]
    beat_s = float(rng.choice([0.2, 0.25, 0.4, 0.5, 0.8]))
    sound = np.zeros(int((seconds + 4) * SAMPLE_RATE))
    position = 0
    while position < seconds * SAMPLE_RATE:
        root = 220 * 2 ** (rng.choice([0, 2, 4, 7, 9, 12, 14, 16]) / 12)
        length = beat_s * rng.choice([1, 1, 2])
        chord = rng.choice([(0, 4, 7), (0, 3, 7), (-12, 0, 12)])
        for step in chord:
            note = _note(root * 2 ** (step / 12), length * 1.1, harmonics, decay)
            sound[position : position + len(note)] += note
        if rng.random() < 0.3:
            drum = rng.normal(0, 0.6, 1600) * np.exp(-np.arange(1600) / 300)
            sound[position : position + 1600] += drum
        position += int(length * SAMPLE_RATE)
    sound = sound[: int(seconds * SAMPLE_RATE)]
    return sound / np.abs(sound).max() * 0.5


def _note(hertz: float, seconds: float, harmonics: Sequence[float], decay: float) -> Floats:
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    envelope = np.minimum(1, t / 0.01) * np.exp(-t * decay)
    envelope[-160:] *= np.linspace(1, 0, 160)
    waves = [a * np.sin(2 * np.pi * hertz * k * t) for k, a in enumerate(harmonics, start=1)]
    return np.sum(waves, axis=0) * envelope
