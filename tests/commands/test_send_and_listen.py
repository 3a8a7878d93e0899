"""The two commands, as a user runs them, against a real server in this process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from monitor.commands.send import send
from monitor.errors import BadInput
from monitor.ingest.facts import CallBegan, CallFinished, Gap
from monitor.types import Role
from tests.audio.sounds import fmt, stereo, tone, wav
from tests.audio.test_mic import ALSA_PLUGIN
from tests.ingest.server import Intake, running
from tests.ingest.wire import by_role

PROGRAM = """
import sys, typer
from monitor.commands.{name} import {name}
from monitor.errors import MonitorError
app = typer.Typer(pretty_exceptions_enable=False)
app.command()({name})
try:
    app()
except MonitorError as fault:
    print(f"monitor: {{fault}}", file=sys.stderr)
    sys.exit(fault.exit_status)
"""


@pytest.fixture
def intake() -> Iterator[Intake]:
    """A server on its own thread, because the commands block."""
    found, ready, loop = Intake(), threading.Event(), asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        async with running(found):
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    yield found
    loop.call_soon_threadsafe(done.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    both = stereo(tone(0.5), tone(0.5, hertz=600))
    path.write_bytes(wav(both.tobytes(), header=fmt(channels=2)))
    return path


def start(name: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    clean = {key: value for key, value in os.environ.items() if key != "MONITOR_TOKEN"}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(name=name), *map(str, arguments)],
        env={**clean, **environment},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(name: str, *arguments: object, **environment: str) -> tuple[int, str, str]:
    process = start(name, *arguments, **environment)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, out, err


def test_send_registers_and_delivers(intake: Intake, recording: Path, tmp_path: Path) -> None:
    intake.token = "secret"
    token = tmp_path / "token"
    token.write_text("secret\n")
    status, out, err = run(
        "send", recording, "--to", intake.url, "--speed", 50, "--swap", "--agent", "8012",
        "--meta", "industry=wealth", "--meta", "aliases=江海银行,江海", "--meta", "campaign=春",
        "--token-file", token, "--call", "c1",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert out == "call.wav: c1 delivered, 0.5 s sent, server received 0.5 s\n"
    began = intake.events["c1"][0]
    assert isinstance(began, CallBegan)
    assert began.call.aliases == ("江海银行", "江海")
    assert (began.call.industry, began.call.agent) == ("wealth", "8012")
    assert began.call.meta == {"campaign": "春"}
    assert by_role(intake.events["c1"])[Role.CUSTOMER] == tone(0.5).tobytes()


def test_send_says_what_was_not_delivered(intake: Intake, recording: Path) -> None:
    intake.refuse = "call_exists"
    status, out, err = run("send", recording, "--to", intake.url, "--call", "c1", "--no-pace")
    assert (status, out) == (1, "")
    assert err == "call.wav: c1 refused: not now (call_exists)\n"


def test_send_passes_notices_on(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(wav(tone(0.5).tobytes(), declared=160_000))
    status, out, err = run("send", path, "--to", intake.url, "--no-pace")
    assert status == 0
    assert out.startswith("cut.wav: cut-")
    assert err == "monitor: cut.wav: declares 10.0 s, holds 0.5 s\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["FILE", "none.wav"], "none.wav: no such file"),
        (["FILE", "--roles", "agent"], "FILE: roles: 1 roles for 2 channels"),
        (
            ["FILE", "--roles", "boss,agent"],
            "roles: unknown role 'boss'; say agent, customer, unknown",
        ),
        (["FILE", "--swap", "--roles", "agent"], "--swap: give --swap or --roles, not both"),
        (["FILE", "FILE", "--call", "c"], "--call: one id cannot serve several files"),
        (["FILE", "--meta", "team"], "--meta: expected key=value, got 'team'"),
        (["FILE", "--meta", "rate=8000"], "--meta: rate has an option of its own"),
        (
            ["FILE", "--meta", "business=sales"],
            "business: 'sales' is not one of marketing, service, collection",
        ),
        (["FILE", "--to", "http://a"], "--to: expected ws://HOST or wss://HOST, got 'http://a'"),
    ],
)
def test_send_refuses_bad_input_before_it_connects(
    recording: Path, arguments: list[str], line: str
) -> None:
    app = typer.Typer()
    app.command()(send)
    wanted = [str(recording) if word == "FILE" else word for word in arguments]
    result = CliRunner().invoke(app, wanted)
    assert isinstance(result.exception, BadInput)
    assert result.exception.exit_status == 2
    assert str(result.exception) == line.replace("FILE", str(recording))
    assert result.output == ""


def test_ctrl_c_ends_the_call_properly(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(wav(tone(60).tobytes()))
    process = start("send", path, "--to", intake.url, "--call", "c1")
    deadline_s = time.monotonic() + 30
    while not intake.largest and time.monotonic() < deadline_s:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert out.startswith("long.wav: c1 delivered, ")
    end = intake.events["c1"][-1]
    assert isinstance(end, CallFinished)
    assert end.reason == "stopped_by_sender"


@pytest.mark.skipif(find_library("portaudio") is None, reason="libportaudio2 is not installed")
def test_listen_sends_what_the_microphone_hears(intake: Intake, tmp_path: Path) -> None:
    sound = tmp_path / "sound.raw"
    np.arange(1, 32_001, dtype="<i2").tofile(sound)
    (tmp_path / ".asoundrc").write_text(ALSA_PLUGIN.format(sound=sound))
    home = str(tmp_path)
    assert run("listen", "--list-devices", HOME=home)[:2] == (0, "* 0 call (44100 Hz)\n")
    status, out, err = run(
        "listen", "--to", intake.url, "--seconds", 2, "--agent", "8012", HOME=home
    )
    assert status == 0, err
    assert "listening to call as agent; Ctrl-C ends\n" in err
    assert "delivered" in out
    (events,) = intake.events.values()
    if not any(isinstance(event, Gap) for event in events):
        heard = by_role(events)[Role.AGENT]
        assert heard == np.arange(1, 32_001, dtype="<i2").tobytes()
    assert isinstance(events[-1], CallFinished)
    status, _, err = run("listen", "--device", "headset", "--to", intake.url, HOME=home)
    assert (status, err) == (
        2,
        "monitor: device: no input device 'headset'; there are: 0 call\n",
    )
