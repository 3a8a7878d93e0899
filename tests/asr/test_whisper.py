"""The bundled model hears the sentences of `tests/data`: voices it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from pypinyin import lazy_pinyin

from monitor.asr import models, whisper
from monitor.asr.base import Transcriber
from monitor.asr.card import ModelCard
from monitor.asr.hear import hear
from monitor.asr.options import Options, longest_text
from monitor.asr.whisper import StockWhisper
from monitor.asr.windows import ShortWhisper, bucket_s, tidy
from monitor.errors import BadSetting, Unavailable
from monitor.events import Word
from monitor.speech.endpoint import Kind
from monitor.speech.segmenter import Piece, Segmenter
from monitor.types import Role, Segment
from tests.asr.spoken import SENTENCES, samples, segment
from tests.speech import sounds

ONE = Options(cpu_threads=1)


@pytest.fixture(scope="module")
def model() -> models.Model:
    """The bundled model, with a card for short windows even where it is shipped without."""
    found = models.find("demo")
    card = ModelCard(name="demo", shortest_window_s=1.0, end_margin_s=0.5)
    return found if found.card.short_windows else replace(found, card=card)


@pytest.fixture(scope="module")
def short(model: models.Model) -> Iterator[Transcriber]:
    transcriber = whisper.load(model, ONE)
    yield transcriber
    transcriber.close()


@pytest.fixture(scope="module")
def stock(model: models.Model) -> Iterator[Transcriber]:
    transcriber = whisper.load(replace(model, card=ModelCard()), ONE)
    yield transcriber
    transcriber.close()


def syllable_errors(said: str, heard: str) -> float:
    """Edit distance of toneless syllables, as a share of what was said."""
    return distance(syllables(said), syllables(heard)) / len(syllables(said))


def syllables(text: str) -> list[str]:
    return lazy_pinyin("".join(character for character in text if character.isalnum()))


def distance(one: list[str], other: list[str]) -> int:
    row = list(range(len(other) + 1))
    for index, item in enumerate(one, start=1):
        before, row[0] = row[0], index
        for place, candidate in enumerate(other, start=1):
            cost = before + (item != candidate)
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, cost)
    return row[-1]


def start_errors(sentence: dict[str, Any], words: tuple[Word, ...]) -> list[float]:
    """Seconds between true and reported starts, of characters heard right and in place."""
    truth = [(text, start) for text, start in sentence["characters"] if text.isalnum()]
    return [
        word.start - start
        for (text, start), word in zip(truth, words, strict=False)
        if text == word.text
    ]


@pytest.mark.audio
def test_held_out_voices_are_understood(short: Transcriber) -> None:
    heard = short.transcribe([segment(samples(each["file"])) for each in SENTENCES])
    errors = [
        syllable_errors(sentence["text"], transcript.text)
        for sentence, transcript in zip(SENTENCES, heard, strict=True)
    ]
    assert np.mean(errors) < 0.2
    assert max(errors) < 0.5
    assert all(0.3 < transcript.confidence <= 1 for transcript in heard)
    assert all(transcript.no_speech_prob < 0.5 for transcript in heard)


@pytest.mark.audio
def test_word_times_are_right(short: Transcriber) -> None:
    heard = short.transcribe([segment(samples(each["file"])) for each in SENTENCES])
    errors = np.abs(
        [
            error
            for sentence, transcript in zip(SENTENCES, heard, strict=True)
            for error in start_errors(sentence, transcript.words)
        ]
    )
    assert len(errors) > 40
    assert np.median(errors) < 0.12
    assert np.percentile(errors, 90) < 0.3
    ends = [
        transcript.words[-1].end - sentence["end"]
        for sentence, transcript in zip(SENTENCES, heard, strict=True)
    ]
    assert np.max(np.abs(ends)) < 0.5


@pytest.mark.audio
def test_times_are_media_time(short: Transcriber) -> None:
    sound = samples("spoken-1.wav")
    (early,) = short.transcribe([segment(sound)])
    (late,) = short.transcribe([segment(sound, start=160_000)])
    assert late.text == early.text
    assert late.start_s == 10
    for before, after in zip(early.words, late.words, strict=True):
        assert after.start == pytest.approx(before.start + 10, abs=0.002)


@pytest.mark.audio
def test_batch_says_the_same_as_one_by_one(short: Transcriber) -> None:
    pieces = [segment(samples(each["file"]), number=i) for i, each in enumerate(SENTENCES)]
    together = short.transcribe(pieces)
    assert [each.number for each in together] == list(range(len(pieces)))
    alone = [short.transcribe([piece])[0] for piece in pieces]
    assert [each.text for each in together] == [each.text for each in alone]


@pytest.mark.audio
def test_text_is_its_words(short: Transcriber) -> None:
    for transcript in short.transcribe([segment(samples(each["file"])) for each in SENTENCES]):
        spoken = "".join(character for character in transcript.text if character.isalnum())
        assert "".join(word.text for word in transcript.words) == spoken


@pytest.mark.audio
def test_what_is_doubted_is_heard_at_full_length(
    short: Transcriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(short, ShortWhisper)
    piece = segment(samples("spoken-1.wav"))
    (once,) = short.transcribe([piece])
    windows: list[int] = []
    whole = ShortWhisper._hear

    def noted(self: ShortWhisper, segments: list[Segment], frames: int, *, fast: bool) -> object:
        windows.append(frames)
        return whole(self, segments, frames, fast=fast)

    monkeypatch.setattr(ShortWhisper, "_hear", noted)
    card = msgspec.structs.replace(short._card, retry_below=0.0)
    monkeypatch.setattr(short, "_card", card)
    (twice,) = short.transcribe([piece])
    assert windows == [short.frames(piece), 3000]
    assert twice.avg_logprob >= once.avg_logprob
    # partials have no time for it
    short.transcribe([piece], fast=True)
    assert len(windows) == 3


@pytest.mark.audio
def test_both_paths_say_nearly_the_same(short: Transcriber, stock: Transcriber) -> None:
    assert isinstance(short, ShortWhisper)
    assert isinstance(stock, StockWhisper)
    for each in SENTENCES[:3]:
        piece = segment(samples(each["file"]), start=16_000)
        (one,), (other,) = hear(short, [piece]), hear(stock, [piece])
        assert syllable_errors(one.text, other.text) < 0.4
        assert other.words[0].start >= 1.0
        assert other.words[-1].end <= other.end_s
        assert other.confidence > 0.3


@pytest.mark.audio
def test_fast_decode_is_close_to_the_thorough(short: Transcriber) -> None:
    piece = segment(samples("spoken-1.wav"))
    (fast,), (full,) = short.transcribe([piece], fast=True), short.transcribe([piece])
    assert syllable_errors(full.text, fast.text) < 0.4


@pytest.mark.audio
@pytest.mark.parametrize("timbre", ["organ", "strings"])
def test_no_words_are_heard_in_music(short: Transcriber, timbre: str) -> None:
    assert unsuppressed(short, sounds.music(timbre, 6.0, seed=1)) == ""


@pytest.mark.audio
@pytest.mark.parametrize(
    "sound",
    [
        sounds.tone([450], 11, on_s=1, every_s=5),
        np.zeros(64_000),
        sounds.white(3.0) * 0.05,
        sounds.white(3.0),
    ],
    ids=["ringback", "zeros", "hiss", "noise"],
)
def test_no_words_are_heard_on_an_empty_line(short: Transcriber, sound: sounds.Floats) -> None:
    assert unsuppressed(short, sound) == ""


def unsuppressed(transcriber: Transcriber, sound: sounds.Floats) -> str:
    segmenter = Segmenter("c", Role.AGENT)
    found = segmenter.process(sounds.int16(sound)) + segmenter.flush()
    pieces = [p.segment for p in found if isinstance(p, Piece) and p.kind is Kind.FINAL]
    return "".join(each.text for each in hear(transcriber, pieces) if not each.suppressed)


@pytest.mark.audio
@pytest.mark.parametrize("length", [1, 160, 1_600])
def test_very_short_sound_is_no_trouble(short: Transcriber, length: int) -> None:
    (heard,) = short.transcribe([segment(samples("spoken-0.wav")[8_000 : 8_000 + length])])
    assert len(heard.text) <= longest_text(1.0)


@pytest.mark.audio
def test_too_long_a_segment_is_refused(short: Transcriber) -> None:
    with pytest.raises(ValueError, match=r"longer than the recogniser's 30 s"):
        short.transcribe([segment(np.zeros(16_000 * 31, np.int16))])


def test_broken_weights_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"not weights")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(Unavailable, match="cannot be loaded") as caught:
        whisper.load(models.find(str(tmp_path)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("seconds", "margin", "window"),
    [(0.2, 0.5, 1.0), (2.0, 0.5, 2.5), (2.01, 0.5, 3.0), (29.9, 1, 30)],
)
def test_windows_are_rounded_up(seconds: float, margin: float, window: float) -> None:
    assert bucket_s(seconds, margin) == window


def test_text_is_tidy() -> None:
    assert tidy(" 您好 请 问\ufffd APP 好 ") == "您好请问 APP 好"


def test_text_length_is_bounded() -> None:
    assert longest_text(1.0) == 21
    assert longest_text(30.0) == 220


def test_options_out_of_range_are_refused() -> None:
    with pytest.raises(BadSetting, match="beam"):
        Options(beam=0)
