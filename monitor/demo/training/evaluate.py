"""Error rates of an exported model on held-out voices and texts, as the product would hear them.

Windows: `short` is the true length plus the end margin of the model card, greedy, as the product
hears partials; `short-beam` the same with beam 5, as it hears finals; `padded` is 30 s with beam
5, the way of stock faster-whisper.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_ctranslate2_storage
from pypinyin import lazy_pinyin

from monitor.demo.training import heldout
from monitor.demo.training.augment import telephone
from monitor.demo.training.shards import RATE, Samples, Utterance, read_index

MARGIN_S = 0.5
WINDOWS = ("short", "short-beam", "padded")
LEVEL = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Errors of one model on one set: characters, toneless syllables, whole utterances."""

    characters: float
    syllables: float
    exact: float
    utterances: int
    ms_per_utterance: float

    def __str__(self) -> str:
        return (
            f"CER {self.characters:6.1%}  syllables {self.syllables:6.1%}  "
            f"word for word {self.exact:6.1%}  of {self.utterances}, "
            f"{self.ms_per_utterance:.0f} ms each"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was said and what was heard, without commas."""

    said: str
    heard: str


class Listener:
    """An exported model with a window and a beam."""

    def __init__(self, folder: Path, window: str) -> None:
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
        self._tokens = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="zh")
        self._prompt = [*self._tokens.sot_sequence, self._tokens.no_timestamps]
        self._padded = window == "padded"
        self._beam = 1 if window == "short" else 5

    def hear(self, wave: Samples) -> str:
        result = self._model.model.generate(
            get_ctranslate2_storage(np.ascontiguousarray(self._window(wave)[None])),
            [self._prompt],
            beam_size=self._beam,
            max_length=100,
        )[0]
        ids = [i for i in result.sequences_ids[0] if i < self._tokens.eot]
        return str(self._tokens.decode(ids))

    def _window(self, wave: Samples) -> Any:
        """Log-mel features: of 30 s, or of the sound, the margin and up to 0.5 s more."""
        if self._padded:
            return pad_or_trim(self._model.feature_extractor(wave))
        margin = np.zeros(round(MARGIN_S * RATE), np.float32)
        mel = self._model.feature_extractor(np.concatenate([wave, margin]))
        return pad_or_trim(mel, min(3000, -(-mel.shape[1] // 50) * 50))


def outcomes(
    listener: Listener, rows: list[Utterance], *, narrow: bool
) -> tuple[list[Outcome], float]:
    """Hear every utterance, through a telephone if `narrow`; also returns the seconds taken."""
    rng = np.random.default_rng(heldout.SEED)
    spent = 0.0
    out: list[Outcome] = []
    for row in rows:
        wave = row.read() * np.float32(LEVEL)
        if narrow:
            wave = telephone(wave, rng)
        began = time.perf_counter()
        heard = listener.hear(wave)
        spent += time.perf_counter() - began
        out.append(Outcome(said=row.text.replace(",", ""), heard=heard.replace(",", "")))
    return out, spent


def score(results: list[Outcome], seconds: float) -> Score:
    """Error rates over all utterances, weighted by their length."""
    characters = sum(distance(r.said, r.heard) for r in results)
    syllables = sum(distance(lazy_pinyin(r.said), lazy_pinyin(r.heard)) for r in results)
    total = sum(len(r.said) for r in results)
    return Score(
        characters=characters / total,
        syllables=syllables / total,
        exact=sum(r.said == r.heard for r in results) / len(results),
        utterances=len(results),
        ms_per_utterance=seconds * 1000 / len(results),
    )


def distance(one: str | list[str], other: str | list[str]) -> int:
    """Levenshtein distance: insertions, deletions and substitutions cost 1."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def measure(
    model: Path, audio: Path, name: str, window: str, *, narrow: bool = False, limit: int = 0
) -> tuple[Score, list[Outcome]]:
    """Score a model folder on a held-out set, spoken into `audio` the first time."""
    rows = read_index(heldout.speak(audio, name).with_suffix(".jsonl"))
    results, seconds = outcomes(Listener(model, window), rows[: limit or None], narrow=narrow)
    return score(results, seconds), results
