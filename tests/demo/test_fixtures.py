"""The shipped calls are what the house says they are, and come out the same when made again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import soundfile

from monitor.demo import speech
from monitor.demo.fixtures import build
from monitor.demo.script import CallScript, load_script, load_scripts
from monitor.demo.speech import Speaker, Voice, pieces
from monitor.demo.training.voices import HELD_OUT
from monitor.errors import BadInput, Unavailable
from monitor.qa.expect import load_expectation, pairs
from monitor.types import Role

FOLDER = Path(__file__).parents[2] / "audio_fixtures"
SCRIPTS = load_scripts(FOLDER / "scripts")
FIRST_SET = {
    "guaranteed_return",
    "absolute_claim",
    "threat_abuse",
    "false_urgency",
    "loan_overpromise",
    "privacy_violation",
    "missing_company",
    "missing_identity",
    "missing_purpose",
}


def installed() -> str:
    try:
        return speech.version()
    except Unavailable:
        return ""


needs_espeak = pytest.mark.skipif(not installed(), reason="espeak-ng is not installed")


def test_there_are_enough_calls_and_they_are_small() -> None:
    found = pairs(FOLDER)
    assert {audio.stem for audio, _ in found} == set(SCRIPTS)
    assert len(found) >= 16
    assert sum(audio.stat().st_size for audio, _ in found) < 20_000_000
    assert {audio.suffix for audio, _ in found} == {".wav", ".flac"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_call_is_a_telephone_call(name: str) -> None:
    audio = next(path for path, _ in pairs(FOLDER) if path.stem == name)
    info = soundfile.info(audio)
    assert (info.samplerate, info.channels) == (8000, 2)
    assert 20 <= info.duration <= 90
    voices = [casting.voice for casting in SCRIPTS[name].voices.values()]
    assert len(set(voices)) == 2
    assert not set(voices) & set(HELD_OUT)


@pytest.mark.parametrize("name", SCRIPTS)
def test_expected_times_lie_inside_the_call(name: str) -> None:
    path = FOLDER / f"{name}.events.jsonl"
    expectation = load_expectation(path)
    seconds = json.loads(path.read_text("utf-8").splitlines()[1])["seconds"]
    assert expectation.call.call == name
    assert expectation.only
    for want in expectation.wanted:
        assert want.start is None or 0 <= want.start <= (want.end or want.start) <= seconds


def test_every_category_of_the_first_set_is_raised() -> None:
    wanted = {want.alert for script in SCRIPTS.values() for want in script.expect}
    assert wanted >= FIRST_SET
    assert sum(all(not w.alert for w in script.expect) for script in SCRIPTS.values()) >= 4


def small() -> CallScript:
    return load_script(FOLDER / "scripts" / "refusal-respected.yaml")


@needs_espeak
def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    name = "refusal-respected"
    for folder in ("one", "two"):
        assert [made.name for made in build({name: small()}, tmp_path / folder)] == [name]
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    ours = (FOLDER / f"{name}.events.jsonl").read_text("utf-8").splitlines()[1]
    made = (tmp_path / "one" / f"{name}.events.jsonl").read_text("utf-8").splitlines()[1]
    if json.loads(ours)["made_with"] != json.loads(made)["made_with"]:
        pytest.skip(f"the shipped calls were made with {json.loads(ours)['made_with']}")
    assert (tmp_path / "one" / f"{name}.wav").read_bytes() == (FOLDER / f"{name}.wav").read_bytes()


@needs_espeak
def test_another_seed_gives_another_recording_with_the_same_expectation(tmp_path: Path) -> None:
    name = "refusal-respected"
    for seed in (1, 2):
        list(build({name: small()}, tmp_path / str(seed), seed=seed))
    one, two = ((tmp_path / seed / f"{name}.wav").read_bytes() for seed in "12")
    assert one != two
    wanted = [(tmp_path / seed / f"{name}.events.jsonl").read_bytes() for seed in "12"]
    assert wanted[0] == wanted[1]


@needs_espeak
def test_a_phrase_that_nobody_says_names_the_call(tmp_path: Path) -> None:
    script = small()
    wrong = load_script(FOLDER / "scripts" / "guaranteed-return.yaml")
    data = {field: getattr(script, field) for field in script.__struct_fields__}
    broken = CallScript(**{**data, "expect": wrong.expect})
    with pytest.raises(BadInput, match="oops: .*agent does not say 江海银行"):
        list(build({"oops": broken}, tmp_path))


@needs_espeak
def test_characters_have_times_and_pauses_are_as_long_as_written() -> None:
    spoken = Speaker().say("百分百[0.6]保本。", Voice(variant="f1"))
    assert spoken.text == "百分百保本"
    edges = [edge for span in zip(spoken.starts, spoken.ends, strict=True) for edge in span]
    assert edges == sorted(edges)
    assert spoken.starts[3] - spoken.ends[2] == pytest.approx(0.6, abs=0.01)
    assert spoken.ends[-1] < spoken.seconds


def test_without_espeak_one_line_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "LIBRARY", "libnot-there.so.0")
    with pytest.raises(Unavailable, match="apt-get install espeak-ng"):
        speech.version()


def test_pieces() -> None:
    assert pieces("您好，[0.5]再见。") == ["您好", 0.18, 0.5, "再见", 0.55]


@pytest.mark.parametrize("text", ["VIP客户", "5个点", "您好,再见", "[x]"])
def test_what_cannot_be_spoken_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="cannot be spoken"):
        pieces(text)


GOOD: dict[str, Any] = {
    "title": "t",
    "agent": '"1"',
    "industry": "wealth",
    "voices": "{agent: {voice: f1}}",
    "turns": "[{agent: 您好}]",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"industry": "bank"}, r"3: industry: "),
        ({"turns": "[{agent: 您好, gap: long}]"}, r":5: turns\[0\].gap: "),
        ({"turns": "[{agent: 您好, customer: 您好}]"}, r"turns\[0\]: .*exactly one"),
        ({"turns": "[{customer: 您好}]"}, r"turns\[0\]: voices has no customer"),
        ({"turns": "[{agent: OK}]"}, r"turns\[0\].agent: .*cannot be spoken"),
        ({"expect": "[{phrase: 您好}]"}, r":6: expect\[0\]: exactly one"),
        ({"colour": "red"}, "colour"),
        ({"turns": "[{agent"}, r":\d+: "),
    ],
)
def test_a_bad_script_is_named_by_file_line_and_field(
    tmp_path: Path, change: dict[str, str], message: str
) -> None:
    path = tmp_path / "call.yaml"
    lines = (f"{key}: {value}\n" for key, value in {**GOOD, **change}.items())
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(BadInput, match=message) as caught:
        load_script(path)
    assert "call.yaml" in str(caught.value)


def test_roles_of_the_channels() -> None:
    assert set(SCRIPTS["look-alikes"].voices) == {Role.AGENT, Role.CUSTOMER}
