"""`monitor demo`: hear the bundled calls live and watch their alerts arrive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    fixtures: Annotated[
        Path | None, typer.Option(help="Folder of recorded calls [audio_fixtures].")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Also draw what was printed, as an SVG file.")
    ] = None,
) -> None:
    """Start the real server, play recorded calls into it in real time, show the alert feed.

    Ends by itself in under 90 seconds; exit status 0 only when every expected alert arrived and
    no other.
    """
    import asyncio
    import tempfile

    from rich.console import Console

    from monitor.demo import scenario
    from monitor.ops.terminal import Told
    from monitor.qa.report import print_report

    folder = fixtures or Path(__file__).parents[2] / "audio_fixtures"
    scenes = scenario.scenes(folder)
    told = Told()
    console = Console(record=picture is not None, width=100 if picture else None, highlight=False)
    with tempfile.TemporaryDirectory(prefix="monitor-demo-") as data:
        console.print(
            f"Starting the server. {len(scenes)} recorded calls will be heard in real time by the\n"
            "bundled recogniser (trained on synthetic speech only), for about a minute.\n"
        )
        with scenario.server(Path(data)) as running:
            verdicts = asyncio.run(
                scenario.play(
                    running.url,
                    scenes,
                    data=Path(data),
                    show=lambda alert: console.print(told.lines(alert), end="\n\n"),
                )
            )
    status = print_report(verdicts, console)
    console.print(
        "Every expected alert arrived, and no other." if status == 0 else "NOT as expected."
    )
    if picture:
        console.save_svg(str(picture), title="monitor watch")
    raise typer.Exit(status)
