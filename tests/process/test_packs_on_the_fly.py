"""Rule packs are edited under a running server: a broken one changes nothing, a mended one counts.

The calls are heard by the real recogniser; which advice their alert carries tells the pack.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from monitor.rules.lexicon import bundled_folder
from tests.process.server import RealServer, running
from tests.process.test_bad_clients import FIXTURES, RATE, ended, record, send, source

pytestmark = [pytest.mark.audio, pytest.mark.process]

ADVICE = "advice: 这款产品不保本"
RULE = "guaranteed-return"


def sound() -> bytes:
    heard, _ = soundfile.read(FIXTURES / f"{RULE}.flac", dtype="<i2")
    silence = np.zeros((RATE, 2), "<i2")
    return np.concatenate((heard[20 * RATE : 28 * RATE], silence)).tobytes()


async def logged(server: RealServer, words: str) -> str:
    """The first line of the log with these words."""
    async with asyncio.timeout(60):
        while not (lines := [line for line in server.said().splitlines() if words in line]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return lines[0]


def advice(events: list[dict[str, Any]]) -> list[str]:
    """The first words of the advice of each alert about the promise."""
    return [
        one["advice"][:3]
        for one in events
        if one.get("category") == "guaranteed_return" and one["state"] == "confirmed"
    ]


async def heard(server: RealServer, token: str, call: str) -> list[str]:
    async with source(server, token, call) as socket:
        await send(socket, sound())
        await ended(socket)
    return advice(await record(server, call))


async def test_broken_then_mended(tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    shutil.copytree(bundled_folder(), folder)
    pack = folder / "base.yaml"
    good = pack.read_text("utf8")
    line = good[: good.index(ADVICE)].count("\n") + 1
    with running(tmp_path, "--lexicons", str(folder)) as server:
        token = server.token("ingest", "south")
        assert await heard(server, token, "before") == ["这款产"]

        pack.write_text(good.replace(ADVICE, "advise: 写错了"), "utf8")
        said = await logged(server, "not reloaded")
        assert f"base.yaml:{line}" in said
        assert RULE in said
        assert await heard(server, token, "broken") == ["这款产"]

        async with source(server, token, "across") as socket:
            pack.write_text(good.replace(ADVICE, "advice: 新说法"), "utf8")
            await logged(server, "packs reloaded")
            await send(socket, sound())
            await ended(socket)
        assert advice(await record(server, "across")) == ["这款产"]
        assert await heard(server, token, "mended") == ["新说法"]
