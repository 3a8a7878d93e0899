"""Sounds of a telephone line on which nobody speaks: the recogniser must stay silent.

All functions return mono float32 samples at 16 kHz.
"""

import numpy as np

from monitor.demo.training.augment import noise, scale, telephone
from monitor.demo.training.shards import RATE, Samples

#: Rows and columns of the telephone keypad (ITU-T Q.23), Hz.
KEYPAD = ((697, 770, 852, 941), (1209, 1336, 1477, 1633))
#: Chinese ring-back and busy tones: 450 Hz, seconds on and off (GF 002-9002.1).
RING_BACK = (450.0, 1.0, 4.0)
BUSY = (450.0, 0.35, 0.35)


def sound(rng: np.random.Generator) -> Samples:
    """A window without speech, 0.4-10 s; more than half of them as the telephone carries them."""
    length = int(RATE * min(10.0, 0.4 + rng.exponential(2.5)))
    kinds = (quiet, hiss, tone, keys, music, clicks)
    kind = kinds[rng.choice(len(kinds), p=(0.15, 0.25, 0.2, 0.08, 0.22, 0.1))]
    wave = kind(length, rng)
    if kind is not quiet:
        wave = scale(wave, rng, (0.003, 0.9))
        if rng.random() < 0.5:
            wave = wave + noise(length, rng) * np.float32(10 ** rng.uniform(-4.5, -2))
    return telephone(wave, rng) if rng.random() < 0.6 else wave


def quiet(length: int, rng: np.random.Generator) -> Samples:
    """Digital silence, or the last bits of a converter."""
    if rng.random() < 0.3:
        return np.zeros(length, np.float32)
    return noise(length, rng) * np.float32(10 ** rng.uniform(-5, -3.2))


def hiss(length: int, rng: np.random.Generator) -> Samples:
    """Noise, swelling and falling half of the time."""
    wave = noise(length, rng)
    if rng.random() < 0.5:
        return wave
    knots = rng.uniform(0.05, 1, max(2, length // RATE * 4))
    swell = np.interp(np.arange(length), np.linspace(0, length, len(knots)), knots)
    return (wave * swell).astype(np.float32)


def tone(length: int, rng: np.random.Generator) -> Samples:
    """Ring-back, busy tone, or one to three steady tones switched on and off."""
    chance = rng.random()
    if chance < 0.75:
        hertz, on, off = RING_BACK if chance < 0.5 else BUSY
        pitches = [hertz]
    else:
        on, off = rng.uniform(0.1, 2), rng.uniform(0, 2)
        pitches = list(rng.uniform(80, 2500, rng.integers(1, 4)))
    t = np.arange(length) / RATE
    phase = (t + rng.uniform(0, on + off)) % (on + off)
    wave = sum(np.sin(2 * np.pi * hertz * t) for hertz in pitches)
    return np.asarray(wave * (phase < on), np.float32)


def keys(length: int, rng: np.random.Generator) -> Samples:
    """Keys pressed one after another (DTMF)."""
    wave = np.zeros(length, np.float32)
    press, gap = int(RATE * rng.uniform(0.06, 0.3)), int(RATE * rng.uniform(0.05, 0.4))
    t = np.arange(press) / RATE
    for at in range(int(rng.integers(0, gap)), length - press, press + gap):
        pair = (rng.choice(KEYPAD[0]), rng.choice(KEYPAD[1]))
        wave[at : at + press] = sum(np.sin(2 * np.pi * hertz * t) for hertz in pair)
    return wave


def music(length: int, rng: np.random.Generator) -> Samples:
    """Hold music: notes and chords of a scale, plucked or bowed, with overtones."""
    wave = np.zeros(length)
    scale_steps = np.array([0, 2, 4, 7, 9, 12, 14, 16, 19])
    root, beat = rng.uniform(110, 330), int(RATE * rng.uniform(0.15, 0.6))
    overtones = rng.uniform(0, 1, 6) / np.arange(1, 7)
    decay = rng.uniform(0.5, 6)
    for at in range(0, length, beat):
        held = min(length - at, int(beat * rng.uniform(0.8, 3)))
        t = np.arange(held) / RATE
        fade = np.exp(-decay * t) * np.minimum(1, t * 80) * np.minimum(1, (held / RATE - t) * 40)
        for step in rng.choice(scale_steps, rng.integers(1, 4), replace=False):
            hertz = root * 2 ** (step / 12)
            for n, loud in enumerate(overtones, 1):
                wave[at : at + held] += loud * fade * np.sin(2 * np.pi * hertz * n * t)
    return wave.astype(np.float32)


def clicks(length: int, rng: np.random.Generator) -> Samples:
    """Handset noise: short bursts in near silence."""
    wave = noise(length, rng) * np.float32(1e-3)
    for _ in range(rng.integers(1, 8)):
        size = int(RATE * rng.uniform(0.002, 0.06))
        at = int(rng.integers(0, max(1, length - size)))
        burst = noise(size, rng) * np.exp(-np.arange(size) / size * 4).astype(np.float32)
        wave[at : at + size] += burst[: len(wave[at : at + size])]
    return wave
