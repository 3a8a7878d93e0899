"""Makes the recogniser of a model, wherever it is to run: here or in a process of its own."""

from __future__ import annotations

from monitor.asr import widest
from monitor.asr.base import Transcriber
from monitor.asr.models import Model
from monitor.asr.options import Options


def build(model: Model, options: Options) -> Transcriber:
    """The recogniser; raises `Unavailable` when weights or device cannot be used."""
    widest.prefer()
    # its libraries take a second to import, and only who hears needs them
    from monitor.asr.whisper import load

    return load(model, options)
