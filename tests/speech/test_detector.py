from __future__ import annotations

import numpy as np
import pytest

from monitor.errors import BadSetting, MonitorError
from monitor.speech.detector import Detector
from monitor.types import FRAME_SAMPLES, Samples
from tests.asr.spoken import samples


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
def test_zeros_are_silence(mode: int) -> None:
    detector = Detector(mode=mode)
    assert not any(detector.is_speech(np.zeros(FRAME_SAMPLES, np.int16)) for _ in range(50))


def test_speech_is_heard() -> None:
    detector = Detector()
    sound = samples("spoken-0.wav")
    frames = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    heard = [detector.is_speech(frame) for frame in frames]
    # webrtcvad needs 100 ms to know the noise of a line
    assert not any(heard[6:15])
    assert np.mean(heard[25:-60]) > 0.9


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros(FRAME_SAMPLES - 1, np.int16),
        np.zeros(FRAME_SAMPLES, np.float32),
        np.zeros((1, FRAME_SAMPLES), np.int16),
    ],
)
def test_frame_that_cannot_be_judged_is_an_error(frame: Samples) -> None:
    with pytest.raises(MonitorError) as caught:
        Detector().is_speech(frame)
    assert caught.value.code == "vad_failed"


def test_unknown_mode_is_refused() -> None:
    with pytest.raises(BadSetting, match="0, 1, 2 or 3"):
        Detector(mode=4)
