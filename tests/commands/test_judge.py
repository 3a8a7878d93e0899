from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from monitor.commands.judge import judge
from monitor.errors import BadInput

PACK = """
pack: tiny
version: 1
title: 小
industries: [wealth]
rules:
  - {id: one, category: guaranteed_return, title: 承诺保本, severity: critical, match: 百分百保本}
"""
CALL = (
    '{"type":"call.started","call":"c","industry":"wealth"}\n'
    '{"type":"utterance","call":"c","channel":"agent","start":1,"end":3,"text":"百分百保本"}\n'
)


@pytest.fixture
def pack(tmp_path: Path) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(PACK, encoding="utf-8")
    return str(path)


@pytest.fixture
def transcript(tmp_path: Path) -> str:
    path = tmp_path / "t.jsonl"
    path.write_text(CALL, encoding="utf-8")
    return str(path)


def test_events_to_a_file(pack: str, transcript: str, tmp_path: Path) -> None:
    out = tmp_path / "events.jsonl"
    judge(transcript, [pack], out)
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [event["type"] for event in found] == ["call.started", "utterance", "alert"]
    assert found[-1]["rule"] == "tiny/one"


def test_a_table_for_people(pack: str, transcript: str, capsys: pytest.CaptureFixture[str]) -> None:
    judge(transcript, [pack], None)
    assert "百分百保本" in capsys.readouterr().out


def test_standard_input(pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO(CALL.splitlines()[1].encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw))
    out = tmp_path / "events.jsonl"
    judge("-", [pack], out)
    assert '"alert"' in out.read_text(encoding="utf-8")


def test_what_was_assumed_is_said(
    pack: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(CALL.splitlines()[1], encoding="utf-8")
    judge(str(path), [pack], None)
    assert "no call.started" in capsys.readouterr().err


def test_a_broken_line_writes_nothing(pack: str, tmp_path: Path) -> None:
    path, out = tmp_path / "t.jsonl", tmp_path / "events.jsonl"
    path.write_text(CALL + "{", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        judge(str(path), [pack], out)
    assert str(caught.value).startswith(f"{path}:3: not a JSON object")
    assert not out.exists()


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_no_transcript(pack: str, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        judge(name, [pack], None)
    assert caught.value.file == name
