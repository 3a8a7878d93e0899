from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.events import (
    Alert,
    AlertState,
    CallEnded,
    CallStarted,
    Disclosure,
    Event,
    Prompt,
    Signal,
)
from monitor.qa.compare import Outcome, Verdict, compare
from monitor.qa.expect import Expectation, Kind, Must, Wanted
from monitor.types import Role


def want(kind: Kind = "alert", name: str = "threat_abuse", **rest: Any) -> Wanted:
    return Wanted(**{"kind": kind, "name": name, "tolerance_s": 0.5, "line": 1, **rest})


def alert(start: float, *, category: str = "threat_abuse", **rest: Any) -> Alert:
    given: dict[str, Any] = {
        "call": "c",
        "id": f"{category}{start}",
        "category": category,
        "rule": "base/x",
        "pack": "base@1",
        "severity": "high",
        "start": start,
        "end": start + 1,
        "quote": "q",
        "raised_at": start + 2,
    }
    return Alert(**{**given, **rest})


def judge(wanted: list[Wanted], events: list[Event], **rest: Any) -> Verdict:
    expectation = Expectation(
        path=Path("x.events.jsonl"),
        call=CallStarted(call="c"),
        wanted=tuple(wanted),
        **{"only": True, "within_s": None, **rest},
    )
    return compare(expectation, events)


def outcomes(verdict: Verdict) -> list[Outcome]:
    return [finding.outcome for finding in verdict.findings]


def test_what_is_wanted_and_heard_is_ok() -> None:
    verdict = judge([want(start=10.2, end=11.3)], [alert(10.0), CallEnded(call="c", at=20.0)])
    (finding,) = verdict.findings
    assert verdict.ok
    assert verdict.seconds == 20.0
    assert finding.start_error_s == pytest.approx(-0.2)
    assert finding.end_error_s == pytest.approx(-0.3)
    assert finding.error_s == pytest.approx(0.3)
    assert finding.lag_s == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("wanted", "heard", "expected"),
    [
        ([want(start=10.0)], [], ["missed"]),
        ([], [alert(10.0)], ["false"]),
        ([want(start=10.0)], [alert(10.6)], ["off"]),
        ([want(start=10.0, end=11.6)], [alert(10.0)], ["off"]),
        ([want(start=10.0)], [alert(20.5)], ["missed", "false"]),
        ([want(start=10.0)], [alert(10.0, category="absolute_claim")], ["missed", "false"]),
        ([want(start=10.0, channel=Role.CUSTOMER)], [alert(10.0)], ["missed", "false"]),
        ([want(must="may")], [], ["absent_ok"]),
        ([want(must="may")], [alert(3.0)], ["ok"]),
        ([want(must="must_not")], [], ["absent_ok"]),
        ([want(must="must_not")], [alert(3.0)], ["false"]),
        ([want()], [alert(3.0)], ["ok"]),
        ([want(start=10.0, tolerance_s=2.0)], [alert(11.9)], ["ok"]),
    ],
)
def test_alerts(wanted: list[Wanted], heard: list[Event], expected: list[Outcome]) -> None:
    assert outcomes(judge(wanted, heard)) == expected


def test_only_false_lets_other_alerts_pass() -> None:
    assert judge([], [alert(1.0)], only=False).ok


def test_an_alert_told_twice_is_one_and_its_first_time_counts() -> None:
    states: tuple[AlertState, ...] = ("provisional", "confirmed")
    told = [
        alert(10.0, id="a", state=s, raised_at=r) for s, r in zip(states, (11.2, 13), strict=True)
    ]
    (finding,) = judge([want(start=10.0, end=11.0)], list(told)).findings
    assert finding.lag_s == pytest.approx(0.2)


def test_a_withdrawn_alert_was_not_raised() -> None:
    told: list[Event] = [
        alert(10.0, id="a", state="provisional"),
        alert(10.0, id="a", state="withdrawn"),
    ]
    assert judge([], told).ok
    assert outcomes(judge([want(start=10.0)], told)) == ["missed"]


def test_two_of_a_category_are_told_apart_by_time() -> None:
    verdict = judge([want(start=10.0), want(start=14.0)], [alert(14.1), alert(9.9)])
    assert verdict.ok
    assert [f.heard.start for f in verdict.findings if f.heard] == [9.9, 14.1]


def test_late_is_only_judged_when_asked() -> None:
    wanted, told = [want(start=10.0, end=11.0)], [alert(10.0, raised_at=17.0)]
    assert judge(wanted, list(told)).ok
    assert outcomes(judge(wanted, list(told), within_s=5.0)) == ["late"]


@pytest.mark.parametrize(
    ("heard", "must", "expected"),
    [
        ([("pending", 0.0), ("met", 3.0)], "must", "ok"),
        ([("met", 4.0)], "must", "off"),
        ([("missed", 3.0)], "must", "wrong_state"),
        ([("missed", 3.0)], "may", "ok"),
        ([], "must", "missed"),
    ],
)
def test_disclosures(heard: list[tuple[Any, float]], must: Must, expected: Outcome) -> None:
    told: list[Event] = [Disclosure(call="c", item="company", state=s, at=t) for s, t in heard]
    wanted = want("disclosure", "company", state="met", start=3.0, must=must)
    assert outcomes(judge([wanted], told)) == [expected]


def test_prompts_and_signals() -> None:
    told: list[Event] = [
        Prompt(call="c", text="请说明", reason="missing_purpose", state="shown", at=20.0),
        Prompt(call="c", text="请说明", reason="missing_purpose", state="cleared", at=25.0),
        Signal(call="c", signal="opt_out", strength="strong", start=5.0, end=6.0),
    ]
    wanted = [
        want("prompt", "missing_purpose", state="cleared", start=25.1),
        want("prompt", "missing_purpose", state="shown", start=20.0),
        want("signal", "opt_out", start=5.1, end=6.0),
        want("signal", "opt_out", state="strong", start=5.1, end=6.0),
    ]
    assert outcomes(judge(wanted[:3], told)) == ["ok", "ok", "ok"]
    assert outcomes(judge(wanted[3:], told)) == ["ok"]
    weak = [want("signal", "opt_out", state="weak")]
    assert outcomes(judge(weak, told)) == ["wrong_state"]


times = st.lists(st.floats(0, 500, allow_nan=False), max_size=8, unique=True)


@given(wanted=times, heard=times)
def test_every_alert_is_accounted_for_once(wanted: list[float], heard: list[float]) -> None:
    verdict = judge([want(start=t) for t in wanted], [alert(t) for t in heard])
    matched = [f for f in verdict.findings if f.wanted and f.heard]
    missed = [f for f in verdict.findings if f.outcome == "missed"]
    false = [f for f in verdict.findings if f.outcome == "false"]
    assert len(matched) + len(missed) == len(wanted)
    assert len(matched) + len(false) == len(heard)


@given(heard=times)
def test_a_call_meets_what_it_gave(heard: list[float]) -> None:
    assert judge([want(start=t) for t in heard], [alert(t) for t in heard]).ok
