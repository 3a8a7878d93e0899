"""The model card: what a model was made for, read from `monitor.json` beside its weights."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from monitor.errors import BadInput

FILE: Final = "monitor.json"


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """A stock Whisper has no card and gets these defaults: it hears windows of 30 s."""

    name: str = ""
    trained_on: str = ""
    """People must be told when this says synthetic: such a model does not understand them."""
    shortest_window_s: float = 30.0
    """Shortest window the model was trained for; below 30 the sound is not padded to 30 s."""
    end_margin_s: float = 0.0
    """Silence added after the sound, without which the last words suffer."""
    retry_below: float | None = None
    """Mean log probability of a text below which the sound is heard again in a window of 30 s, and
    the likelier text counts. For stock models that are given short windows; try -1.0."""
    alignment_shift_s: float = 0.12
    """Added to the word starts that cross-attention gives; measured on the bundled model, whose
    attention reaches a character this much before it begins."""
    no_speech_above: float = 1.0
    """No-speech probability above which the text is invented, whatever its own probability."""
    sha256: dict[str, str] = {}
    """File name -> hexadecimal checksum."""

    @property
    def synthetic(self) -> bool:
        """Whether the model only ever heard synthetic speech."""
        return "synthetic" in self.trained_on.lower()

    @property
    def short_windows(self) -> bool:
        """Whether windows may be shorter than Whisper's 30 s."""
        return self.shortest_window_s < 30.0


def read(folder: Path) -> ModelCard:
    """The card in a model folder, or the defaults. Raises `BadInput` naming file and field."""
    path = folder / FILE
    if not path.is_file():
        return ModelCard()
    try:
        card = msgspec.json.decode(path.read_bytes(), type=ModelCard)
    except msgspec.MsgspecError as error:
        raise BadInput("bad_model_card", str(error), file=str(path)) from error
    if not 0 < card.shortest_window_s <= 30 or not 0 <= card.end_margin_s < 30:
        raise BadInput(
            "bad_model_card",
            f"windows are 0..30 s, not {card.shortest_window_s} s with a margin of "
            f"{card.end_margin_s} s",
            file=str(path),
            field="shortest_window_s",
        )
    return card


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
