from __future__ import annotations

from pathlib import Path

from monitor.events import CallStarted, lines
from monitor.rules.comparison import changes, replayed
from tests.rules.judging import pack, rule, said

OLD = pack("rules:\n" + rule("百分百保本") + rule("稳赚不赔", identifier="two"))
NEW = pack(
    "rules:\n"
    + rule("包赚钱", identifier="three")
    + rule("稳赚不赔", identifier="two")
    + rule("百分百保本", severity="high")
)


def test_changes() -> None:
    assert list(changes((OLD,), (NEW,))) == ["~ tiny/one: severity", "+ tiny/three"]
    assert list(changes((OLD,), (OLD,))) == []


def test_alerts_that_only_one_version_raises(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    heard = [said("稳赚不赔", 1, 3), said("包赚钱", 60, 63)]
    path.write_bytes(lines([CallStarted(call="c"), *heard]))
    found = [(sign, alert.quote) for sign, alert in replayed(path, (OLD,), (NEW,))]
    assert found == [("+", "包赚钱")]
    assert [sign for sign, _ in replayed(path, (NEW,), (OLD,))] == ["-"]
