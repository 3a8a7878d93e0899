"""Shards of synthetic speech in, endless training batches out.

Windows are as long as what is heard plus a margin of zeros,
as the product gives them; a small share is padded to Whisper's 30 s.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from torch import Tensor

from monitor.demo.training import nonspeech, vocabulary
from monitor.demo.training.augment import Heard, Recipe, change
from monitor.demo.training.shards import RATE, Samples, Utterance, read_index

FRAMES_PER_S = 100
LONGEST_FRAMES = 3000
FRAME_STEP = 50
TEXT_STEP = 8
IGNORED = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What a batch is made of; shares are of windows unless said."""

    frames: int = 5000
    pool: int = 3000
    nonspeech: float = 0.05
    joined: float = 0.12
    longest_join_s: float = 11.0
    digital_tail: float = 0.4
    timed: float = 0.08
    padded_batches: float = 0.01
    no_margin: float = 0.15
    margin_s: float = 1.0
    hidden: float = 0.1
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One training example: log-mel `(80, frames)`, decoder tokens, CTC syllables."""

    mel: Tensor
    tokens: list[int]
    syllables: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Padded windows `(batch, 80, frames)`, tokens `(batch, text)`, and their true sizes."""

    mels: Tensor
    tokens: Tensor
    steps: Tensor
    syllables: Tensor
    syllable_counts: Tensor

    @property
    def seconds(self) -> float:
        return float(self.steps.sum()) * 2 / FRAMES_PER_S


class LogMel:
    """faster-whisper's log-mel features, computed with torch: samples → `(80, frames)`."""

    def __init__(self) -> None:
        self._filters = torch.tensor(FeatureExtractor().mel_filters).float()
        self._window = torch.hann_window(400)

    def __call__(self, wave: Samples) -> Tensor:
        padded = torch.nn.functional.pad(torch.from_numpy(wave), (0, 160))
        bins = torch.stft(padded, 400, 160, window=self._window, return_complex=True)
        mel = (self._filters @ bins[..., :-1].abs().square()).clamp(min=1e-10).log10()
        return (torch.maximum(mel, mel.max() - 8.0) + 4.0) / 4.0


class Shelf:
    """The shards of a folder; shards that arrive later are taken up, used ones come again."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._folder = folder
        self._rng = rng
        self._seen: set[Path] = set()
        self._all: list[Utterance] = []
        self._waiting: list[Utterance] = []

    def draw(self, count: int) -> list[Utterance]:
        fresh = self._arrivals()
        self._all += fresh
        self._waiting += fresh
        if not self._all:
            raise FileNotFoundError(f"{self._folder}: no shards (run `synth` first)")
        while len(self._waiting) < count:
            self._waiting += self._rng.sample(self._all, len(self._all))
        self._rng.shuffle(self._waiting)
        drawn, self._waiting = self._waiting[:count], self._waiting[count:]
        return drawn

    def _arrivals(self) -> list[Utterance]:
        out: list[Utterance] = []
        for index in sorted(set(self._folder.glob("*.jsonl")) - self._seen):
            self._seen.add(index)
            out += read_index(index)
        return out


class Batches:
    """Endless batches of about `mix.frames` frames each, windows of like length together."""

    def __init__(self, folder: Path, *, seed: int, mix: Mix | None = None) -> None:
        self._folder = folder
        self._seed = seed
        self._mix = mix or Mix()

    def __iter__(self) -> Iterator[Batch]:
        maker = Maker(self._mix, self._seed)
        rng = random.Random(self._seed)
        shelf = Shelf(self._folder, rng)
        while True:
            pool = sorted(shelf.draw(self._mix.pool), key=lambda u: -u.count)
            groups = list(group(pool, self._mix.frames))
            rng.shuffle(groups)
            for utterances in groups:
                yield maker.batch(utterances)


def round_up(count: int, step: int) -> int:
    """The least multiple of `step` that is not below `count`."""
    return -(-count // step) * step


def group(pool: list[Utterance], frames: int) -> Iterator[list[Utterance]]:
    """Cut a list sorted from long to short into groups that fill `frames` when padded."""
    at = 0
    while at < len(pool):
        longest = round_up(pool[at].count * FRAMES_PER_S // RATE + 80, FRAME_STEP)
        size = max(1, frames // longest)
        yield pool[at : at + size]
        at += size


class Maker:
    """Turns utterances into a batch: joins, changes, labels and pads them."""

    def __init__(self, mix: Mix, seed: int) -> None:
        self._mix = mix
        self._rng = np.random.default_rng(seed)
        self._mel = LogMel()
        self._vocabulary = vocabulary.load()

    def batch(self, utterances: list[Utterance]) -> Batch:
        """One batch; all of its windows hold as many utterances, so that little is padding."""
        waves = [u.read() for u in utterances]
        joined = 1
        if self._rng.random() < self._mix.joined:
            fit = round(self._mix.longest_join_s * RATE / len(waves[0]))
            joined = max(1, min(4, fit, len(waves)))
        windows: list[Window] = []
        for at in range(0, len(utterances) - joined + 1, joined):
            part = range(at, at + joined)
            other = waves[int(self._rng.integers(len(waves)))]
            heard = [change(waves[i], self._rng, self._mix.recipe, other) for i in part]
            windows.append(self._spoken(heard, [utterances[i].text for i in part]))
        longest = max(w.mel.shape[1] for w in windows)
        for i in range(len(windows)):
            if self._rng.random() < self._mix.nonspeech:
                windows[i] = self._silent(longest)
        return self._pad(windows)

    def _spoken(self, heard: list[Heard], texts: list[str]) -> Window:
        spans: list[tuple[float, float, str]] = []
        pieces: list[Samples] = []
        now = 0.0
        for one, text in zip(heard, texts, strict=True):
            length = len(one.wave) / RATE
            pieces.append(one.wave)
            spans.append((now + one.start, now + one.end, text))
            now += length
        if self._rng.random() < self._mix.digital_tail:
            pieces.append(np.zeros(int(RATE * self._rng.uniform(0.2, 0.6)), np.float32))
        said = "".join(text for _, _, text in spans)
        timed = self._rng.random() < self._mix.timed
        words = self._vocabulary
        return Window(
            mel=self._hide(self._mel(np.concatenate(pieces))),
            tokens=words.timed(spans) if timed else words.plain(said),
            syllables=words.pronounce(said),
        )

    def _silent(self, longest: int) -> Window:
        wave = nonspeech.sound(self._rng)[: longest * RATE // FRAMES_PER_S]
        return Window(mel=self._mel(wave), tokens=self._vocabulary.silence(), syllables=[])

    def _hide(self, mel: Tensor) -> Tensor:
        """SpecAugment: blank up to two bands and two moments.

        Rarely: speech can be made without end, so nothing is learnt by heart.
        """
        rng = self._rng
        if rng.random() > self._mix.hidden:
            return mel
        mean = mel.mean()
        for _ in range(2):
            height, width = int(rng.integers(0, 12)), int(rng.integers(0, 14))
            low = int(rng.integers(0, 80 - height))
            at = int(rng.integers(0, max(1, mel.shape[1] - width)))
            mel[low : low + height] = mean
            mel[:, at : at + width] = mean
        return mel

    def _pad(self, windows: list[Window]) -> Batch:
        rng = self._rng
        frames = max(w.mel.shape[1] for w in windows)
        if rng.random() < self._mix.padded_batches:
            windows, frames = windows[:4], LONGEST_FRAMES
        elif rng.random() > self._mix.no_margin:
            frames += int(rng.uniform(0, self._mix.margin_s) * FRAMES_PER_S)
        # Few distinct shapes: oneDNN compiles its kernels anew for each shape it meets.
        frames = min(LONGEST_FRAMES, round_up(frames, FRAME_STEP))
        longest = round_up(max(len(w.tokens) for w in windows), TEXT_STEP)
        mels = torch.zeros(len(windows), 80, frames)
        tokens = torch.full((len(windows), longest), IGNORED)
        for i, window in enumerate(windows):
            mels[i, :, : window.mel.shape[1]] = window.mel[:, :frames]
            tokens[i, : len(window.tokens)] = torch.tensor(window.tokens)
        syllables = [s for w in windows for s in w.syllables]
        return Batch(
            mels=mels,
            tokens=tokens,
            steps=torch.tensor([min(w.mel.shape[1], frames) // 2 for w in windows]),
            syllables=torch.tensor(syllables, dtype=torch.long),
            syllable_counts=torch.tensor([len(w.syllables) for w in windows]),
        )
