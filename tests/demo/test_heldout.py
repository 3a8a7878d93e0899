"""Calls to measure by: other voices and other words, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

from monitor.demo.heldout import load_texts, random_calls, recast
from monitor.demo.script import load_scripts
from monitor.demo.speech import bare
from monitor.demo.training.voices import HELD_OUT


def test_the_same_seed_gives_the_same_calls() -> None:
    assert random_calls(5, 7) == random_calls(5, 7)
    assert random_calls(5, 7) != random_calls(5, 8)


def test_only_held_out_voices_speak_and_every_phrase_is_said() -> None:
    for script in random_calls(300, 1).values():
        voices = [casting.voice for casting in script.voices.values()]
        assert len(set(voices)) == 2
        assert set(voices) <= set(HELD_OUT)
        said = [bare(turn.agent) for turn in script.turns if turn.agent]
        for want in script.expect:
            assert want.phrase is not None
            assert any(bare(want.phrase) in text for text in said)


def test_violations_and_compliant_calls_both_come() -> None:
    alerts = [
        [want.alert for want in script.expect if want.alert]
        for script in random_calls(300, 2).values()
    ]
    assert {len(found) for found in alerts} == {0, 1}
    assert 80 < sum(not found for found in alerts) < 160
    assert {found[0] for found in alerts if found} == set(load_texts().violations)


def test_every_violation_is_marked_once_and_there_are_enough() -> None:
    for texts in load_texts().violations.values():
        assert len(texts) >= 40
        assert all(text.count("<") == text.count(">") == 1 for text in texts)


def test_no_violation_is_a_sentence_of_the_fixtures() -> None:
    folder = Path(__file__).parents[2] / "audio_fixtures" / "scripts"
    spoken = "".join(bare(t.text) for s in load_scripts(folder).values() for t in s.turns)
    texts = [text for kind in load_texts().violations.values() for text in kind]
    assert len(set(texts)) == len(texts)
    assert [text for text in texts if bare(text.replace("<", "").replace(">", "")) in spoken] == []


def test_recasting_changes_the_voices_and_nothing_else() -> None:
    scripts = load_scripts(Path(__file__).parents[2] / "audio_fixtures" / "scripts")
    for name, script in recast(scripts, 1).items():
        voices = {casting.voice for casting in script.voices.values()}
        assert len(voices) == 2
        assert voices <= set(HELD_OUT)
        assert (script.turns, script.expect) == (scripts[name].turns, scripts[name].expect)
