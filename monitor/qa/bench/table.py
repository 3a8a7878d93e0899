"""Runs as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from monitor.qa.bench.capacity import Absent, Step
from monitor.qa.bench.latency import STAGES, Run
from monitor.qa.bench.overload import Overload
from monitor.qa.bench.policy import Policy
from monitor.qa.timing import percentile

SHARES = (0.5, 0.95, 0.99)
HOPELESS_S = 20.0
"""A median above this, or half of the alerts missed: higher loads say nothing more."""


def latency(run: Run, number: int) -> Table:
    """Every alert of a run and the percentiles of each stage, in milliseconds."""
    cost = run.cpu_s / run.audio_s if run.audio_s else 0.0
    made = Table(
        title=f"{run.calls} calls at once, run {number}: {run.missed} missed, "
        f"{run.withdrawn} of {run.supposed} provisional withdrawn, "
        f"{cost * 100:.1f} % of a core per call, {run.peak_mb:.0f} MB"
    )
    made.add_column("ms after the phrase")
    for heading in (*STAGES, "confirmed", "first"):
        made.add_column(heading, justify="right")
    for row in run.rows if len(run.rows) <= 12 else ():
        times = [*(row.stages[stage] for stage in STAGES), row.total, row.first]
        made.add_row(f"{row.call} {row.category}", *(f"{1000 * one:.0f}" for one in times))
    for share in (0.5, 0.95):
        cells = [percentile([row.stages[stage] for row in run.rows], share) for stage in STAGES]
        cells.append(percentile([row.total for row in run.rows], share))
        cells.append(percentile([row.first for row in run.rows], share))
        made.add_row(
            f"p{share * 100:.0f}",
            *("-" if cell is None else f"{1000 * cell:.0f}" for cell in cells),
            style="bold",
        )
    return made


def policy(done: Policy) -> Table:
    """Seconds of media time after each phrase."""
    made = Table(
        title=f"{done.withdrawn} of {done.supposed} provisional withdrawn, {done.false} false, "
        f"{done.partials / done.audio_s:.1f} partials per second of call"
    )
    for heading in ("call", "category", "provisional", "confirmed"):
        made.add_column(heading)
    for row in done.rows:
        made.add_row(row.call, row.category, _s(row.provisional), _s(row.confirmed))
    for share in (0.5, 0.95):
        early = [row.provisional for row in done.rows if row.provisional is not None]
        late = [row.confirmed for row in done.rows if row.confirmed is not None]
        made.add_row(
            f"p{share * 100:.0f}",
            "",
            _s(percentile(early, share)),
            _s(percentile(late, share)),
            style="bold",
        )
    return made


def step(done: Step) -> str:
    """One step of a ladder, in one line."""
    score = done.score
    early = "/".join(_s(score.at(share, confirmed=False)) for share in SHARES)
    late = "/".join(_s(score.at(share, confirmed=True)) for share in SHARES)
    return (
        f"{done.system:20} {done.calls:4} calls: provisional {early} s, confirmed {late} s, "
        f"missed {score.missed}/{score.wanted}, false {score.false}, "
        f"{done.cores:.2f} cores, {done.peak_mb:.0f} MB ({done.call_mb:.1f} a call)"
        + (f", {len(done.failed)} sessions failed" if done.failed else "")
    )


def hopeless(done: Step) -> bool:
    """Whether more calls would tell nothing new of this system."""
    median = done.score.at(0.5, confirmed=True)
    return median is None or median > HOPELESS_S or 2 * done.score.missed > done.score.wanted


def ladder(steps: Sequence[Step]) -> Table:
    """p95 of the confirmed alert by system and load, and the capacity at 1 s and 2 s.

    A load counts when its p95 holds and no more than one alert in a hundred is missed beyond what
    the system misses with one call.
    """
    loads = sorted({one.calls for one in steps})
    made = Table(title="first alert p95 / confirmed p95 in s (missed); capacity at first p95")
    made.add_column("system")
    for load in loads:
        made.add_column(f"{load}", justify="right")
    for limit in (1, 2):
        made.add_column(f"<= {limit} s", justify="right")
    for name in dict.fromkeys(one.system for one in steps):
        mine = [one for one in steps if one.system == name]
        cells = []
        for load in loads:
            found = [one for one in mine if one.calls == load]
            cells.append("; ".join(_cell(one) for one in found) or "-")
        made.add_row(name, *cells, *(str(capacity(mine, limit)) for limit in (1.0, 2.0)))
    return made


def markdown(steps: Sequence[Step], absent: Sequence[Absent] = ()) -> str:
    """The same as `ladder`, to be put into a document."""
    loads = sorted({one.calls for one in steps})
    heads = ["first / confirmed p95, s (missed)", *map(str, loads), "p95 ≤ 1 s", "p95 ≤ 2 s"]
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name in dict.fromkeys(one.system for one in steps):
        mine = [one for one in steps if one.system == name]
        cells = [
            "; ".join(_cell(one) for one in mine if one.calls == load) or "-" for load in loads
        ]
        held = [str(capacity(mine, limit)) for limit in (1.0, 2.0)]
        rows.append("| " + " | ".join([name, *cells, *held]) + " |")
    empty = "| " * (len(heads) - 1)
    rows += [f"| {one.system} | not measured: {one.why} {empty}" for one in absent]
    return "\n".join(rows)


def overload(done: Overload) -> Table:
    """What became of the load and of the queue."""
    made = Table(title=f"{done.calls} calls at once for {done.hold_s:.0f} s")
    made.add_column("what")
    made.add_column("value", justify="right")
    rows = (
        ("oldest speech, at worst", f"{done.worst_s:.1f} s"),
        ("under 2 s again after the load ended", _s(done.recovered_s) + " s"),
        ("highest level of the ladder", str(done.highest)),
        ("roles of calls checked", str(done.roles)),
        ("roles whose coverage is not their length", str(done.inexact)),
        *((f"seconds {state}", f"{seconds:.0f}") for state, seconds in done.states.items()),
        ("alerts that say that they are late", str(done.late)),
        ("alerts missed", f"{done.score.missed}/{done.score.wanted}"),
        ("longest stall of the event loop", f"{1000 * done.stall_s:.0f} ms"),
    )
    for row in rows:
        made.add_row(*row)
    return made


def capacity(steps: Sequence[Step], limit_s: float) -> int:
    """Calls up to which every load of one system held its p95 and missed no more than one call."""
    alone = [one.score.missed / max(1, one.score.wanted) for one in steps if one.calls == 1]
    allowed = (min(alone) if alone else 0.0) + 0.01
    held = 0
    for load in sorted({one.calls for one in steps}):
        for one in (one for one in steps if one.calls == load):
            p95 = one.score.at(0.95, confirmed=False)
            if p95 is None or p95 > limit_s or one.score.missed > allowed * one.score.wanted:
                return held
        held = load
    return held


def _cell(one: Step) -> str:
    first, last = (one.score.at(0.95, confirmed=settled) for settled in (False, True))
    return f"{_s(first)}/{_s(last)} ({one.score.missed})"


def _s(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
