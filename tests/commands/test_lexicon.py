from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.commands.lexicon import app

GOOD = """
pack: tiny
version: 1
title: 小
industries: all
rules:
  - id: one
    category: guaranteed_return
    title: 承诺保本
    severity: critical
    basis: [{cite: 《广告法》第二十五条, status: law}]
    advice: 这款产品不保本
    match: 百分百保本
    examples: {violation: [就是百分百保本], fine: [我们不承诺百分百保本]}
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_lint_of_a_good_pack(good: Path) -> None:
    found = run("lint", good)
    assert found.exit_code == 0, found.output


def test_lint_shows_every_broken_pack(good: Path) -> None:
    for name in ("a", "b"):
        (good.parent / f"{name}.yaml").write_text("pack: [", encoding="utf-8")
    found = run("lint", good.parent)
    assert found.exit_code == 1
    assert "a.yaml:" in found.output
    assert "b.yaml:" in found.output


def test_examples(good: Path) -> None:
    found = run("test", good)
    assert (found.exit_code, found.output) == (0, "2 of 2 examples come out as the packs say\n")


def test_examples_that_fail(good: Path) -> None:
    good.write_text(GOOD.replace("就是百分百保本", "没有这句话"), encoding="utf-8")
    found = run("test", good)
    assert found.exit_code == 1
    assert "no alert for the violation: 没有这句话" in found.output


def test_try_shows_what_context_removed(good: Path) -> None:
    found = run("try", "我们不承诺百分百保本", "--pack", good)
    assert "removed tiny/one" in found.output
    assert "不承诺" in found.output


def test_try_shows_alerts(good: Path) -> None:
    found = run("try", "客：是百分百保本吧 / 坐：对", "--pack", good)
    assert '"alert"' in found.output


def test_try_knows_roles(good: Path) -> None:
    assert run("try", "好", "--pack", good, "--role", "boss").exit_code != 0


def test_diff(good: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.yaml"
    newer.write_text(GOOD.replace("critical", "high"), encoding="utf-8")
    assert run("diff", good, newer).output == "~ tiny/one: severity\n"


def test_replay(good: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.yaml"
    newer.write_text(GOOD.replace("match: 百分百保本", "match: 稳赚不赔"), encoding="utf-8")
    calls = tmp_path / "calls"
    calls.mkdir()
    (calls / "t.jsonl").write_text(
        '{"type":"utterance","call":"c","channel":"agent","start":1,"end":3,"text":"稳赚不赔"}',
        encoding="utf-8",
    )
    found = run("replay", good, newer, "--transcripts", calls)
    assert "+ t.jsonl c 1.0 s tiny/one critical 稳赚不赔" in found.output
    assert "1 alerts added, 0 removed" in found.output


def test_an_empty_folder(tmp_path: Path) -> None:
    assert run("lint", tmp_path).exit_code != 0
