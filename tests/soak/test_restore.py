"""The machine is lost, and the root key with it. What is left: the backup, its keys, and the
offline escrow key from the safe. How long until people work again, and is anything missing?

Everything is done from outside: calls over sockets, `monitor` commands, answers over HTTP.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import wave
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.client import connect

from monitor.events import Alert
from monitor.web.messages import Last
from monitor.web.watcher import Remark, Watcher
from tests.soak.size import size
from tests.web.conftest import hear, new_token, registration, say
from tests.web.process import Forge, ServerProcess
from tests.web.test_recording_kills import RATE, spoken

CALLS = size("RESTORE_CALLS", 60)
CALL_S = size("RESTORE_CALL_S", 120)
AT_ONCE = 8
LIMIT_S = 600.0


@dataclass
class Kept:
    """What somebody was told is safe."""

    samples: dict[str, int] = field(default_factory=dict)
    """Of each call whose end was confirmed."""
    alerts: list[str] = field(default_factory=list)
    """Shown to the supervisor, and acknowledged."""


def monitor(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", *arguments]
    return subprocess.run(
        command, env=os.environ | environ, capture_output=True, text=True, check=False
    )


async def bring(server: ServerProcess, token: str, call: str, kept: Kept) -> None:
    """A call at once; every tenth second has an alert."""
    headers = {"Authorization": f"Bearer {token}"}
    address = server.ws + "/ingest/l16"
    async with connect(
        address, compression=None, additional_headers=headers, ping_interval=None
    ) as socket:
        await say(socket, **registration(call))
        await hear(socket)
        for second in range(CALL_S):
            piece = spoken(second * RATE, RATE)
            piece[0] = second + 1 if second % 10 == 0 else 0
            await socket.send(piece.tobytes())
        await say(socket, type="end", reason="hangup")
        async with asyncio.timeout(300):
            while '"ended"' not in (said := str(await socket.recv())):
                pass
    assert json.loads(said)["unrecorded_s"] == 0.0
    kept.samples[call] = CALL_S * RATE


async def bring_all(server: ServerProcess, token: str, names: list[str], kept: Kept) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> None:
        async with places:
            await bring(server, token, name, kept)

    await asyncio.gather(*[one(name) for name in names])


async def watch(server: ServerProcess, token: str, kept: Kept) -> None:
    async for each in Watcher(server.url, token, last=Last(seq=0)).seen():
        if isinstance(each, Alert):
            kept.alerts.append(each.id)


def ask(server: ServerProcess, token: str, path: str) -> bytes:
    request = urllib.request.Request(
        server.url + path, headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: bytes = answer.read()
        return found


def check_alerts(server: ServerProcess, token: str, wanted: list[str]) -> None:
    found: list[str] = []
    after = 0
    while page := json.loads(ask(server, token, f"/api/alerts?after={after}&limit=500"))["alerts"]:
        found += [one["id"] for one in page]
        after = page[-1]["seq"]
    assert found[: len(wanted)] == wanted


def check_sound(server: ServerProcess, token: str, call: str, samples: int) -> None:
    with wave.open(io.BytesIO(ask(server, token, f"/api/calls/{call}/audio"))) as file:
        played = np.frombuffer(file.readframes(file.getnframes()), "<i2").copy()
    wanted = spoken(0, samples)
    # the first sample of a second tells the host of an alert
    played[::RATE], wanted[::RATE] = 0, 0
    assert len(played) == samples
    assert (played == wanted).all()


async def first_news(server: ServerProcess, token: str, epoch: str) -> str:
    """What a subscriber that holds the old log is told first."""
    async with aclosing(Watcher(server.url, token, last=Last(epoch=epoch, seq=5)).seen()) as news:
        async for each in news:
            if isinstance(each, Remark) and each.kind != "connected":
                return each.kind
    raise AssertionError


@dataclass(frozen=True, kw_only=True)
class House:
    """Where things lie: what is lost, and what outlives the machine."""

    folder: Path
    escrow: str

    @property
    def root(self) -> Path:
        return self.folder / "gone" / "root.key"

    @property
    def disk(self) -> Path:
        """Of the recordings; it lives on."""
        return self.folder / "disk"

    @property
    def safe(self) -> Path:
        """The file with the private key that opens the escrow."""
        return self.folder / "escrow.txt"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "MONITOR_KEYS_ROOT": f"file:{self.root}",
            "MONITOR_KEYS_ESCROW": self.escrow,
            "MONITOR_RECORDINGS_FOLDER": str(self.disk),
        }

    def monitor(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return monitor(*map(str, arguments), **self.environ)


async def work(server: ServerProcess, ingest: str, supervisor: str) -> Kept:
    """Calls until every alert of them was shown."""
    kept = Kept()
    watching = asyncio.create_task(watch(server, supervisor, kept))
    await bring_all(server, ingest, [f"c{number}" for number in range(CALLS)], kept)
    async with asyncio.timeout(120):
        while len(kept.alerts) < CALLS * len(range(0, CALL_S, 10)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    watching.cancel()
    return kept


async def back_up(house: House, server: ServerProcess, ingest: str) -> tuple[Kept, float]:
    """While the server goes on; returns what it kept meanwhile and after, and how long it took."""
    kept = Kept()
    going_on = asyncio.create_task(bring_all(server, ingest, ["late1", "late2"], kept))
    begun = time.monotonic()
    into = ("--into", house.folder / "b", "--keys", house.folder / "k")
    made = await asyncio.to_thread(house.monitor, "backup", *into, "--data", server.data)
    assert made.returncode == 0, made.stderr
    took_s = time.monotonic() - begun
    await going_on
    await bring_all(server, ingest, ["later1", "later2"], kept)
    return kept, took_s


def lose(house: House) -> int:
    """The machine, its root key and what the backup holds; returns how many recordings live on."""
    stored = {path.name: path for path in (house.folder / "b" / "recordings").rglob("*.rec")}
    for path in list(house.disk.rglob("*.rec")):
        if path.name in stored and path.stat().st_size <= stored[path.name].stat().st_size:
            path.unlink()
    shutil.rmtree(house.folder / "gone")
    return len(list(house.disk.rglob("*.rec")))


def restore(house: House, data: Path) -> None:
    """By commands alone; refused clearly until the root key is recovered from the escrow."""
    (made,) = (house.folder / "b").glob("*/manifest.json")
    keys = house.folder / "k" / made.parent.name
    restored = house.monitor("restore", made.parent, "--keys", keys, "--data", data)
    assert restored.returncode == 1
    assert "root key" in restored.stderr
    assert "Traceback" not in restored.stderr
    house.root.parent.mkdir()
    recovered = house.monitor("keys", "recover", "--private", house.safe, "--data", data)
    assert recovered.returncode == 0, recovered.stderr


@pytest.mark.process
async def test_a_lost_machine_comes_back(forged: Forge, tmp_path: Path) -> None:
    safe = tmp_path / "escrow.txt"
    public = monitor("keys", "escrow-key", "--into", str(safe)).stdout.strip()
    house = House(folder=tmp_path, escrow=public)
    server = forged.server(tmp_path / "gone", **house.environ)
    ingest = new_token(server.data, "ingest", team="south")
    supervisor = new_token(server.data, "supervisor", team="south")
    await asyncio.to_thread(server.start)
    before = await work(server, ingest, supervisor)
    epoch = json.loads(ask(server, supervisor, "/api/alerts"))["epoch"]
    after, backup_s = await back_up(house, server, ingest)
    await asyncio.to_thread(server.kill)
    newer = lose(house)
    begun = time.monotonic()
    fresh = forged.server(tmp_path / "new", **house.environ)
    restore(house, fresh.data)
    await asyncio.to_thread(fresh.start)
    work_s = time.monotonic() - begun
    check_alerts(fresh, supervisor, before.alerts)
    # what was recorded after the backup lay on a disk that lived: it has its call again
    for call, samples in (before.samples | after.samples).items():
        await asyncio.to_thread(check_sound, fresh, supervisor, call, samples)
    assert await first_news(fresh, supervisor, epoch) == "resync"
    proven_s = time.monotonic() - begun
    drill = house.monitor("keys", "escrow-drill", "--private", safe, "--data", fresh.data)
    assert drill.returncode == 0, drill.stdout
    await asyncio.to_thread(fresh.stop)
    size_mb = sum(path.stat().st_size for path in house.disk.rglob("*.rec")) / 1e6
    print(
        f"\nrestore: {CALLS} calls of {CALL_S} s, {size_mb:.0f} MB, {len(before.alerts)} alerts, "
        f"{newer} recordings newer than the backup; backed up in {backup_s:.1f} s, at work "
        f"again in {work_s:.1f} s, all of it played and compared after {proven_s:.1f} s; lost 0"
    )
    assert proven_s < LIMIT_S
