"""`monitor eval`: precision and recall of the packs on labelled sentences and calls (规则评测)."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.qa.evaluate import Report, Tally, Verdict

FOLDER = Path("tests/evaluation")


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
    from monitor.qa.evaluate_calls import judge_calls
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
        for folder in _call_folders():
            calls, faults = judge_calls(folder, packs)
            typer.echo(
                f"\n{folder}: {calls - len({f.call for f in faults})} of {calls} calls right"
            )
            if folder.parent == FOLDER:
                for fault in faults:
                    typer.echo(f"  {fault.call}: {fault.what}")


def _all_files() -> list[Path]:
    return [*sorted(FOLDER.glob("*.jsonl")), *sorted(FOLDER.glob("blind/*.jsonl"))]


def _call_folders() -> list[Path]:
    return [path for path in (FOLDER / "calls", FOLDER / "blind" / "calls") if path.is_dir()]


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
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(
                ["date", "items", "count", "recall", "precision", "clean", "disturbed", "flipped"]
            )
        total = report.total
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        scores = [f"{total.recall:.4f}", f"{total.precision:.4f}"]
        row = [today, name, report.items, *scores, total.clean, total.disturbed, report.flipped]
        writer.writerow(row)
