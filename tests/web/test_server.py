from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from monitor.clock import SystemClock
from monitor.errors import Unavailable
from monitor.events import CallStarted
from monitor.settings import Server, Settings, Store
from monitor.store import calls
from monitor.web.ready import removed
from monitor.web.server import listen, run
from tests.web.conftest import House, Opener
from tests.web.scripted import open_scripted


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"127.0.0.1:{port}: Address already in use"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_an_address_that_is_not_ours(host: str) -> None:
    with pytest.raises(Unavailable, match=host):
        listen(host, 0)


async def test_a_second_server_on_the_same_data_is_refused(house: House) -> None:
    settings = Settings(server=Server(port=0), store=Store(data=str(house.folder)))
    with pytest.raises(Unavailable, match="another server"):
        await run(settings, open_scripted, clock=SystemClock(), ready=lambda url, state: None)


async def test_calls_of_a_killed_server_are_ended_at_the_next_start(open_house: Opener) -> None:
    first = await open_house()
    lost = CallStarted(call="c1", team="south")
    await first.state.desk.publish(lost, [lost])
    await first.stop()
    second = await open_house()
    (row,) = await second.state.store.read(lambda on: calls.find(on, "c1", teams=["south"]))
    assert row.end_reason == "server_lost"


def test_a_ready_file_of_before_does_not_lie(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    file.write_text("old", "utf8")
    with removed(file):
        assert not file.exists()
        file.write_text("new", "utf8")
    assert not file.exists()


async def start(folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "monitor",
        *arguments,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.process
async def test_the_real_server_starts_tells_and_stops(tmp_path: Path) -> None:
    """`monitor serve` with the bundled model and packs; SIGTERM ends it with status 0."""
    ready = tmp_path / "ready.json"
    server = await start(
        tmp_path, "serve", "--port", "0", "--data", "data", "--ready-file", str(ready)
    )
    async with asyncio.timeout(60):
        while not ready.exists():
            assert server.returncode is None
            await asyncio.sleep(0.02)
    told = json.loads(ready.read_text("utf8"))
    assert told["pid"] == server.pid
    port = told["url"].rsplit(":", 1)[1]
    second = await start(tmp_path, "serve", "--port", port, "--data", "other")
    _, complaint = await second.communicate()
    assert second.returncode == 1
    assert complaint.decode().startswith(f"monitor: cannot listen on 127.0.0.1:{port}")
    assert complaint.count(b"\n") == 1
    server.send_signal(signal.SIGTERM)
    out, err = await server.communicate()
    assert (server.returncode, err) == (0, b"")
    assert out.startswith(b"listening on http://127.0.0.1:")
    assert b"synthetic" in out
    assert not ready.exists()
