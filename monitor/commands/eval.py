"""`monitor eval`: precision and recall of the packs on labelled sentences and calls (规则评测)."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.qa.evaluate import Report, Tally, Verdict
    from monitor.rules.pack import Pack

FOLDER = Path("tests/evaluation")
SETS = ("fresh", "blind", "ninth", "eleventh")
BLIND = ("blind", "ninth")
"""Sets of which the totals are read, and not the faults."""


def eval(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Labelled utterances, JSON lines; all of tests/evaluation if none."),
    ] = None,
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    misses: Annotated[bool, typer.Option(help="Print every miss of the dev split.")] = False,
    history: Annotated[
        Path | None, typer.Option(help="Append a dated row to this CSV file.")
    ] = None,
) -> None:
    """Judge labelled sentences and calls, and say how often that was right."""
    from monitor.qa.evaluate import evaluate, read_items
    from monitor.rules.lexicon import Lexicon

    packs = Lexicon().packs
    for path in files or _all_files():
        items = [one for one in read_items(path) if split in ("all", one.split)]
        for name in sorted({one.split for one in items}):
            chosen = [one for one in items if one.split == name]
            report, verdicts = evaluate(chosen, packs)
            typer.echo(f"\n{path} ({name})")
            _show(report)
            if misses and name == "dev":
                _show_misses(verdicts)
            if history is not None:
                _append(history, f"{path} {name}", report)
    if not files:
        _calls(packs, history)


def _calls(packs: Sequence[Pack], history: Path | None) -> None:
    """All whole calls; the faults of those that the author of the packs may tune on."""
    from monitor.qa.evaluate_calls import judge_calls

    for folder in (FOLDER / name / "calls" for name in ("", *SETS)):
        if not folder.is_dir():
            continue
        calls, faults = judge_calls(folder, packs)
        right = calls - len({fault.call for fault in faults})
        typer.echo(f"\n{folder}: {right} of {calls} calls right")
        for fault in faults if folder.parent.name not in BLIND else ():
            typer.echo(f"  {fault.call}: {fault.what}")
        if history is not None:
            _row_of(history, [_today(), str(folder), calls, f"{right / max(1, calls):.4f}"])


def _all_files() -> list[Path]:
    found = sorted(FOLDER.glob("*.jsonl"))
    return [*found, *(one for name in SETS for one in sorted(FOLDER.glob(f"{name}/*.jsonl")))]


def _show(report: Report) -> None:
    for title, table in (
        ("category", report.categories),
        ("signal", report.signals),
        ("kind", report.kinds),
    ):
        if table:
            typer.echo(f"{title:<24} wanted  recall  precision  false  clean  disturbed")
        for name, tally in sorted(table.items()):
            typer.echo(_row(name, tally))
    typer.echo(_row("total", report.total))
    for match, tally in sorted(report.matches.items()):
        typer.echo(
            f"met by {match:<11} {tally.found:5d} right, {tally.false} wrong:"
            f" precision {tally.precision:.3f}"
        )
    typer.echo(
        f"false alarms per hour of clean speech: {report.false_per_hour:.1f}"
        f" ({report.total.disturbed} of {report.total.clean} sentences,"
        f" {report.clean_hours * 60:.0f} min); role-flip alarms: {report.flipped}"
    )


def _row(name: str, tally: Tally) -> str:
    return (
        f"{name:<24} {tally.wanted:6d} {tally.recall:7.3f} {tally.precision:10.3f}"
        f" {tally.false:6d} {tally.clean:6d} {tally.disturbed:10d}"
    )


def _show_misses(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        if verdict.missed:
            typer.echo(f"miss  {','.join(sorted(verdict.missed))}: {verdict.item.text}")
        if verdict.false:
            typer.echo(f"false {','.join(sorted(verdict.false))}: {verdict.item.text}")


def _append(path: Path, name: str, report: Report) -> None:
    """One row: when, which items, and the totals."""
    total = report.total
    scores = [f"{total.recall:.4f}", f"{total.precision:.4f}"]
    counts = [total.clean, total.disturbed, report.flipped]
    _row_of(path, [_today(), name, report.items, *scores, *counts])


def _today() -> str:
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def _row_of(path: Path, row: Sequence[object]) -> None:
    """Appends a row, under the names of the columns where the file is new."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(
                ["date", "items", "count", "recall", "precision", "clean", "disturbed", "flipped"]
            )
        writer.writerow(row)
