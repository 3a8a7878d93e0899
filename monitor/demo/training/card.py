"""`monitor.json`, the model card that the program reads: windows, origin, hashes, error rates."""

import hashlib
import json
from pathlib import Path
from typing import Any

CARD = "monitor.json"
#: Files of a model folder whose hashes the card holds.
FILES = (
    "model.bin",
    "config.json",
    "tokenizer.json",
    "vocabulary.json",
    "preprocessor_config.json",
)
FACTS: dict[str, Any] = {
    "name": "espeak-mandarin-small",
    "language": "zh",
    "trained_on": "synthetic speech (espeak-ng) only",
    "notice": (
        "This model hears espeak-ng's synthetic Mandarin, not people: it is for demonstrations "
        "and tests. Choose a real model for real calls."
    ),
    "license": "Apache-2.0",
    "sample_rate": 16_000,
    "shortest_window_s": 0.5,
    "end_margin_s": 0.5,
    "max_window_s": 30.0,
}


def sha256(path: Path) -> str:
    """Checksum of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(folder: Path, measured: list[dict[str, Any]] | None = None) -> Path:
    """Write the card of a model folder; without `measured`, keep what an older card says."""
    path = folder / CARD
    if measured is None:
        measured = json.loads(path.read_text())["measured"] if path.exists() else []
    card = {**FACTS, "sha256": {name: sha256(folder / name) for name in FILES}}
    card["measured"] = measured
    half = path.with_suffix(".half")
    half.write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    half.rename(path)
    return path
