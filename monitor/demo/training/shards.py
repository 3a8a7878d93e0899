"""Synthetic speech on disk: `name.pcm` (16-bit, 16 kHz, mono) and its index `name.jsonl`.

A row of the index is `[text, first sample, samples, voice]`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 16_000
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A row of a shard: where its samples are and what they say."""

    pcm: Path
    text: str
    offset: int
    count: int
    voice: str

    def read(self) -> Samples:
        """Mono samples at 16 kHz, in -1..1."""
        wave = np.fromfile(self.pcm, "<i2", self.count, offset=self.offset * 2)
        return (wave / 32768).astype(np.float32)


def read_index(index: Path) -> list[Utterance]:
    """The utterances of a shard, from its `.jsonl`."""
    pcm = index.with_suffix(".pcm")
    out: list[Utterance] = []
    for row in index.read_text(encoding="utf-8").splitlines():
        text, offset, count, voice = json.loads(row)
        out.append(Utterance(pcm=pcm, text=text, offset=offset, count=count, voice=voice))
    return out
