"""Is there a voice in these 20 ms? webrtcvad's answer, frame by frame, one instance per role."""

from __future__ import annotations

from typing import Final

import numpy as np
import webrtcvad

from monitor.errors import BadSetting, MonitorError
from monitor.types import FRAME_SAMPLES, SAMPLE_RATE, Samples

_FRAME_BYTES: Final = 2 * FRAME_SAMPLES


class Detector:
    """webrtcvad over the frames of one role of one call. It adapts to the noise it has heard.

    `mode` 0 lets most through, 3 least. Measured on 80 sentences of held-out synthetic voices,
    characters outside every segment: mode 2 loses none at full level, 0.2 % at 5 % of it, 0.1 %
    with white noise 8 dB below; mode 3 loses 29 % of the quiet ones. Mode 1 holds on to noise.
    Raises `BadSetting` for any other mode, and
    `MonitorError` (vad_failed) when a frame cannot be judged: a frame that nobody judged must
    never count as silence.
    """

    def __init__(self, *, mode: int = 2) -> None:
        if mode not in (0, 1, 2, 3):
            raise BadSetting("vad_mode", f"must be 0, 1, 2 or 3, not {mode}", field="vad_mode")
        self._vad = webrtcvad.Vad(mode)

    def is_speech(self, frame: Samples) -> bool:
        """Whether one frame, shape (320,), holds a voice."""
        (answer,) = self.listen(frame)
        return answer

    def listen(self, frames: Samples) -> list[bool]:
        """Whether each frame of whole ones, shape (n * 320,) at 16 kHz, holds a voice."""
        if frames.dtype != np.int16 or frames.ndim != 1 or len(frames) % FRAME_SAMPLES:
            raise MonitorError(
                "vad_failed",
                f"voice detection takes frames of {FRAME_SAMPLES} int16 samples, "
                f"got {frames.dtype} {frames.shape}",
            )
        sound = frames.tobytes()
        try:
            return [
                bool(self._vad.is_speech(sound[first : first + _FRAME_BYTES], SAMPLE_RATE))
                for first in range(0, len(sound), _FRAME_BYTES)
            ]
        except webrtcvad.Error as error:
            raise MonitorError("vad_failed", f"voice detection failed: {error}") from error
