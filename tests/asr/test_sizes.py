from __future__ import annotations

from pathlib import Path

import ctranslate2
import pytest

from monitor.asr.sizes import ARCHITECTURES, Architecture, Cost, Timed, build

SMALL = Architecture(name="s", width=64, heads=2, encoder=1, decoder=1, vocabulary=51_865)


def test_random_weights_run_at_the_length_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(SMALL, tmp_path)
    timed = Timed(SMALL, tmp_path)
    said: list[int] = []
    generate = ctranslate2.models.Whisper.generate

    def counted(self: ctranslate2.models.Whisper, *given: object, **more: object) -> object:
        found = generate(self, *given, **more)
        said.extend(len(one.sequences_ids[0]) for one in found)
        return found

    monkeypatch.setattr(ctranslate2.models.Whisper, "generate", counted)
    cost = timed.run(window_s=5.0, speech_s=4.0, batch=2, beam=2)
    assert cost.seconds > 0
    assert said[:3] == [6, 24, 24]


def test_calls_that_a_core_keeps_up_with() -> None:
    cost = Cost(
        model="m",
        window_s=5,
        speech_s=4,
        batch=2,
        beam=5,
        device="cpu",
        compute_type="int8",
        seconds=0.8,
    )
    assert cost.calls == pytest.approx(8 / 0.8 / 0.9)


def test_the_sizes_are_those_that_were_published() -> None:
    def millions(one: Architecture) -> float:
        wide = one.width**2
        layers = one.encoder * 12 * wide + one.decoder * 16 * wide
        return (layers + (one.vocabulary + 3 * one.mels + 3 * one.width) * one.width) / 1e6

    published = {"tiny": 39, "base": 74, "small": 244, "large-v3-turbo": 809}
    assert {one.name: millions(one) for one in ARCHITECTURES} == pytest.approx(published, rel=0.06)
