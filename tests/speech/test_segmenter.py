from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import BadAudio
from monitor.speech.endpoint import Kind, Rules
from monitor.speech.segmenter import Piece, Segmenter, Silence
from monitor.types import Role, Samples
from tests.asr.spoken import samples

Found = list[Piece | Silence]


def conversation() -> Samples:
    """Two sentences with silence around, 13 s, not a whole number of frames."""
    quiet = np.zeros(24_007, np.int16)
    return np.concatenate([samples("spoken-3.wav"), quiet, samples("spoken-4.wav"), quiet[:777]])


def run(sound: Samples, chunks: list[int] | None = None, rules: Rules | None = None) -> Found:
    segmenter = Segmenter("c", Role.AGENT, rules=rules)
    found: Found = []
    for part in np.split(sound, np.cumsum(chunks or [])):
        found += segmenter.process(part)
    return found + segmenter.flush()


def finals(found: Found) -> list[Piece]:
    return [piece for piece in found if isinstance(piece, Piece) and piece.kind is Kind.FINAL]


def spans(found: Found) -> list[tuple[int, int]]:
    """What every sample ended up in, in order of appearance."""
    pieces = [piece for piece in found if isinstance(piece, Silence) or piece.segment.closed]
    return [
        (piece.start, piece.end)
        if isinstance(piece, Silence)
        else (piece.segment.start, piece.segment.start + len(piece.segment.samples))
        for piece in pieces
    ]


def assert_complete(found: Found, start: int, end: int) -> None:
    position = start
    for first, last in spans(found):
        assert first == position
        assert last > first
        position = last
    assert position == end


def test_two_sentences_are_two_segments() -> None:
    sound = conversation()
    found = run(sound)
    assert [piece.segment.number for piece in finals(found)] == [0, 1]
    for piece in finals(found):
        start = piece.segment.start
        assert (piece.segment.samples == sound[start : start + len(piece.segment.samples)]).all()
    assert_complete(found, 0, len(sound))


def test_spoken_sound_lies_inside_the_segment() -> None:
    (piece,) = finals(run(samples("spoken-3.wav")))
    assert piece.segment.start_s < 0.4
    assert 3.1 < piece.segment.end_s < 3.6


def test_speculative_piece_equals_the_final() -> None:
    found = run(conversation())
    guesses = [p.segment for p in found if isinstance(p, Piece) and p.kind is Kind.SPECULATIVE]
    for piece in finals(found):
        guess = [g for g in guesses if g.number == piece.segment.number][-1]
        assert (guess.start, len(guess.samples)) == (
            piece.segment.start,
            len(piece.segment.samples),
        )
        assert not guess.closed


@settings(max_examples=20)
@given(st.lists(st.integers(0, 30_000), max_size=12))
def test_chunks_make_no_difference(chunks: list[int]) -> None:
    sound = conversation()
    one, many = run(sound), run(sound, chunks)
    assert spans(one) == spans(many)
    assert len(one) == len(many)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 2, 3]), st.integers(10, 24_000)), min_size=1, max_size=8
    )
)
def test_every_sample_is_in_one_segment_or_silence(parts: list[tuple[int, int]]) -> None:
    rules = Rules(longest_s=3.0, cut_s=1.0)
    sound = np.concatenate(
        [
            samples("spoken-3.wav")[8_000 : 8_000 + length] if kind else np.zeros(length, np.int16)
            for kind, length in parts
        ]
    )
    found = run(sound, rules=rules)
    assert_complete(found, 0, len(sound))
    for piece in finals(found):
        start = piece.segment.start
        assert (piece.segment.samples == sound[start : start + len(piece.segment.samples)]).all()
        assert len(piece.segment.samples) <= 3.0 * 16_000


def test_long_speech_is_cut_without_loss() -> None:
    sound = np.tile(samples("spoken-1.wav")[6_400:-12_000], 6)
    found = run(sound)
    assert len(finals(found)) >= 2
    assert max(len(piece.segment.samples) for piece in finals(found)) <= 12 * 16_000
    assert_complete(found, 0, len(sound))


def test_silence_is_reported_as_it_goes() -> None:
    segmenter = Segmenter("c", Role.CUSTOMER)
    found = segmenter.process(np.zeros(16_000 * 10, np.int16))
    assert all(isinstance(piece, Silence) for piece in found)
    assert (
        sum(piece.end - piece.start for piece in found if isinstance(piece, Silence)) > 8 * 16_000
    )


def test_gap_closes_and_positions_go_on() -> None:
    sound = samples("spoken-3.wav")
    segmenter = Segmenter("c", Role.AGENT)
    before = segmenter.process(sound[:32_000]) + segmenter.skip(8_000)
    assert_complete(before, 0, 32_000)
    assert segmenter.position == 40_000
    after = segmenter.process(sound) + segmenter.flush()
    assert_complete(after, 40_000, 40_000 + len(sound))
    numbers = [piece.segment.number for piece in finals(before + after)]
    assert numbers == list(range(len(numbers)))


def test_ring_forgets_but_never_what_is_needed() -> None:
    segmenter = Segmenter("c", Role.AGENT)
    sound = np.concatenate([samples("spoken-3.wav")] * 12)
    found = segmenter.process(sound) + segmenter.flush()
    assert segmenter._ring._buffer.nbytes < 600_000
    assert_complete(found, 0, len(sound))


@pytest.mark.parametrize("wrong", [np.zeros(10, np.float32), np.zeros((10, 2), np.int16)])
def test_wrong_samples_are_refused(wrong: Samples) -> None:
    with pytest.raises(BadAudio):
        Segmenter("c", Role.AGENT).process(wrong)
