from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import BadInput
from monitor.events import Alert, Event, as_dict, lines
from monitor.rules.transcript import judge_lines
from tests.rules.judging import alerts, disclosures, pack, rule, rules

ONE = pack(
    "rules:\n"
    + rule("百分百保本")
    + """
disclosures:
  - id: company
    category: missing_company
    title: 告知公司名称
    kind: opening
    deadline_s: 30
    prompt_at_s: 20
    severity: high
    prompt: 请说明公司名称
    satisfied_by: [江海银行]
"""
)


def line(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, "call": "c", **fields}, ensure_ascii=False)


def spoke(text: Any, start: float, end: float, **fields: Any) -> str:
    known = {"channel": "agent", "start": start, "end": end, "text": text}
    return line("utterance", **{**known, **fields})


def judged(*given: str, notes: list[str] | None = None) -> list[Event]:
    found = [] if notes is None else notes
    return list(judge_lines(given, (ONE,), file="t.jsonl", warn=found.append))


def kinds(events: Iterable[Event]) -> list[str]:
    return [as_dict(event)["type"] for event in events]


def test_an_event_is_followed_by_what_it_causes() -> None:
    events = judged(
        line("call.started"),
        spoke("江海银行", 1, 3),
        spoke("百分百保本", 5, 8),
        line("call.ended", at=40),
    )
    assert kinds(events) == [
        "call.started",
        "disclosure",
        "utterance",
        "disclosure",
        "utterance",
        "alert",
        "call.ended",
    ]


def test_what_comes_out_can_be_judged_again() -> None:
    first = judged(line("call.started"), spoke("百分百保本", 5, 8), line("call.ended", at=40))
    assert any(isinstance(event, Alert) for event in first)
    again = list(judge_lines(lines(first).splitlines(), (ONE,)))
    assert lines(again) == lines(first)


def test_without_a_start_it_is_other_and_says_so() -> None:
    notes: list[str] = []
    events = judged(spoke("百分百保本", 5, 8), notes=notes)
    assert len(alerts(events)) == 1
    assert len(notes) == 1
    assert "c: no call.started" in notes[0]


def test_calls_may_interleave() -> None:
    events = judged(
        line("call.started"),
        line("call.started", call="d"),
        spoke("百分百保本", 5, 8, call="d"),
        spoke("江海银行", 1, 3),
    )
    assert [(one.call, one.category) for one in alerts(events)] == [("d", "guaranteed_return")]


def test_an_utterance_over_the_deadline_is_waited_for() -> None:
    events = judged(
        line("call.started"),
        spoke("喂", 31, 32, channel="customer"),
        spoke("江海银行" + "的您听我说" * 4, 25, 37),
        line("call.ended", at=60),
    )
    assert disclosures(events) == ["company met"]


def test_coverage_decides_what_is_missing() -> None:
    gap = line("coverage", channel="agent", state="gap", start=10, end=12)
    events = judged(line("call.started"), gap, spoke("好", 40, 41), line("call.ended", at=50))
    assert disclosures(events) == ["company undetermined"]
    assert alerts(events) == []


def test_a_transcript_without_coverage_counts_as_heard() -> None:
    events = judged(line("call.started"), spoke("好", 40, 41), line("call.ended", at=50))
    assert disclosures(events) == ["company missed"]


def test_a_short_call() -> None:
    events = judged(line("call.started"), spoke("好", 1, 2), line("call.ended", at=9))
    assert disclosures(events) == ["company undetermined"]


def test_empty_lines_are_passed_over() -> None:
    assert kinds(judged("", "  ", line("call.started")))[0] == "call.started"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ("{", None),
        ("[]", None),
        ("null", None),
        ('"text"', None),
        (line("no.such.type"), "type"),
        ('{"type":"utterance"}', None),
        (spoke("好", 5, 1), "end"),
        (spoke("好", -1, 1), "start"),
        (spoke("好", 1, 1e9), "end"),
        (spoke("好", 1, 2, channel="boss"), "channel"),
        (spoke(7, 1, 2), "text"),
        (spoke("好", 1, 2, call=""), "call"),
        (line("call.started", at="now"), "at"),
        (line("call.started", aliases="江海"), "aliases"),
        (line("coverage", channel="agent", state="lost", start=0, end=1), "state"),
        ("[" * 100_000, None),
        ('{"type":"utterance","call":"c","start":NaN}', None),
    ],
)
def test_a_broken_line_is_named(bad: str, field: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        judged(line("call.started"), bad)
    fault = caught.value
    assert (fault.file, fault.line, fault.exit_status) == ("t.jsonl", 2, 2)
    assert fault.field == field
    assert "\n" not in str(fault)


@pytest.mark.parametrize("kind", ["call.started", "call.ended"])
def test_twice_is_once_too_often(kind: str) -> None:
    with pytest.raises(BadInput) as caught:
        judged(line(kind, at=1), line(kind, at=1))
    assert caught.value.line == 2


def test_a_line_that_is_too_long() -> None:
    with pytest.raises(BadInput, match="at most"):
        judged("x" * 1_000_001)


def test_bytes_that_are_not_utf8() -> None:
    with pytest.raises(BadInput):
        list(judge_lines([b'{"type":"utterance","call":"\xff"}'], (ONE,)))


@given(st.lists(st.one_of(st.text(max_size=30), st.binary(max_size=30)), max_size=5))
def test_any_lines_are_judged_or_refused(garbage: list[str | bytes]) -> None:
    with contextlib.suppress(BadInput):
        list(judge_lines(garbage, (rules("百分百保本"),)))
