from __future__ import annotations

import io
import json

from rich.console import Console

from monitor.qa.compare import Finding, Heard, Verdict
from monitor.qa.expect import Wanted
from monitor.qa.report import describe, print_report, summary


def heard(start: float) -> Heard:
    return Heard(
        kind="alert",
        name="threat_abuse",
        state="confirmed",
        channel="agent",
        start=start,
        end=start + 1,
        raised_at=start + 1.5,
        quote="等着瞧",
    )


def wanted(start: float) -> Wanted:
    return Wanted(
        kind="alert", name="threat_abuse", start=start, end=start + 1, tolerance_s=0.5, line=3
    )


OK = Finding(outcome="ok", kind="alert", name="threat_abuse", wanted=wanted(5), heard=heard(5.2))
MISSED = Finding(outcome="missed", kind="alert", name="threat_abuse", wanted=wanted(9), heard=None)
FALSE = Finding(outcome="false", kind="alert", name="threat_abuse", wanted=None, heard=heard(30))
GOOD = Verdict(name="good", findings=(OK,), seconds=40.0)
BAD = Verdict(name="bad", findings=(OK, MISSED, FALSE), seconds=60.0)


def text(*verdicts: Verdict) -> tuple[int, str]:
    out = io.StringIO()
    status = print_report(verdicts, Console(file=out, width=120))
    return status, out.getvalue()


def test_totals() -> None:
    totals = summary([GOOD, BAD])
    assert (totals["files"], totals["files_ok"], totals["seconds"]) == (2, 1, 100.0)
    assert (totals["alerts_expected"], totals["alerts_met"], totals["alerts_false"]) == (3, 2, 1)
    assert totals["recall"] == totals["precision"] == 2 / 3
    assert totals["time_error_s"] == {"median": 0.2, "max": 0.2}
    assert totals["lag_s"] == {"median": 0.7, "max": 0.7}
    assert json.loads(json.dumps(totals)) == totals


def test_nothing_expected_and_nothing_raised_has_no_ratio() -> None:
    totals = summary([Verdict(name="silent", findings=())])
    assert totals["ok"]
    assert totals["recall"] is None
    assert totals["precision"] is None


def test_the_report_says_what_was_missed_and_what_was_false() -> None:
    status, shown = text(GOOD, BAD)
    assert status == 1
    assert "bad: missed, alert threat_abuse, expected at 9.00 s (expectation line 3)" in shown
    assert "bad: false, alert threat_abuse, heard at 30.00 s, “等着瞧”" in shown
    assert "1 of 2 recordings as expected; alerts 2 of 3; false 1; recall 66.7 %" in shown


def test_a_good_report_ends_with_status_0() -> None:
    status, shown = text(GOOD)
    assert status == 0
    assert "good" in shown
    assert "recall 100.0 %" in shown


def test_seconds_are_told_with_their_sign() -> None:
    assert "start +0.20 s, end +0.20 s, raised 0.70 s after the phrase" in describe(OK)
