from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import BadSetting
from monitor.speech.endpoint import Endpoint, Kind, Mark, Rules

SMALL = Rules(longest_s=3.0, cut_s=1.0)
"""Segments short enough for examples to meet every rule."""

decisions = st.lists(
    st.tuples(st.booleans(), st.integers(1, 60)), max_size=30
).map(lambda runs: [speech for speech, length in runs for _ in range(length)])  # fmt: skip
"""Runs of speech and silence, 20 ms a frame."""


def run(
    flags: list[bool], rules: Rules | None = None, levels: list[float] | None = None
) -> list[Mark]:
    endpoint = Endpoint(rules)
    levels = levels or [100.0 if flag else 1.0 for flag in flags]
    marks = [
        mark
        for flag, level in zip(flags, levels, strict=True)
        for mark in endpoint.process(flag, level)
    ]
    return marks + endpoint.flush()


def finals(marks: list[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark.kind is Kind.FINAL]


def test_segment_has_pre_roll_and_a_tail() -> None:
    (final,) = finals(run([False] * 50 + [True] * 40 + [False] * 50))
    assert (final.start, final.end) == (50 - 13, 90 + 10)


def test_final_comes_after_the_hang_over() -> None:
    endpoint = Endpoint()
    flags = [False] * 20 + [True] * 40 + [False] * 50
    when = [
        i + 1 for i, flag in enumerate(flags) for m in endpoint.process(flag) if m.kind == "final"
    ]
    assert when == [60 + 23]


def test_pause_is_marked_at_200_ms_and_is_what_the_final_will_be() -> None:
    endpoint = Endpoint()
    flags = [False] * 20 + [True] * 40 + [False] * 50
    seen = [(i + 1, mark) for i, flag in enumerate(flags) for mark in endpoint.process(flag)]
    (at, guess), (_, final) = [(i, mark) for i, mark in seen if mark.kind is not Kind.PARTIAL]
    assert (at, guess.kind) == (70, Kind.SPECULATIVE)
    assert (guess.number, guess.start, guess.end) == (final.number, final.start, final.end)


def test_short_pause_does_not_split() -> None:
    marks = run([True] * 30 + [False] * 15 + [True] * 30 + [False] * 40)
    assert [mark.kind for mark in marks].count(Kind.SPECULATIVE) == 2
    assert len(finals(marks)) == 1


def test_click_opens_nothing() -> None:
    assert run([False] * 20 + [True] * 3 + [False] * 60) == []


def test_word_of_80_ms_is_heard() -> None:
    (final,) = finals(run([False] * 40 + [True] * 4 + [False] * 60))
    assert final.start <= 40
    assert final.end >= 44


def test_partials_come_every_half_second_of_speech() -> None:
    partials = [mark for mark in run([True] * 130 + [False] * 30) if mark.kind is Kind.PARTIAL]
    assert [mark.end for mark in partials] == [25, 50, 75, 100, 125]
    assert {mark.start for mark in partials} == {0}
    assert {mark.number for mark in partials} == {0}


def test_no_partials_when_switched_off() -> None:
    marks = run([True] * 130, Rules(partial_every_s=0))
    assert [mark.kind for mark in marks] == [Kind.FINAL]


def test_long_partial_holds_only_the_end() -> None:
    partials = [mark for mark in run([True] * 500, Rules()) if mark.kind is Kind.PARTIAL]
    assert max(mark.end - mark.start for mark in partials) <= 400


def test_overlong_segment_is_cut_at_the_quietest_place() -> None:
    flags = [True] * 700
    levels = [100.0] * 700
    levels[519:522] = [5.0] * 3
    first, second = finals(run(flags, Rules(longest_s=12.0, cut_s=3.5), levels=levels))
    assert (first.start, first.end, second.start, second.end) == (0, 520, 520, 700)


def test_long_segment_closes_at_a_shorter_pause() -> None:
    pause = [False] * 15
    short, long = [True] * 100, [True] * 200
    assert len(finals(run(short + pause + short))) == 1
    assert len(finals(run(long + pause + short))) == 2


def test_cut_in_trailing_silence_opens_nothing() -> None:
    rules = Rules(longest_s=3.0, cut_s=1.0)
    flags = [True] * 140 + [False] * 60
    (final,) = finals(run(flags, rules))
    assert final.end >= 140


def test_flush_closes_an_open_segment_once() -> None:
    endpoint = Endpoint()
    for _ in range(30):
        endpoint.process(True)
    assert [mark.end for mark in endpoint.flush()] == [30]
    assert endpoint.flush() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum_speech_s": 0.3},
        {"pause_s": 0.6},
        {"longest_s": 3.0},
        {"minimum_speech_s": 0.0},
        {"partial_every_s": -1.0},
    ],
)
def test_contradicting_rules_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadSetting):
        Rules(**wrong)


@given(decisions)
def test_segments_never_overlap_and_are_numbered(flags: list[bool]) -> None:
    found = finals(run(flags, SMALL))
    assert [mark.number for mark in found] == list(range(len(found)))
    assert all(mark.start < mark.end <= len(flags) for mark in found)
    assert all(earlier.end <= later.start for earlier, later in pairwise(found))


@given(decisions)
def test_nothing_spoken_is_lost_but_clicks(flags: list[bool]) -> None:
    covered = {frame for mark in finals(run(flags, SMALL)) for frame in range(mark.start, mark.end)}
    lost = [frame for frame, flag in enumerate(flags) if flag and frame not in covered]
    # outside segments there is never as much speech as opens one
    assert all(later - earlier >= 10 for earlier, later in zip(lost, lost[3:], strict=False))


@given(decisions)
def test_no_segment_is_longer_than_allowed(flags: list[bool]) -> None:
    assert all(mark.end - mark.start <= 150 for mark in run(flags, SMALL))


@given(decisions)
def test_settled_frames_stay_as_they_are(flags: list[bool]) -> None:
    endpoint = Endpoint(SMALL)
    settled = 0
    for flag in flags:
        for mark in endpoint.process(flag):
            if mark.kind is Kind.FINAL:
                assert mark.start >= settled
                settled = mark.end
        assert endpoint.settled >= settled
        settled = endpoint.settled


@given(decisions)
def test_marks_never_reach_back_too_far(flags: list[bool]) -> None:
    endpoint = Endpoint(SMALL)
    for now, flag in enumerate(flags, start=1):
        for mark in endpoint.process(flag):
            assert now - mark.start <= endpoint.reach


def test_words_in_a_hurry_are_cut_off_soon_at_the_quietest_place_after_them() -> None:
    rules = Rules(follow_s=0.5, partial_every_s=0)
    endpoint = Endpoint(rules)
    marks: list[Mark] = []
    for frame in range(150):
        if frame == 60:
            endpoint.hurry(0, 50)
            endpoint.hurry(7, 10)  # of a segment that is not open: nothing
        marks += endpoint.process(True, level=1.0 if frame == 63 else 9.0)
    assert [(mark.kind, mark.number) for mark in marks] == [(Kind.FINAL, 0)]
    assert 62 <= marks[0].end <= 64
    rest = endpoint.flush()
    assert [(mark.number, mark.start) for mark in rest] == [(1, marks[0].end)]


def test_speech_that_is_cut_says_how_much_of_it_goes_on() -> None:
    rules = Rules(follow_s=0.5, partial_every_s=0, after_s=0.3)
    endpoint = Endpoint(rules)
    marks: list[Mark] = []
    for frame in range(100):
        if frame == 60:
            endpoint.hurry(0, 50)
        marks += endpoint.process(True, level=1.0 if frame == 55 else 9.0)
    assert [(mark.number, mark.after) for mark in marks] == [(0, 15)]
    assert [mark.after for mark in endpoint.flush()] == [0]


def test_while_brief_segments_are_shorter_and_then_as_before() -> None:
    endpoint = Endpoint(Rules(partial_every_s=0))
    speech = [(True, 100.0)] * 1200

    def lengths(longest_s: float) -> set[int]:
        endpoint.brief(longest_s)
        marks = [mark for each in speech for mark in endpoint.process(*each)]
        return {mark.end - mark.start for mark in marks[1:]}

    # even sound is cut at the end of the stretch in which the quietest place is sought
    assert lengths(4.0) == {200 - 1}
    assert lengths(6.0) == {300 - 1}
    assert lengths(0.0) == {450 - 1}


def test_while_brief_a_short_pause_ends_a_segment_that_is_long_enough() -> None:
    endpoint = Endpoint(Rules(partial_every_s=0))
    spoken = [True] * 80 + [False] * 3 + [True] * 90 + [False] * 3 + [True] * 20

    def closed(longest_s: float) -> list[tuple[int, int]]:
        endpoint.brief(longest_s)
        marks = [mark for frame in spoken for mark in endpoint.process(frame, 100.0)]
        return [(mark.after, mark.before) for mark in [*marks, *endpoint.flush()]]

    # nothing around a pause has to be heard twice, as it would around a cut
    assert closed(6.0) == [(0, 0)] * 3
    assert closed(0.0) == [(0, 0)]


def test_speech_after_a_cut_says_how_much_of_what_was_before_is_heard_again() -> None:
    rules = Rules(longest_s=4.0, cut_s=2.0, before_s=0.5, partial_every_s=0)
    first, second, third = finals(run([True] * 300 + [False] * 40 + [True] * 40, rules))
    assert (first.before, second.before, third.before) == (0, 25, 0)
    assert second.start == first.end
