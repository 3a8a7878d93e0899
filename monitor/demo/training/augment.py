"""From clean synthetic speech to what a recogniser behind a telephone and a VAD is given.

All functions take and return mono float32 samples at 16 kHz, in -1..1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import numpy.typing as npt
import soxr

from monitor.demo.training.shards import RATE, Samples

Spectrum = npt.NDArray[np.float64]
TELEPHONE_RATE = 8_000
FFT_STEP = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How often each change happens (0-1), and its range."""

    tempo: float = 0.5
    tempo_range: tuple[float, float] = (0.87, 1.15)
    telephone: float = 0.62
    room: float = 0.12
    noise: float = 0.5
    noise_db: tuple[float, float] = (7.0, 38.0)
    babble: float = 0.1
    babble_db: tuple[float, float] = (12.0, 30.0)
    loss: float = 0.04
    clip: float = 0.03
    lead_s: tuple[float, float] = (0.05, 0.45)
    tail_s: tuple[float, float] = (0.05, 0.55)
    peak: tuple[float, float] = (0.04, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Changed samples, and where the speech lies in them (s)."""

    wave: Samples
    start: float
    end: float


def change(
    wave: Samples, rng: np.random.Generator, recipe: Recipe, other: Samples | None = None
) -> Heard:
    """Apply the recipe to an utterance; `other` is a second voice for the background."""
    if rng.random() < recipe.tempo:
        wave = tempo(wave, rng.uniform(*recipe.tempo_range))
    lead = int(RATE * rng.uniform(*recipe.lead_s))
    tail = int(RATE * rng.uniform(*recipe.tail_s))
    start, end = lead / RATE, (lead + len(wave)) / RATE
    wave = np.pad(wave, (lead, tail))
    level = max(1e-3, float(np.sqrt(np.mean(wave**2))))
    if rng.random() < recipe.room:
        wave = room(wave, rng)
    if other is not None and rng.random() < recipe.babble:
        wave = wave + _fit(other, len(wave)) * _ratio(rng, recipe.babble_db)
    if rng.random() < recipe.noise:
        wave = wave + noise(len(wave), rng) * (level * _ratio(rng, recipe.noise_db))
    if rng.random() < recipe.loss:
        wave = drop_packets(wave, rng)
    if rng.random() < recipe.clip:
        wave = np.clip(wave, -0.3, 0.3)
    if rng.random() < recipe.telephone:
        wave = telephone(wave, rng)
    return Heard(wave=scale(wave, rng, recipe.peak), start=start, end=end)


def scale(wave: Samples, rng: np.random.Generator, peak: tuple[float, float]) -> Samples:
    """Bring the peak to a level drawn evenly in decibels from `peak`."""
    wanted = np.exp(rng.uniform(np.log(peak[0]), np.log(peak[1])))
    return wave * np.float32(wanted / max(1e-4, float(np.abs(wave).max())))


def tempo(wave: Samples, factor: float) -> Samples:
    """Play faster or slower: pitch and formants move with the speed, like another throat."""
    return np.asarray(soxr.resample(wave, RATE, round(RATE / factor), quality="QQ"), np.float32)


def telephone(wave: Samples, rng: np.random.Generator) -> Samples:
    """The telephone band at 8 kHz, companded by the mu-law or the A-law of G.711."""
    narrow = soxr.resample(wave, RATE, TELEPHONE_RATE, quality="LQ")
    low, high = rng.uniform(60, 320), rng.uniform(3300, 3900)
    narrow = equalise(
        narrow,
        TELEPHONE_RATE,
        lambda hertz: 1 / (1 + (low / np.maximum(hertz, 1)) ** 6) / (1 + (hertz / high) ** 24),
    )
    narrow = narrow / max(1.0, float(np.abs(narrow).max()))
    narrow = mu_law(narrow) if rng.random() < 0.5 else a_law(narrow)
    wide = soxr.resample(narrow, TELEPHONE_RATE, RATE, quality="LQ")
    return _fit(np.asarray(wide, np.float32), len(wave))


def mu_law(wave: Samples) -> Samples:
    """There and back through 8-bit mu-law."""
    coded = np.round(np.log1p(255 * np.abs(wave)) * (127 / np.log(256)))
    back = np.sign(wave) * np.expm1(coded * (np.log(256) / 127)) / 255
    return np.asarray(back, np.float32)


def a_law(wave: Samples) -> Samples:
    """There and back through 8-bit A-law (A = 87.6)."""
    scale_, knee = 1 + np.log(87.6), 1 / 87.6
    size = np.abs(wave)
    coded = np.where(size < knee, 87.6 * size, 1 + np.log(np.maximum(size, knee) * 87.6)) / scale_
    coded = np.round(coded * 127) / 127 * scale_
    back = np.where(coded < 1, coded / 87.6, np.exp(coded - 1) / 87.6)
    return np.asarray(np.sign(wave) * back, np.float32)


def room(wave: Samples, rng: np.random.Generator) -> Samples:
    """A short reverberation: 20-150 ms of decaying noise after the direct sound."""
    length = int(RATE * rng.uniform(0.02, 0.15))
    echo = rng.standard_normal(length) * np.exp(-np.arange(length) / length * 6)
    echo *= rng.uniform(0.05, 0.3) / np.sqrt(np.sum(echo**2)) * 3
    echo[0] = 1
    size = -(-(len(wave) + length) // FFT_STEP) * FFT_STEP
    mixed = np.fft.irfft(np.fft.rfft(wave, size) * np.fft.rfft(echo.astype(np.float32), size), size)
    return mixed[: len(wave)].astype(np.float32)


def noise(length: int, rng: np.random.Generator) -> Samples:
    """Noise of unit power: a random stretch of one of the prepared beds."""
    beds = noise_beds()
    bed = beds[rng.integers(len(beds))]
    at = int(rng.integers(0, len(bed)))
    return np.resize(np.roll(bed, -at), length)


@cache
def noise_beds() -> list[Samples]:
    """Stretches of 20 s: white, falling by up to 10 dB an octave, and mains hum."""
    rng = np.random.default_rng(0)
    length = 20 * RATE
    beds = [rng.standard_normal(length, dtype=np.float32) for _ in range(3)]
    for slope in (0.3, 0.5, 0.8, 1.0, 1.3, 1.6):
        white = rng.standard_normal(length, dtype=np.float32)
        bed = equalise(white, RATE, partial(_falling, slope))
        beds.append(bed / bed.std())
    t = np.arange(length, dtype=np.float32) * np.float32(2 * np.pi * 50 / RATE)
    hum = np.sum([np.sin(t * n) / n for n in (1, 2, 3, 5, 7)], axis=0)
    return [*beds, (hum / hum.std()).astype(np.float32)]


def _falling(slope: float, hertz: Spectrum) -> Spectrum:
    return (np.maximum(hertz, 60) / 1000) ** -slope


def equalise(wave: Samples, sample_rate: int, gain: Callable[[Spectrum], Spectrum]) -> Samples:
    """Multiply the spectrum by `gain(hertz)`; padded, since odd lengths make FFTs slow."""
    size = -(-len(wave) // FFT_STEP) * FFT_STEP
    bins = np.fft.rfft(wave, size)
    hertz = np.fft.rfftfreq(size, 1 / sample_rate).astype(np.float64)
    shaped = np.fft.irfft(bins * gain(hertz).astype(np.float32), size)
    return shaped[: len(wave)].astype(np.float32)


def drop_packets(wave: Samples, rng: np.random.Generator) -> Samples:
    """One to three lost packets of 20 or 40 ms, replaced by silence."""
    wave = wave.copy()
    for _ in range(rng.integers(1, 4)):
        size = RATE // 50 * int(rng.integers(1, 3))
        at = int(rng.integers(0, max(1, len(wave) - size)))
        wave[at : at + size] = 0
    return wave


def _ratio(rng: np.random.Generator, decibels: tuple[float, float]) -> np.float32:
    return np.float32(10 ** (-rng.uniform(*decibels) / 20))


def _fit(wave: Samples, length: int) -> Samples:
    return np.pad(wave, (0, max(0, length - len(wave))))[:length]
