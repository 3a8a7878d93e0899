"""The options that `send` and `listen` have in common; light, because `--help` loads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

To = Annotated[
    str, typer.Option("--to", metavar="URL", help="Intake of the server, ws:// or wss://.")
]
Meta = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Registration of the call: industry=wealth, company=江海银行股份有限公司, "
        "aliases=江海银行,江海, or any key of your own. May be repeated.",
    ),
]
Agent = Annotated[str | None, typer.Option(help="Agent number (坐席工号).")]
Team = Annotated[str | None, typer.Option(help="Team (班组).")]
TokenFile = Annotated[
    Path | None,
    typer.Option(help="File with the access token; otherwise the variable MONITOR_TOKEN."),
]

DEFAULT_TO = "ws://127.0.0.1:8765/ingest/l16"
