"""What a user may get wrong: one clear line on standard error, exit status 2, no traceback."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from monitor import cli


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    old, sys.argv = sys.argv, ["monitor", *arguments]
    try:
        with pytest.raises(SystemExit) as done:
            cli.main()
    finally:
        sys.argv = old
    return int(done.value.code or 0), capsys.readouterr().err


def wav(channels: int, samples: bytes, *, bits: int = 16, form: int = 1) -> bytes:
    block = channels * bits // 8
    head = struct.pack("<HHIIHH", form, channels, 8000, 8000 * block, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(samples))
    return b"RIFF" + struct.pack("<I", len(body) + len(samples)) + body + samples


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.wav", None, "no such file"),
        ("empty.wav", b"", "empty"),
        ("text.wav", b"this is not a recording at all", "text"),
        ("none.wav", wav(0, b""), "0 channels"),
        ("three.wav", wav(3, bytes(6000)), "3 channels"),
        ("nan.wav", wav(1, struct.pack("<f", float("nan")) * 4000, bits=32, form=3), "not numbers"),
    ],
)
def test_bad_recording(
    name: str, content: bytes | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    status, error = run(capsys, "replay", str(path))
    assert status == 2
    assert error.count("\n") == 1
    assert name in error
    assert says in error


@pytest.mark.parametrize("left", [20_000, 20_001])
def test_truncated_recording_is_heard_and_said(
    left: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(wav(1, bytes(32_000))[:left])
    status, error = run(capsys, "replay", str(path), "--events", str(tmp_path / "out.jsonl"))
    assert status == 0
    assert error.count("\n") == 1
    assert "cut.wav" in error


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "1"),
        (
            '{"type":"utterance","call":"c","channel":"agent","start":"x","end":1,"text":"a"}',
            "start",
        ),
        ('{"type":"nonsense","call":"c"}', "nonsense"),
        ("[" * 100_000, "1"),
    ],
)
def test_bad_transcript(
    line: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(line + "\n", "utf8")
    status, error = run(capsys, "judge", str(path))
    assert status == 2
    assert error.count("\n") == 1
    assert "calls.jsonl:1" in error
    assert says in error


def test_bad_lexicon_names_file_line_and_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = tmp_path / "own.yaml"
    pack.write_text(
        "pack: own\nversion: 1\ntitle: 自有\nauthor: 合规\ndate: 2026-11-22\nindustries: all\n"
        "rules:\n  - id: promise\n    category: guaranteed_return\n    title: 承诺\n"
        "    severity: urgent\n",
        "utf8",
    )
    transcript = tmp_path / "t.jsonl"
    transcript.write_text("", "utf8")
    status, error = run(capsys, "judge", str(transcript), "--pack", str(pack))
    assert status == 2
    assert error.count("\n") == 1
    assert "own.yaml:11" in error
    assert "promise" in error


@pytest.mark.parametrize("arguments", [("replay", "--model", "nowhere/at-all", "x.wav")])
def test_missing_model_says_how_to_get_it(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    status, error = run(capsys, *arguments)
    assert status == 1
    assert error.count("\n") == 1
    assert "monitor model fetch" in error


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("judge",), "monitor judge: Missing argument 'transcript'. (monitor judge --help"),
        (("judge", "a", "--wrong"), "monitor judge: No such option: --wrong"),
        (("send", "a.wav", "--speed", "fast"), "monitor send: Invalid value for '--speed'"),
        (("jugde",), "monitor: No such command 'jugde'."),
    ],
)
def test_a_misused_command_says_so_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    status, said = run(capsys, *arguments)
    assert status == 2
    assert said.startswith(line)
    assert said.count("\n") == 1
