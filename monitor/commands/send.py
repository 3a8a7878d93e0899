"""`monitor send`: recordings into a running server, as a switchboard would send them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.source_options import DEFAULT_TO, Agent, Meta, Team, To, TokenFile
from monitor.errors import BadSetting


def send(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Recordings (录音): WAV, FLAC, OGG, MP3, M4A, AAC or AMR, mono or stereo.",
            show_default=False,
        ),
    ],
    to: To = DEFAULT_TO,
    meta: Meta = None,
    agent: Agent = None,
    team: Team = None,
    call: Annotated[
        str | None, typer.Option(help="Id of the call; one file only. Default: made from the name.")
    ] = None,
    roles: Annotated[
        str | None,
        typer.Option(
            help="Who is on the channels, left to right: agent,customer (the default for stereo, "
            "左声道坐席、右声道客户), customer,agent, or one word for mono."
        ),
    ] = None,
    swap: Annotated[
        bool, typer.Option("--swap", help="The same as --roles customer,agent (左右声道对调).")
    ] = False,
    speed: Annotated[
        float, typer.Option(min=0.01, max=1000.0, help="Times real time (倍速).")
    ] = 1.0,
    no_pace: Annotated[
        bool, typer.Option("--no-pace", help="As fast as the server reads.")
    ] = False,
    together: Annotated[
        int, typer.Option(min=1, max=500, help="Calls at the same time (同时路数).")
    ] = 8,
    token_file: TokenFile = None,
) -> None:
    """Send recordings to a running server in real time.

    Exit status 0: all calls were delivered; 1: some were not; 2: a file or an option is wrong
    (nothing was sent).
    """
    from monitor.audio.channels import parse_roles
    from monitor.commands.sending import deliver, registration_fields
    from monitor.ingest.client import Pacing
    from monitor.ingest.outgoing import from_file
    from monitor.ingest.target import read_target

    if swap and roles:
        raise BadSetting("bad_roles", "give --swap or --roles, not both", field="--swap")
    if call and len(files) > 1:
        raise BadSetting("bad_call", "one id cannot serve several files", field="--call")
    target = read_target(to, token_file)
    fields = registration_fields(meta or [], agent=agent, team=team)
    wanted = "customer,agent" if swap else roles
    known = parse_roles(wanted, wanted.count(",") + 1) if wanted else None
    calls = [from_file(file, fields=fields, roles=known, call=call) for file in files]
    deliver(calls, target, pacing=Pacing(speed=None if no_pace else speed), together=together)
