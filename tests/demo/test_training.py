"""The bundled model's recipe: texts, voices, changes to the sound, export, and the model card."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.demo.training import (
    augment,
    card,
    heldout,
    nonspeech,
    shards,
    texts,
    vocabulary,
    voices,
)
from monitor.demo.training.__main__ import main

MODEL = Path(card.__file__).parents[1] / "model"
RATE = shards.RATE
SILENT = augment.Recipe(
    tempo=0, telephone=0, room=0, noise=0, babble=0, loss=0, clip=0, peak=(0.5, 0.5)
)


@pytest.fixture
def tone() -> shards.Samples:
    return np.asarray(np.sin(np.arange(RATE) * 0.1), np.float32)


@pytest.fixture
def voice_folder(tmp_path: Path) -> Path:
    names = tmp_path / "espeak-ng-data" / "voices" / "!v"
    names.mkdir(parents=True)
    for name in ("m1", "f1", "whisper", "zz000", "zz001", *voices.HELD_OUT):
        (names / name).write_text("language variant\n")
    return tmp_path


def lines(seed: int, count: int) -> list[texts.Line]:
    return list(texts.Texts(random.Random(seed)).lines(count))


class TestTexts:
    def test_the_same_seed_gives_the_same_lines(self) -> None:
        assert lines(3, 200) == lines(3, 200)
        assert lines(3, 200) != lines(4, 200)

    def test_every_character_has_a_token(self) -> None:
        words = vocabulary.load()
        for line in lines(5, 2000):
            assert words.decode(words.encode(line.text)) == line.text
            assert len(line.text) <= texts.LONGEST_CHARS

    def test_rule_phrases_are_the_smaller_part(self) -> None:
        violations = texts.phrases()["violation"]
        said = sum(any(p in line.text for p in violations) for line in lines(6, 1500))
        assert 0.02 < said / 1500 < 0.3

    def test_marks_for_the_synthesiser_are_not_part_of_the_label(self) -> None:
        assert not any(mark in line.text for line in lines(7, 1000) for mark in "。？！，")

    def test_held_out_texts_are_not_trained_on(self) -> None:
        asked = set(texts.read_sentences("sentences_heldout.txt"))
        assert not asked & set(texts.sentences())
        carriers = [c for c in heldout.CARRIERS if c != "{}"]
        patterns = [p for many in texts.grammar().values() for p in many]
        for carrier in carriers:
            assert not any(carrier.strip("{},") in p for p in [*patterns, *texts.sentences()])


class TestVoices:
    def test_training_never_takes_a_held_out_voice(self, voice_folder: Path) -> None:
        cast = voices.Cast(voice_folder, random.Random(1))
        taken = {cast.take().variant for _ in range(3000)}
        assert taken == {"", "m1", "f1", "whisper", "zz000", "zz001"}

    def test_held_out_takes_are_only_held_out_voices(self) -> None:
        rng = random.Random(1)
        taken = {voices.held_out_take(rng).variant for _ in range(200)}
        assert taken == set(voices.HELD_OUT)

    def test_a_random_variant_is_fixed_by_its_seed(self) -> None:
        made = [voices.random_variant(7, random.Random(7)) for _ in range(2)]
        assert made[0] == made[1] != voices.random_variant(7, random.Random(8))
        assert made[0].startswith("language variant\nname zz007\n")
        assert made[0].count("\nformant ") == 9

    @pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
    def test_shards_hold_what_was_said(self, tmp_path: Path) -> None:
        arguments = [str(tmp_path), "--seed", "3", "--hours", "0.0001", "--random-voices", "2"]
        program = (
            "import sys; from monitor.demo.training import synth, __main__ as m;"
            "synth.write_shards.__kwdefaults__['size'] = 3; sys.exit(m.main(sys.argv[1:]))"
        )
        subprocess.run([sys.executable, "-c", program, "synth", *arguments], check=True)
        data = tmp_path / "voices-3" / "espeak-ng-data" / "voices" / "!v"
        assert not {p.name for p in data.iterdir()} & set(voices.HELD_OUT)
        spoken = shards.read_index(tmp_path / "s003-0000.jsonl")
        assert spoken
        for utterance in spoken:
            wave = utterance.read()
            assert len(wave) == utterance.count
            assert 0.5 < np.abs(wave).max() <= 1


class TestAugment:
    @given(seed=st.integers(0, 10_000), seconds=st.floats(0.3, 4))
    @settings(max_examples=40)
    def test_length_type_and_bounds(self, seed: int, seconds: float) -> None:
        wave = np.sin(np.arange(int(RATE * seconds), dtype=np.float32) * np.float32(0.07))
        rng = np.random.default_rng(seed)
        recipe = augment.Recipe(telephone=0.5, room=0.5, babble=0.5, loss=0.5, clip=0.5)
        heard = augment.change(wave, rng, recipe, other=wave[::-1].copy())
        assert heard.wave.dtype == np.float32
        assert np.isfinite(heard.wave).all()
        assert np.abs(heard.wave).max() <= 1.0001
        slowest, fastest = recipe.tempo_range
        spoken = heard.end - heard.start
        assert seconds / fastest - 0.01 <= spoken <= seconds / slowest + 0.01
        assert len(heard.wave) <= (spoken + recipe.lead_s[1] + recipe.tail_s[1]) * RATE + 2

    def test_without_changes_the_sound_stays(self, tone: shards.Samples) -> None:
        heard = augment.change(tone, np.random.default_rng(1), SILENT)
        start = round(heard.start * RATE)
        assert np.allclose(heard.wave[start : start + len(tone)], tone / 2, atol=1e-3)

    @pytest.mark.parametrize("law", [augment.mu_law, augment.a_law])
    def test_companding_is_close_to_the_original(self, law: object, tone: shards.Samples) -> None:
        assert callable(law)
        for level in (1.0, 0.1, 0.01):
            assert np.abs(law(tone * np.float32(level)) - tone * level).max() < 0.04 * level + 1e-3

    def test_the_telephone_takes_away_what_it_does_not_carry(self) -> None:
        t = np.arange(RATE, dtype=np.float32) / RATE
        for hertz, carried in ((1000, True), (6000, False)):
            wave = (0.5 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)
            heard = augment.telephone(wave, np.random.default_rng(1))
            assert len(heard) == len(wave)
            assert (heard.std() > 0.25) == carried

    @pytest.mark.parametrize("seed", range(25))
    def test_sounds_without_speech(self, seed: int) -> None:
        wave = nonspeech.sound(np.random.default_rng(seed))
        assert wave.dtype == np.float32
        assert 0.3 * RATE < len(wave) <= 10 * RATE
        assert np.isfinite(wave).all()
        assert np.abs(wave).max() <= 1.2


class TestCommands:
    def test_texts_prints_lines(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["texts", "--count", "3", "--seed", "2"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 3

    def test_torch_is_imported_only_when_needed(self) -> None:
        program = (
            "import sys; from monitor.demo.training import card, texts, voices, __main__;"
            "sys.exit('torch' in sys.modules)"
        )
        subprocess.run(
            [sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONWARNINGS": ""}
        )

    def test_a_missing_file_is_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["card", "/nowhere/model"]) == 1
        assert capsys.readouterr().err.startswith("card: ")


class TestEvaluation:
    def test_distance(self) -> None:
        from monitor.demo.training.evaluate import distance

        assert distance("稳赚不赔", "稳赚不赔") == 0
        assert distance("稳赚不赔", "稳赚补赔吗") == 2
        assert distance("", "保本") == 2


def test_export_loads_and_decodes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from faster_whisper import WhisperModel

    from monitor.demo.training.export import export
    from monitor.demo.training.network import Recogniser, Shape

    words = vocabulary.load()
    torch.manual_seed(0)
    shape = Shape(
        tokens=len(words.tokens),
        syllables=words.ctc_size,
        width=64,
        heads=2,
        encoder_layers=1,
        decoder_layers=1,
    )
    export(Recogniser(shape).eval(), tmp_path / "tiny")
    model = WhisperModel(str(tmp_path / "tiny"), device="cpu", compute_type="int8")
    found, info = model.transcribe(
        np.zeros(RATE, np.float32), language="zh", max_new_tokens=5, temperature=0
    )
    list(found)
    assert info.language == "zh"
    assert model.hf_tokenizer.token_to_id("保") == words.ids["保"]


class TestModelCard:
    def test_hashes_match_the_files(self) -> None:
        said = json.loads((MODEL / card.CARD).read_text(encoding="utf-8"))
        assert said["sha256"] == {name: card.sha256(MODEL / name) for name in card.FILES}

    def test_it_says_what_it_is(self) -> None:
        said = SimpleNamespace(**json.loads((MODEL / card.CARD).read_text(encoding="utf-8")))
        assert "synthetic" in said.trained_on
        assert "synthetic" in said.notice
        assert 0 < said.shortest_window_s < 30
        assert said.measured

    def test_the_vocabulary_is_the_one_it_was_trained_with(self) -> None:
        tokens = json.loads((MODEL / "vocabulary.json").read_text(encoding="utf-8"))
        assert tuple(tokens) == vocabulary.load().tokens

    def test_it_is_small(self) -> None:
        assert sum(p.stat().st_size for p in MODEL.iterdir()) < 25_000_000
