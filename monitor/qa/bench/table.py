"""Runs as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from monitor.asr.sizes import Cost
from monitor.qa.bench.capacity import Absent, Step
from monitor.qa.bench.ladder import LIMITS_S, QUEUE_S, by_system, capacity, unhurried
from monitor.qa.bench.latency import STAGES, Run
from monitor.qa.bench.overload import Overload
from monitor.qa.bench.policy import Policy
from monitor.qa.timing import percentile

SHARES = (0.5, 0.95, 0.99)


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


def ladder(steps: Sequence[Step]) -> Table:
    """p95 by system and load, and the capacities."""
    loads = sorted({one.calls for one in steps})
    made = Table(title="first alert p95 / confirmed p95 in s (missed); capacity at both")
    made.add_column("system")
    for load in loads:
        made.add_column(f"{load}", justify="right")
    for limit_s in LIMITS_S:
        made.add_column(f"<= {limit_s:g} s", justify="right")
    made.add_column(f"+{QUEUE_S:g} s", justify="right")
    for name, mine in by_system(steps).items():
        made.add_row(name, *_by_load(mine, loads), *_held(mine))
    return made


def markdown(steps: Sequence[Step], absent: Sequence[Absent] = ()) -> str:
    """The same as `ladder`, to be put into a document."""
    loads = sorted({one.calls for one in steps})
    limits = [f"p95 ≤ {limit_s:g} s" for limit_s in LIMITS_S]
    more = f"p95 ≤ alone + {QUEUE_S:g} s"
    heads = ["first / confirmed p95, s (missed)", *map(str, loads), *limits, more]
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name, mine in by_system(steps).items():
        rows.append("| " + " | ".join([name, *_by_load(mine, loads), *_held(mine)]) + " |")
    empty = "| " * (len(heads) - 1)
    rows += [f"| {one.system} | not measured: {one.why} {empty}" for one in absent]
    return "\n".join(rows)


def everything(steps: Sequence[Step]) -> str:
    """A row for each run, with all that was measured."""
    heads = ["system", "calls", "first p50/p95/p99, s", "confirmed p50/p95/p99, s", "missed"]
    heads += ["false", "cores (of them stolen)", "MB (a call)"]
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for one in (each for found in by_system(steps).values() for each in found):
        failed = f", {len(one.failed)} sessions failed" if one.failed else ""
        cells = [one.system, str(one.calls), _shares(one, False), _shares(one, True)]
        cells += [f"{one.score.missed} of {one.score.wanted}{failed}", str(one.score.false)]
        cells += [f"{one.cores:.2f} ({one.stolen:.2f})", f"{one.peak_mb:.0f} ({one.call_mb:.1f})"]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def sizes(costs: Sequence[Cost]) -> str:
    """What the real architectures cost, a row for each model and window."""
    heads = ["model, window", "batch", "beam", "one window", "calls"]
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for one in costs:
        what = f"{one.model}, {one.window_s:g} s with {one.speech_s:g} s of speech"
        cells = [what, str(one.batch), str(one.beam), f"{one.seconds / one.batch:.2f} s"]
        cells.append(f"{one.calls:.1f} per {'core' if one.device == 'cpu' else one.device}")
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _shares(one: Step, confirmed: bool) -> str:
    return " / ".join(_s(one.score.at(share, confirmed=confirmed)) for share in SHARES)


def _by_load(mine: Sequence[Step], loads: Sequence[int]) -> list[str]:
    return ["; ".join(_cell(one) for one in mine if one.calls == load) or "-" for load in loads]


def _held(mine: Sequence[Step]) -> list[str]:
    """Calls within each limit, by the first alert and by the confirmed one."""
    both = (False, True)
    pairs = [
        *([capacity(mine, limit_s, confirmed=one) for one in both] for limit_s in LIMITS_S),
        [unhurried(mine, confirmed=one) for one in both],
    ]
    return [
        " / ".join(f"{held.calls}{'+' if held.whole else ''}" for held in pair) for pair in pairs
    ]


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
        ("alerts that are late and do not say so", str(done.unmarked)),
        ("sessions that failed", str(len(done.failed))),
        ("alerts missed", f"{done.score.missed}/{done.score.wanted}"),
        ("longest stall of the event loop", f"{1000 * done.stall_s:.0f} ms"),
    )
    for row in rows:
        made.add_row(*row)
    return made


def _cell(one: Step) -> str:
    first, last = (one.score.at(0.95, confirmed=settled) for settled in (False, True))
    return f"{_s(first)}/{_s(last)} ({one.score.missed})"


def _s(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
