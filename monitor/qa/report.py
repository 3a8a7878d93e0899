"""Verdicts of a replay for people (a table) and for programs (a summary to write as JSON)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.qa.compare import Finding, Verdict

_WORDS = {
    "missed": "missed",
    "false": "false",
    "off": "wrong time",
    "late": "late",
    "wrong_state": "wrong state",
}


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Totals and every finding as plain data.

    `recall`, `precision` and the time errors are of alerts; `recall` is None without any
    expected alert, `precision` without any raised one. Errors and lags are seconds.
    """
    alerts = [one for verdict in verdicts for one in verdict.findings if one.kind == "alert"]
    wanted = [one for one in alerts if one.wanted and one.wanted.must == "must"]
    raised = [one for one in alerts if one.heard and not _optional(one)]
    met = [one for one in wanted if one.heard]
    errors = sorted(one.error_s for one in met if one.error_s is not None)
    lags = sorted(one.lag_s for one in met if one.lag_s is not None)
    others = [one for verdict in verdicts for one in verdict.findings if one.kind != "alert"]
    return {
        "ok": all(verdict.ok for verdict in verdicts),
        "files": len(verdicts),
        "files_ok": sum(verdict.ok for verdict in verdicts),
        "seconds": round(sum(verdict.seconds or 0.0 for verdict in verdicts), 2),
        "alerts_expected": len(wanted),
        "alerts_raised": len(raised),
        "alerts_met": len(met),
        "alerts_missed": len(wanted) - len(met),
        "alerts_false": sum(one.outcome == "false" for one in alerts),
        "recall": _ratio(len(met), len(wanted)),
        "precision": _ratio(len(met), len(raised)),
        "others_expected": len(others),
        "others_failed": sum(one.failed for one in others),
        "time_error_s": _spread(errors),
        "lag_s": _spread(lags),
        "verdicts": [_plain(verdict) for verdict in verdicts],
    }


def print_report(verdicts: Sequence[Verdict], console: Console | None = None) -> int:
    """Print a table of files and what failed in them; returns the exit status, 0 or 1."""
    console = console or Console()
    console.print(_table(verdicts))
    for verdict in verdicts:
        for finding in verdict.findings:
            if finding.failed:
                console.print(_sentence(verdict, finding), soft_wrap=True)
    totals = summary(verdicts)
    console.print(_totals(totals), soft_wrap=True)
    return 0 if totals["ok"] else 1


def describe(finding: Finding) -> str:
    """One finding in one line."""
    name = f"{finding.kind} {finding.name}"
    wanted, heard = finding.wanted, finding.heard
    parts = [_WORDS.get(finding.outcome, finding.outcome), name]
    if wanted and wanted.start is not None:
        parts.append(f"expected at {wanted.start:.2f} s")
    if heard:
        parts.append(f"heard at {heard.start:.2f} s")
    if finding.start_error_s is not None:
        parts.append(f"start {finding.start_error_s:+.2f} s")
    if finding.end_error_s is not None:
        parts.append(f"end {finding.end_error_s:+.2f} s")
    if finding.lag_s is not None:
        parts.append(f"raised {finding.lag_s:.2f} s after the phrase")
    if quote := (heard and heard.quote) or (wanted and wanted.quote):
        parts.append(f"“{quote}”")
    if finding.note:
        parts.append(finding.note)
    return ", ".join(parts)


def _sentence(verdict: Verdict, finding: Finding) -> Text:
    line = f" (expectation line {finding.wanted.line})" if finding.wanted else ""
    return Text.assemble((f"{verdict.name}: ", "bold"), (describe(finding), "red"), line)


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(title="Recordings against their expectations", title_justify="left")
    for name in ("recording", "result"):
        table.add_column(name, no_wrap=True)
    for name in ("met", "missed", "false", "other", "error s", "lag s"):
        table.add_column(name, justify="right")
    for verdict in verdicts:
        found = verdict.findings
        errors = [one.error_s for one in found if one.kind == "alert" and one.error_s is not None]
        lags = [one.lag_s for one in found if one.kind == "alert" and one.lag_s is not None]
        table.add_row(
            Text(verdict.name),
            Text("ok", "green") if verdict.ok else Text("FAILED", "red"),
            str(sum(one.outcome == "ok" for one in found)),
            str(sum(one.outcome == "missed" for one in found)),
            str(sum(one.outcome == "false" for one in found)),
            str(sum(one.outcome in ("off", "late", "wrong_state") for one in found)),
            f"{max(errors):.2f}" if errors else "",
            f"{max(lags):.2f}" if lags else "",
        )
    return table


def _totals(totals: dict[str, Any]) -> str:
    """The last line."""
    error, lag = totals["time_error_s"], totals["lag_s"]
    parts = [
        f"{totals['files_ok']} of {totals['files']} recordings as expected",
        f"alerts {totals['alerts_met']} of {totals['alerts_expected']}",
        f"false {totals['alerts_false']}",
        f"recall {_percent(totals['recall'])}",
        f"precision {_percent(totals['precision'])}",
    ]
    if error["max"] is not None:
        parts.append(f"time error median {error['median']:.2f} s, worst {error['max']:.2f} s")
    if lag["max"] is not None:
        parts.append(f"raised after {lag['median']:.2f} s (median), {lag['max']:.2f} s (worst)")
    return "; ".join(parts)


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {
        "recording": verdict.name,
        "ok": verdict.ok,
        "seconds": verdict.seconds,
        "findings": [
            {
                "outcome": one.outcome,
                "kind": one.kind,
                "name": one.name,
                "expected_s": one.wanted.start if one.wanted else None,
                "heard_s": one.heard.start if one.heard else None,
                "start_error_s": _rounded(one.start_error_s),
                "end_error_s": _rounded(one.end_error_s),
                "lag_s": _rounded(one.lag_s),
                "quote": one.heard.quote if one.heard else "",
                "note": one.note,
            }
            for one in verdict.findings
        ],
    }


def _optional(finding: Finding) -> bool:
    """True for what may but need not come: neither for nor against precision."""
    return finding.wanted is not None and finding.wanted.must == "may"


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(ratio: float | None) -> str:
    return "-" if ratio is None else f"{100 * ratio:.1f} %"


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    if not values:
        return {"median": None, "max": None}
    return {"median": round(median(values), 3), "max": round(max(values), 3)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
