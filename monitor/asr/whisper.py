"""The real recogniser: faster-whisper as it is for stock models, short windows where allowed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from faster_whisper import WhisperModel

from monitor.asr import timing
from monitor.asr.base import Transcriber, Transcript, empty
from monitor.asr.models import Model
from monitor.asr.options import Options, asked_length, longest_text
from monitor.asr.windows import ShortWhisper, tidy
from monitor.errors import Unavailable
from monitor.events import Word
from monitor.types import SAMPLE_RATE, Segment


def load(model: Model, options: Options | None = None) -> Transcriber:
    """The recogniser for a model: short windows when its card allows them.

    Raises `Unavailable` when the weights or the device cannot be used.
    """
    options = options or Options()
    kind = ShortWhisper if model.card.short_windows else StockWhisper
    try:
        return kind(model, options)
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise Unavailable(
            "model_unusable", f"model {model.name} in {model.folder} cannot be loaded: {reason}"
        ) from error


class StockWhisper:
    """A `Transcriber` through `WhisperModel.transcribe`: every window is padded to 30 s."""

    def __init__(self, model: Model, options: Options) -> None:
        self._options = options
        self._whisper = WhisperModel(
            str(model.folder),
            device=options.device,
            compute_type=options.compute_type,
            cpu_threads=options.cpu_threads,
        )

    def transcribe(self, segments: Sequence[Segment], *, fast: bool = False) -> list[Transcript]:
        """One transcript for each segment, in order."""
        return [self._hear(segment, fast=fast) for segment in segments]

    def close(self) -> None:
        """Unload the weights."""
        self._whisper.model.unload_model()

    def _hear(self, segment: Segment, *, fast: bool) -> Transcript:
        # one temperature and no thresholds: retries make the worst case several times the usual,
        # and what is doubtful is marked by `suppress`, not lost
        found, _ = self._whisper.transcribe(
            segment.samples.astype(np.float32) / 32768,
            language=self._options.language,
            beam_size=self._options.fast_beam if fast else self._options.beam,
            temperature=0.0,
            compression_ratio_threshold=None,
            log_prob_threshold=None,
            no_speech_threshold=None,
            condition_on_previous_text=False,
            initial_prompt=self._options.prompt or None,
            word_timestamps=True,
            vad_filter=False,
            max_new_tokens=min(400, asked_length(longest_text(len(segment.samples) / SAMPLE_RATE))),
        )
        parts = list(found)
        blank = empty(segment)
        if not parts:
            return blank
        words = _words(parts, segment)
        heard = timing.voiced(segment.samples)
        return Transcript(
            call=blank.call,
            role=blank.role,
            number=blank.number,
            start_s=blank.start_s,
            end_s=blank.end_s,
            text=tidy("".join(part.text for part in parts)),
            words=words,
            confidence=_mean([word.confidence or 0.0 for word in words]),
            no_speech_prob=round(max(float(part.no_speech_prob) for part in parts), 4),
            avg_logprob=_mean([float(part.avg_logprob) for part in parts]),
            voiced_s=round(float(heard.sum()) * 0.01, 2),
        )


def _words(parts: list[object], segment: Segment) -> tuple[Word, ...]:
    found: list[Word] = []
    for part in parts:
        for word in getattr(part, "words", None) or ():
            text = word.word.strip(" ,.?!;:，。？！；：、…\ufffd")
            if not text:
                continue
            # faster-whisper may put a word beyond the end of the sound
            start = min(segment.start_s + float(word.start), segment.end_s)
            found.append(
                Word(
                    text=text,
                    start=round(start, 3),
                    end=round(min(segment.start_s + float(word.end), segment.end_s), 3),
                    confidence=round(float(word.probability), 3),
                )
            )
    return tuple(found)


def _mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
