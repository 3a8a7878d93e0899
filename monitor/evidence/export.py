"""A take as a file for people outside: WAV, FLAC or Opus, plain or for one recipient alone."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from monitor.errors import BadInput
from monitor.evidence import age
from monitor.evidence.age import Recipient
from monitor.evidence.wave import WaveView

Format = Literal["wav", "flac", "opus"]
FORMATS: tuple[str, ...] = get_args(Format)

MEDIA = {"wav": "audio/wav", "flac": "audio/flac", "opus": "audio/ogg", "age": "application/age"}

OPUS_RATES = (8000, 12_000, 16_000, 24_000, 48_000)

ENTRY: Final = "recordings.export"
"""What an export is in the audit log; without the entry nothing leaves."""

_BLOCK = 30
"""Seconds that are decrypted at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A recording as a file that may leave."""

    content: bytes
    kind: str
    mark: str
    """Written into it as a comment: which export, by whom, as logged."""
    recipient: str
    """Who alone can open it; empty for a plain file."""

    @property
    def entry(self) -> dict[str, Any]:
        """What the audit log says of it."""
        return {
            "export": self.mark,
            "format": self.kind,
            "recipient": self.recipient,
            "bytes": len(self.content),
        }


def export(view: WaveView, kind: str, recipient: Recipient | None = None) -> Taken:
    """The file, for the recipient alone where there is one.

    Raises `BadInput` for a format we do not make, or a rate that Opus does not have.
    """
    if kind not in FORMATS:
        raise BadInput("bad_format", f"is one of {', '.join(FORMATS)}", field="format")
    if kind == "opus" and view.timeline.rate not in OPUS_RATES:
        message = f"Opus has no {view.timeline.rate} Hz: take wav or flac"
        raise BadInput("bad_format", message, field="format")
    mark = secrets.token_hex(8)
    made = _encoded(view, kind, mark)
    sealed = made if recipient is None else age.encrypt(made, recipient)
    to = "" if recipient is None else str(recipient)
    return Taken(content=sealed, kind=kind, mark=mark, recipient=to)


def _encoded(view: WaveView, kind: str, mark: str) -> bytes:
    # libsndfile takes a tenth of a second to load, and only exports need it
    import numpy as np
    import soundfile

    names = {"wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_16"), "opus": ("OGG", "OPUS")}
    container, subtype = names[kind]
    out = io.BytesIO()
    channels, rate = len(view.roles), view.timeline.rate
    with soundfile.SoundFile(out, "w", rate, channels, subtype=subtype, format=container) as file:
        file.comment = mark
        for first in range(0, view.stop - view.start, _BLOCK * rate):
            last = min(view.stop - view.start, first + _BLOCK * rate)
            block = np.frombuffer(view.frames(first, last), "<i2").reshape(-1, channels)
            file.write(block)
    return out.getvalue()
