"""faster-whisper's own way through recordings: `BatchedInferencePipeline`, a channel at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel

from monitor.asr.options import Options
from monitor.types import Samples

BATCH: Final = 16
BEAM: Final = Options().beam
SETTINGS: Final = (
    f"faster-whisper 1.2.1 BatchedInferencePipeline, batch {BATCH}, beam {BEAM}, its VAD"
)


class Batched:
    """The pipeline on all cores, int8, as its documentation shows it."""

    def __init__(self, model: Path) -> None:
        self._pipeline = BatchedInferencePipeline(
            WhisperModel(
                str(model), device="cpu", compute_type="int8", cpu_threads=os.cpu_count() or 1
            )
        )

    def read(self, channels: Sequence[Samples]) -> str:
        """The text of 16 kHz channels, one after the other."""
        texts = []
        for samples in channels:
            found, _ = self._pipeline.transcribe(
                samples.astype(np.float32) / 32768,
                language="zh",
                batch_size=BATCH,
                beam_size=BEAM,
                without_timestamps=True,
            )
            texts.append("".join(part.text for part in found))
        return "\n".join(texts)
