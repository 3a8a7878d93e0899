from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import BadInput
from monitor.events import Alert, encode
from monitor.qa.expect import load_expectation, pairs


def write(folder: Path, *lines: str, name: str = "call") -> Path:
    path = folder / f"{name}.events.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_shortest_file(tmp_path: Path) -> None:
    path = write(tmp_path, '{"type":"alert","category":"threat_abuse","start":3.5}')
    found = load_expectation(path)
    assert found.call.call == "call"
    assert found.only
    (want,) = found.wanted
    assert (want.kind, want.name, want.start, want.end) == ("alert", "threat_abuse", 3.5, None)
    assert (want.must, want.tolerance_s, want.line) == ("must", 0.5, 1)


def test_everything_a_file_can_say(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "# by hand",
        '{"type":"call.started","call":"c9","company":"江海银行","industry":"wealth"}',
        '{"type":"expect","only":false,"tolerance_s":1.5,"within_s":4,"made_by":"me"}',
        "",
        '{"type":"alert","category":"absolute_claim","expect":"must_not"}',
        '{"type":"disclosure","item":"company","state":"met","at":2.9,"tolerance_s":3}',
        '{"type":"prompt","reason":"missing_purpose","state":"cleared","at":21}',
        '{"type":"signal","signal":"opt_out","strength":"strong","start":5,"expect":"may"}',
        '{"type":"utterance","anything":"goes"}',
        '{"type":"call.ended","call":"c9","at":9}',
    )
    found = load_expectation(path)
    assert (found.call.company, found.only, found.within_s) == ("江海银行", False, 4)
    assert [(w.kind, w.state, w.start, w.must, w.tolerance_s, w.line) for w in found.wanted] == [
        ("alert", None, None, "must_not", 1.5, 5),
        ("disclosure", "met", 2.9, "must", 3, 6),
        ("prompt", "cleared", 21, "must", 1.5, 7),
        ("signal", "strong", 5, "may", 1.5, 8),
    ]


def test_what_replay_writes_can_be_an_expectation(tmp_path: Path) -> None:
    alert = Alert(
        call="c",
        id="i",
        category="threat_abuse",
        rule="base/x",
        pack="base@1",
        severity="high",
        start=1.0,
        end=2.0,
        quote="滚",
        raised_at=3.0,
    )
    (want,) = load_expectation(write(tmp_path, encode(alert).decode())).wanted
    assert (want.start, want.end, want.quote) == (1.0, 2.0, "滚")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"call.events.jsonl:2: not a JSON object"),
        ('["a"]', r":2: Expected `object`"),
        ('{"category":"x"}', r":2: Object missing required field `type`"),
        ('{"type":"alarm"}', r":2: type: 'alarm' is none of"),
        ('{"type":"alert"}', r":2: .*`category`"),
        ('{"type":"alert","category":"x","start":"soon"}', r":2: start: Expected `float"),
        ('{"type":"alert","category":"x","start":-1}', r":2: start: "),
        ('{"type":"disclosure","item":"company","state":"said"}', r":2: state: "),
        ('{"type":"alert","category":"x","expect":"maybe"}', r":2: expect: "),
        ('{"type":"signal","signal":"joy"}', r":2: signal: "),
        ('{"type":"call.started"}', r":2: .*`call`"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        load_expectation(write(tmp_path, "# first", line))
    assert caught.value.exit_status == 2


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "x.events.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="cannot be read"):
        load_expectation(path)


def test_pairs_takes_recordings_that_have_expectations(tmp_path: Path) -> None:
    for name in ("b.WAV", "a.flac", "alone.mp3", "notes.txt"):
        (tmp_path / name).touch()
    expected = [write(tmp_path, name="a"), write(tmp_path, name="b")]
    assert pairs(tmp_path) == [
        (tmp_path / "a.flac", expected[0]),
        (tmp_path / "b.WAV", expected[1]),
    ]


def test_pairs_refuses_what_it_cannot_replay(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a folder"):
        pairs(tmp_path / "no")
    with pytest.raises(BadInput, match="no recording with a .events.jsonl"):
        pairs(tmp_path)
    write(tmp_path, name="orphan")
    with pytest.raises(BadInput, match=r"orphan.events.jsonl: no recording orphan.wav"):
        pairs(tmp_path)
