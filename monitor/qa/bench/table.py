"""Runs as tables for people."""

from __future__ import annotations

from rich.table import Table

from monitor.qa.bench.latency import STAGES, Run
from monitor.qa.timing import percentile


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
