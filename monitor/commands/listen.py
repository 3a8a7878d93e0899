"""`monitor listen`: a microphone into a running server."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.commands.source_options import DEFAULT_TO, Agent, Meta, Team, To, TokenFile
from monitor.types import Role


def listen(
    to: To = DEFAULT_TO,
    device: Annotated[
        str | None,
        typer.Option(help="Number or name of the sound input (麦克风); default: the system's."),
    ] = None,
    list_devices: Annotated[
        bool, typer.Option("--list-devices", help="Print the sound inputs and stop.")
    ] = False,
    role: Annotated[
        Role, typer.Option(help="Who speaks into it (说话人): agent, customer or unknown.")
    ] = Role.AGENT,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="Stop after so many seconds; default: until Ctrl-C."),
    ] = None,
    meta: Meta = None,
    agent: Agent = None,
    team: Team = None,
    token_file: TokenFile = None,
) -> None:
    """Listen to a microphone and send what it hears to a running server.

    Exit status 0: delivered; 1: not delivered, or no PortAudio or microphone; 2: an option is
    wrong.
    """
    from monitor.audio.mic import Microphone, input_devices
    from monitor.commands.sending import deliver, registration_fields
    from monitor.ingest.client import Pacing
    from monitor.ingest.outgoing import from_microphone
    from monitor.ingest.target import read_target

    if list_devices:
        devices = input_devices()
        if not devices:
            typer.echo("this machine has no sound input", err=True)
        for one in devices:
            mark = "*" if one.default else " "
            typer.echo(f"{mark} {one.number} {one.name} ({one.rate} Hz)")
        return
    target = read_target(to, token_file)
    fields = registration_fields(meta or [], agent=agent, team=team)
    with Microphone(device) as microphone:
        call = from_microphone(microphone, fields=fields, role=role, seconds=seconds)
        typer.echo(f"listening to {microphone.device.name} as {role}; Ctrl-C ends", err=True)
        deliver([call], target, pacing=Pacing())
