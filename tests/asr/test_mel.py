from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from monitor.asr.mel import log_mel, window
from tests.asr.spoken import samples


@pytest.mark.parametrize("mels", [80, 128])
@pytest.mark.parametrize("length", [201, 1_600, 16_001, 64_000])
def test_features_are_those_of_faster_whisper(mels: int, length: int) -> None:
    theirs = FeatureExtractor(feature_size=mels)
    sound = samples("spoken-0.wav")[:length].astype(np.float32) / 32_768
    ours = log_mel(sound, theirs.mel_filters)
    assert ours.dtype == np.float32
    assert np.allclose(ours, theirs(sound), atol=1e-4)


def test_window_fills_up_and_cuts() -> None:
    features = np.ones((80, 100), np.float32)
    assert window(features, 150)[:, 100:].sum() == 0
    assert window(features, 150)[:, :100].all()
    assert window(features, 50).shape == (80, 50)
