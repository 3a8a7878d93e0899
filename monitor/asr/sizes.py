"""What models cost that are not on this machine: their real architectures with random weights.

The work of a Whisper model does not depend on its weights, only the text does, and its length is
fixed here: so many tokens for a second of speech, the end mark forbidden.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2
import msgspec
import numpy as np
from ctranslate2.specs import whisper_spec

from monitor.asr.mel import FRAMES_PER_S
from monitor.asr.options import asked_length

TOKENS_PER_S: Final = 6
"""Of Mandarin speech: 4 to 5 characters a second, some of two tokens."""
TRIES: Final = 5
LONG_S: Final = 5.0
_POSITIONS: Final = 448
_FRAMES: Final = 1500
_END: Final = 50_257
_START: Final = 50_258
_ZH: Final = 50_260
_MARKS: Final = {
    _END: "<|endoftext|>",
    _START: "<|startoftranscript|>",
    _ZH: "<|zh|>",
    50_359: "<|transcribe|>",
    50_362: "<|nospeech|>",
    50_363: "<|notimestamps|>",
}
_PROMPT: Final = (_START, _ZH, 50_359, 50_363)


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """As in the configuration files of the published models."""

    name: str
    width: int
    heads: int
    encoder: int
    decoder: int
    mels: int = 80
    vocabulary: int = 51_865


ARCHITECTURES: Final = (
    Architecture(name="tiny", width=384, heads=6, encoder=4, decoder=4),
    Architecture(name="base", width=512, heads=8, encoder=6, decoder=6),
    Architecture(name="small", width=768, heads=12, encoder=12, decoder=12),
    Architecture(
        name="large-v3-turbo",
        width=1280,
        heads=20,
        encoder=32,
        decoder=4,
        mels=128,
        vocabulary=51_866,
    ),
)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Windows of one length through one model."""

    model: str
    window_s: float
    speech_s: float
    """Seconds of speech in each window; the rest is padding."""
    batch: int
    beam: int
    device: str
    compute_type: str
    seconds: float
    """For the whole batch: of one core on a CPU, of the device otherwise."""

    @property
    def calls(self) -> float:
        """Two-role calls that one core (or device) keeps up with, finals only.

        Somebody speaks nine tenths of the time.
        """
        return self.batch * self.speech_s / self.seconds / 0.9


def build(shape: Architecture, folder: Path) -> None:
    """Write an int8 model with random weights."""
    spec = whisper_spec.WhisperSpec(shape.encoder, shape.heads, shape.decoder, shape.heads)
    dice = np.random.default_rng(20261122)
    noise = (dice.standard_normal(1 << 20) * 0.02).astype(np.float32)

    def weights(*size: int) -> Any:
        return np.resize(noise, size)

    def linear(slot: Any, out: int, *into: int) -> None:
        slot.weight = weights(out, *into)
        slot.bias = np.zeros(out, np.float32)

    def norm(slot: Any) -> None:
        slot.gamma = np.ones(shape.width, np.float32)
        slot.beta = np.zeros(shape.width, np.float32)

    def attention(slot: Any, *outs: int) -> None:
        norm(slot.layer_norm)
        for each, out in zip(slot.linear, outs, strict=True):
            linear(each, out, shape.width)

    width = shape.width
    linear(spec.encoder.conv1, width, shape.mels, 3)
    linear(spec.encoder.conv2, width, width, 3)
    spec.encoder.position_encodings.encodings = weights(_FRAMES, width)
    spec.decoder.position_encodings.encodings = weights(_POSITIONS, width)
    spec.decoder.embeddings.weight = weights(shape.vocabulary, width)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    norm(spec.encoder.layer_norm)
    norm(spec.decoder.layer_norm)
    for layer in [*spec.encoder.layer, *spec.decoder.layer]:
        attention(layer.self_attention, 3 * width, width)
        if hasattr(layer, "attention"):
            attention(layer.attention, width, 2 * width, width)
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, 4 * width, width)
        linear(layer.ffn.linear_1, width, 4 * width)
    words = [_MARKS.get(number, f"<{number}>") for number in range(shape.vocabulary)]
    spec.register_vocabulary(words)
    spec.config.suppress_ids = [_END]
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [_ZH]
    spec.config.alignment_heads = [[shape.decoder - 1, 0]]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


class Timed:
    """A model that is timed, on one core or one device."""

    def __init__(self, shape: Architecture, folder: Path, *, device: str = "cpu") -> None:
        self._shape = shape
        self._device = device
        self._compute_type = "int8" if device == "cpu" else "int8_float16"
        self._whisper = ctranslate2.models.Whisper(
            str(folder), device=device, compute_type=self._compute_type, intra_threads=1
        )

    def run(self, *, window_s: float, speech_s: float, batch: int, beam: int) -> Cost:
        """Encode and decode a batch, the best of a few tries; what takes long is tried once."""
        self._hear(1.0, 1.0, 1, beam)
        tries: list[float] = []
        while len(tries) < TRIES and sum(tries) < LONG_S:
            began = time.perf_counter()
            self._hear(window_s, speech_s, batch, beam)
            tries.append(time.perf_counter() - began)
        return Cost(
            model=self._shape.name,
            window_s=window_s,
            speech_s=speech_s,
            batch=batch,
            beam=beam,
            device=self._device,
            compute_type=self._compute_type,
            seconds=round(min(tries), 4),
        )

    def _hear(self, window_s: float, speech_s: float, batch: int, beam: int) -> None:
        frames = round(window_s * FRAMES_PER_S)
        features = np.zeros((batch, self._shape.mels, frames), np.float32)
        tokens = max(len(_PROMPT), round(speech_s * TOKENS_PER_S))
        encoded = self._whisper.encode(ctranslate2.StorageView.from_array(features))
        self._whisper.generate(
            encoded, [list(_PROMPT)] * batch, beam_size=beam, max_length=asked_length(tokens)
        )
