"""The client of docs/sockets.md against the real server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from monitor.demo import scenario

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sockets.md").read_text("utf8")

pytestmark = [pytest.mark.audio, pytest.mark.process]


def test_the_client_in_the_documentation_works(tmp_path: Path) -> None:
    sound, rate = soundfile.read(ROOT / "audio_fixtures/guaranteed-return.flac", dtype="int16")
    soundfile.write(tmp_path / "call.wav", sound[: 32 * rate], rate, subtype="PCM_16")
    program = PAGE.split("```python\n")[1].split("```")[0]
    (tmp_path / "client.py").write_text(program.replace("sleep(0.1)", "sleep(0.01)"), "utf8")
    with scenario.server(tmp_path) as running:
        done = subprocess.run(
            [sys.executable, "client.py", "call.wav", "from-the-page"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            env={
                **os.environ,
                "MONITOR_SERVER": running.url.replace("http", "ws", 1),
                "INGEST_TOKEN": scenario.token(tmp_path, "ingest", "south"),
                "SUPERVISOR_TOKEN": scenario.token(tmp_path, "supervisor", "south"),
                "NO_PROXY": "127.0.0.1",
            },
        )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == '{"type":"accepted","call":"from-the-page"}'
    assert any(line.startswith("critical guaranteed_return ") for line in lines), lines
    assert '{"type":"ended","call":"from-the-page","received_s":32.0,"unrecorded_s":0.0}' in lines
