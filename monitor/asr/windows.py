"""Whisper without its 30 seconds: windows as long as what was said, in batches of like length.

A 5 s window is a tenth of the work of a 30 s one. It takes a model trained for it: the card's
`shortest_window_s` and `end_margin_s` say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from monitor.asr import timing
from monitor.asr.base import Transcript, empty
from monitor.asr.mel import FRAMES_PER_S, Floats, log_mel, window
from monitor.asr.models import Model
from monitor.asr.options import Options, asked_length, longest_text
from monitor.types import SAMPLE_RATE, Segment

BUCKET_S: Final = 0.5
LONGEST_S: Final = 30.0
"""The encoder's positions end here."""
_BATCH: Final = 16
"""Windows in one call of the engine, whatever the scheduler sends."""
_LEAST_FRAMES: Final = 16
"""CTranslate2 aligns no less than a few frames."""
_GAPS: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


class ShortWhisper:
    """A `Transcriber` for models whose card allows windows below 30 s."""

    def __init__(self, model: Model, options: Options) -> None:
        self._options = options
        self._card = model.card
        self._whisper = WhisperModel(
            str(model.folder),
            device=options.device,
            compute_type=options.compute_type,
            cpu_threads=options.cpu_threads,
        )
        self._engine = self._whisper.model
        self._tokenizer = Tokenizer(
            self._whisper.hf_tokenizer, True, task="transcribe", language=options.language
        )
        self._filters: Floats = self._whisper.feature_extractor.mel_filters
        self._start = list(self._tokenizer.sot_sequence)
        self._prompt = [*self._start, self._tokenizer.no_timestamps]

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        """One transcript for each segment, in order. Raises `ValueError` beyond 30 s of sound."""
        groups: dict[int, list[int]] = {}
        for index, segment in enumerate(segments):
            groups.setdefault(self.frames(segment), []).append(index)
        found: dict[int, Transcript] = {}
        for frames, members in groups.items():
            for first in range(0, len(members), _BATCH):
                batch = members[first : first + _BATCH]
                heard = self._hear([segments[index] for index in batch], frames, fast=fast)
                found.update(zip(batch, heard, strict=True))
        heard = [found[index] for index in range(len(segments))]
        return heard if fast else self._surely(segments, heard)

    def _surely(self, segments: Sequence[Segment], heard: list[Transcript]) -> list[Transcript]:
        """A text that the model doubts, once more at the length it was trained for."""
        limit = self._card.retry_below
        if limit is None:
            return heard
        longest = round(LONGEST_S * FRAMES_PER_S)
        for index, (segment, one) in enumerate(zip(segments, heard, strict=True)):
            if one.text and one.avg_logprob < limit and self.frames(segment) < longest:
                (again,) = self._hear([segment], longest, fast=False)
                if again.avg_logprob > one.avg_logprob and again.text:
                    heard[index] = again
        return heard

    def close(self) -> None:
        """Unload the weights."""
        self._engine.unload_model()

    def frames(self, segment: Segment) -> int:
        """Frames of the window this segment is heard in, a multiple of `BUCKET_S`."""
        seconds = bucket_s(len(segment.samples) / SAMPLE_RATE, self._card.end_margin_s)
        return round(max(seconds, self._card.shortest_window_s) * FRAMES_PER_S)

    def _hear(self, segments: list[Segment], frames: int, *, fast: bool) -> list[Transcript]:
        features = np.stack([self._features(segment, frames) for segment in segments])
        encoded = self._engine.encode(ctranslate2.StorageView.from_array(features))
        results = self._engine.generate(
            encoded,
            [self._prompt] * len(segments),
            beam_size=self._options.fast_beam if fast else self._options.beam,
            max_length=asked_length(longest_text(frames / FRAMES_PER_S)),
            return_scores=True,
            return_no_speech_prob=True,
        )
        texts = [
            [token for token in result.sequences_ids[0] if token < self._tokenizer.eot]
            for result in results
        ]
        aligned = self._engine.align(
            encoded,
            self._start,
            [text or [self._tokenizer.eot] for text in texts],
            [max(_LEAST_FRAMES, min(frames, _frames(segment))) for segment in segments],
        )
        return [
            self._transcript(segment, text, result, alignment)
            for segment, text, result, alignment in zip(
                segments, texts, results, aligned, strict=True
            )
        ]

    def _features(self, segment: Segment, frames: int) -> Floats:
        sound = segment.samples.astype(np.float32) / 32768
        margin = np.zeros(round(self._card.end_margin_s * SAMPLE_RATE), np.float32)
        return window(log_mel(np.concatenate([sound, margin]), self._filters), frames)

    def _transcript(
        self, segment: Segment, tokens: list[int], result: Any, alignment: Any
    ) -> Transcript:
        blank = empty(segment)
        if not tokens:
            return blank
        parts, part_tokens = self._tokenizer.split_tokens_on_unicode(tokens)
        firsts = np.cumsum([0, *(len(part) for part in part_tokens)])[:-1]
        heard = timing.voiced(segment.samples)
        attention = _attention_s(alignment.alignments, len(tokens)) + self._card.alignment_shift_s
        begins = timing.starts(parts, list(attention[firsts]), heard)
        probabilities = np.asarray(alignment.text_token_probs[: len(tokens)])
        words = timing.words(
            parts,
            begins,
            [float(probabilities[first]) for first in firsts],
            heard,
            offset_s=segment.start_s,
        )
        return Transcript(
            call=blank.call,
            role=blank.role,
            number=blank.number,
            start_s=blank.start_s,
            end_s=blank.end_s,
            text=tidy("".join(parts)),
            words=words,
            confidence=round(float(probabilities.mean()), 3),
            no_speech_prob=round(float(result.no_speech_prob), 4),
            avg_logprob=round(float(result.scores[0]), 4),
            voiced_s=round(float(heard.sum()) * 0.01, 2),
            suppressed=(
                "no_speech" if result.no_speech_prob > self._card.no_speech_above else None
            ),
        )


def bucket_s(seconds: float, margin_s: float) -> float:
    """Seconds of the window for so much sound, rounded up to `BUCKET_S`."""
    if seconds > LONGEST_S:
        raise ValueError(f"a segment of {seconds:.1f} s is longer than the recogniser's 30 s")
    return min(LONGEST_S, float(np.ceil((seconds + margin_s) / BUCKET_S)) * BUCKET_S)


def tidy(text: str) -> str:
    """Text without the replacement mark and without spaces between Chinese characters."""
    return _GAPS.sub("", text.replace("\ufffd", "").strip())


def _frames(segment: Segment) -> int:
    return len(segment.samples) * FRAMES_PER_S // SAMPLE_RATE


def _attention_s(
    pairs: list[tuple[int, int]], tokens: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Seconds at which attention first reaches each token; a frame of the encoder is 20 ms."""
    found = np.zeros(tokens)
    seen = -1
    for token, frame in pairs:
        if seen < token < tokens:
            found[seen + 1 : token + 1] = frame * 0.02
            seen = token
    found[seen + 1 :] = found[seen] if seen >= 0 else 0.0
    return found
