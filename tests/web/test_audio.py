from __future__ import annotations

import asyncio
import io
import json
import urllib.error
import urllib.request
import wave
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile

from monitor.errors import Damaged, Unavailable
from monitor.evidence import age
from monitor.evidence.age import Identity
from monitor.evidence.format import SUFFIX
from monitor.settings import Keys, Recordings
from tests.web.conftest import CHEAP, House, Opener, hear, say, until
from tests.web.people import agreed, code, signed_in

RATE = 8000


def sound(seconds: float = 3.0) -> np.ndarray[Any, np.dtype[np.int16]]:
    """Stereo: a tone on the left that grows, noise on the right."""
    count = int(seconds * RATE)
    dice = np.random.default_rng(5)
    tone = np.sin(np.arange(count) / 5) * np.linspace(0, 20_000, count)
    return np.stack([tone, dice.integers(-9000, 9000, count)], axis=1).astype("<i2")


async def record(
    house: House, call: str, heard: np.ndarray[Any, Any], piece: int = 3200
) -> dict[str, Any]:
    """Send it at once; returns the receipt."""
    async with house.source(
        house.token("ingest", "south"), call, roles="agent,customer", channels=2
    ) as socket:
        raw = heard.tobytes()
        for at in range(0, len(raw), piece):
            await socket.send(raw[at : at + piece])
        await say(socket, type="end", reason="hangup")
        while (said := await hear(socket))["type"] != "ended":
            pass
        return said


class Reply:
    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> dict[str, Any]:
        built: dict[str, Any] = json.loads(self.body)
        return built

    @property
    def samples(self) -> np.ndarray[Any, np.dtype[np.int16]]:
        with wave.open(io.BytesIO(self.body)) as file:
            raw = file.readframes(file.getnframes())
            return np.frombuffer(raw, "<i2").reshape(-1, file.getnchannels())


async def get(house: House, token: str, path: str, **headers: str) -> Reply:
    request = urllib.request.Request(
        house.url + path, headers={"Authorization": f"Bearer {token}"} | headers
    )

    def ask() -> Reply:
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return Reply(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as fault:
            with fault:
                return Reply(fault.code, fault.headers, fault.read())

    return await asyncio.to_thread(ask)


async def test_a_call_is_played_as_it_was_heard(house: House) -> None:
    heard = sound()
    await record(house, "c1", heard)
    token = house.token("supervisor", "south")
    whole = await get(house, token, "/api/calls/c1/audio")
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["cache-control"] == "no-store"
    assert (whole.samples == heard).all()
    some = await get(house, token, "/api/calls/c1/audio?from=0.5&to=2.25&channel=customer")
    assert (some.samples[:, 0] == heard[4000:18000, 1]).all()
    part = await get(house, token, "/api/calls/c1/audio", Range="bytes=1001-50000")
    assert part.status == 206
    assert part.headers["content-range"] == f"bytes 1001-50000/{len(whole.body)}"
    assert part.body == whole.body[1001:50001]
    tail = await get(house, token, "/api/calls/c1/audio", Range="bytes=-77")
    assert tail.body == whole.body[-77:]
    beyond = await get(house, token, "/api/calls/c1/audio", Range="bytes=9999999-")
    assert beyond.status == 416
    shape = (await get(house, token, "/api/calls/c1/peaks?bins=10")).json
    assert shape["duration"] == 3.0
    assert shape["agent"] == sorted(shape["agent"])
    assert max(shape["customer"]) == pytest.approx(9000 / 32768, rel=0.01)
    assert shape["holes"] == []
    (segment,) = (await get(house, token, "/api/calls/c1/recording")).json["segments"]
    numbers = house.state.metrics.text().decode()
    for name in ("audio", "recorded"):
        assert f'monitor_{name}_seconds_total{{role="customer"}} 3.0' in numbers
    assert (segment["state"], segment["reason"], segment["lost_s"]) == ("complete", "hangup", 0.0)


async def test_nothing_of_the_sound_lies_on_the_disk_in_clear(house: House) -> None:
    heard = sound()
    await record(house, "private-id", heard)
    (file,) = house.folder.rglob("*" + SUFFIX)
    assert file.stat().st_mode & 0o777 == 0o600
    piece = heard[8000:8020, 0].tobytes()
    for path in house.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert piece not in content, path
            assert path.suffix != SUFFIX or b"private-id" not in content


async def test_gaps_and_pauses_are_silence_and_are_named(house: House) -> None:
    loud = np.full(1600, 9000, "<i2").tobytes()
    async with house.source(house.token("ingest", "south"), "c1") as socket:
        await socket.send(loud)
        await say(socket, type="gap", samples=800)
        await socket.send(loud)
        await say(socket, type="pause")
        await socket.send(b"\x05\x00" * 1600)
        await say(socket, type="resume")
        await socket.send(loud)
        await say(socket, type="end")
        while (await hear(socket))["type"] != "ended":
            pass
    token = house.token("qa")
    played = (await get(house, token, "/api/calls/c1/audio")).samples[:, 0]
    wanted = [9000] * 1600 + [0] * 800 + [9000] * 1600 + [0] * 1600 + [9000] * 1600
    assert played.tolist() == wanted
    holes = (await get(house, token, "/api/calls/c1/peaks")).json["holes"]
    assert [(hole["why"], hole["start"], hole["end"]) for hole in holes] == [
        ("gap", 0.2, 0.3),
        ("paused", 0.5, 0.7),
    ]


@pytest.mark.parametrize(
    ("role", "team", "agent", "plays", "exports"),
    [
        ("supervisor", "south", "", 200, 403),
        ("supervisor", "north", "", 404, 403),
        ("agent", "south", "8012", 200, 403),
        ("agent", "south", "9", 404, 403),
        ("qa", "", "", 200, 200),
        ("qa", "north", "", 404, 404),
        ("compliance", "south", "", 200, 200),
        ("admin", "", "", 403, 403),
        ("auditor", "", "", 403, 403),
        ("ingest", "south", "", 403, 403),
    ],
)
async def test_who_hears_a_recording_and_who_takes_it_away(
    house: House, role: str, team: str, agent: str, plays: int, exports: int
) -> None:
    await record(house, "c1", sound(0.3))
    token = house.token(role, team, agent)
    for what in ("audio", "peaks", "recording"):
        assert (await get(house, token, f"/api/calls/c1/{what}")).status == plays
    assert (await get(house, token, "/api/calls/c1/export")).status == exports
    assert (await get(house, "cm_no_token", "/api/calls/c1/audio")).status == 401


async def test_plays_and_exports_stand_in_the_audit_log(house: House) -> None:
    await record(house, "c1", sound(0.3))
    await get(house, house.token("supervisor", "south"), "/api/calls/c1/audio?from=0&to=0.1")
    reply = await get(house, house.token("qa"), "/api/calls/c1/export?format=flac")
    number = reply.headers["content-disposition"].split('"')[1].split(".")[0]
    entries = (await get(house, house.token("auditor"), "/api/audit")).body.decode()
    assert "recordings.play" in entries
    assert number in entries


@pytest.mark.parametrize(
    "query",
    [
        "channel=left",
        "from=2&to=1",
        "from=nan",
        "from=-1",
        "to=1e9",
        "bins=0",
        "bins=5000",
    ],
)
async def test_odd_questions_get_400(house: House, query: str) -> None:
    await record(house, "c1", sound(0.2))
    what = "peaks" if query.startswith("bins") else "audio"
    reply = await get(house, house.token("qa"), f"/api/calls/c1/{what}?{query}")
    assert reply.status == 400
    assert reply.json["error"]["code"] == "bad_query"


async def test_a_damaged_stretch_is_never_played(house: House) -> None:
    await record(house, "c1", np.full((RATE * 3, 2), 7000, "<i2"))
    (file,) = house.folder.rglob("*" + SUFFIX)
    _flip(file, file.stat().st_size // 2)
    token = house.token("qa")
    played = (await get(house, token, "/api/calls/c1/audio")).samples
    assert set(np.unique(played)) == {0, 7000}
    holes = (await get(house, token, "/api/calls/c1/peaks")).json["holes"]
    assert {hole["why"] for hole in holes} == {"damaged"}


def _flip(path: Path, offset: int) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("kind", ["wav", "flac", "opus"])
async def test_an_export_is_an_ordinary_file(house: House, kind: str) -> None:
    heard = sound(1.0)
    await record(house, "c1", heard)
    reply = await get(house, house.token("qa"), f"/api/calls/c1/export?format={kind}")
    number = reply.headers["content-disposition"].split('"')[1].split(".")[0]
    with soundfile.SoundFile(io.BytesIO(reply.body)) as file:
        assert (file.samplerate, file.channels, file.comment) == (RATE, 2, number)
        played = file.read(dtype="int16")
    assert len(played) == len(heard)
    assert kind == "opus" or (played == heard).all()


async def test_an_export_for_one_recipient_opens_for_nobody_else(house: House) -> None:
    heard, identity = sound(0.5), Identity.new()
    await record(house, "c1", heard)
    path = f"/api/calls/c1/export?recipient={identity.recipient}"
    reply = await get(house, house.token("qa"), path)
    assert reply.headers["content-type"] == "application/age"
    with wave.open(io.BytesIO(age.decrypt(reply.body, identity))) as file:
        assert file.readframes(file.getnframes()) == heard.tobytes()
    with pytest.raises(Damaged):
        age.decrypt(reply.body, Identity.new())


async def test_recordings_by_the_dozen_need_a_second_person(open_house: Opener) -> None:
    house = await open_house(access=msgspec.structs.replace(CHEAP, bulk_recordings=1))
    await record(house, "c1", sound(0.2))
    path = "/api/calls/c1/export"
    async with signed_in(house, {"chen": "compliance", "qian": "qa"}) as people:
        qian = people["qian"]
        assert (await qian.get(path)).status_code == 200
        refused = (await qian.get(path)).json()["error"]
        assert (refused["code"], refused["about"]) == ("second_person", "south/c1")
        await agreed(qian, people["chen"], refused)
        assert (await qian.get(path)).status_code == 200
        assert await code(await qian.get(path)) == (403, "second_person")
        assert (await people["chen"].get(path)).status_code == 200


async def test_a_supervisor_plays_and_does_not_export(house: House) -> None:
    await record(house, "c1", sound(0.2))
    token = house.token("supervisor", "south")
    assert (await get(house, token, "/api/calls/c1/export")).status == 403
    for query in ("format=mp3", "recipient=age1x"):
        reply = await get(house, house.token("qa"), f"/api/calls/c1/export?{query}")
        assert reply.json["error"]["code"] == "bad_query"


async def test_recording_can_be_turned_off(open_house: Opener) -> None:
    house = await open_house(recordings=Recordings(enabled=False))
    await record(house, "c1", sound(0.2))
    reply = await get(house, house.token("qa"), "/api/calls/c1/audio")
    assert reply.json["error"]["code"] == "no_recording"
    assert (await get(house, "", "/readyz")).json == {"status": "ready", "recording": "off"}
    assert not list(house.folder.rglob("*" + SUFFIX))


async def test_a_full_disk_is_said_and_calls_go_on(open_house: Opener) -> None:
    house = await open_house(recordings=Recordings(reserve_mb=1_000_000))
    async with house.source(house.token("ingest", "south"), "c1") as socket:
        await socket.send(sound(1.0)[:, 0].tobytes())
        assert house.state.recorder is not None
        await until(lambda: house.state.recorder.health.state == "full")  # type: ignore[union-attr]
        assert (await get(house, "", "/readyz")).json["recording"] == "full"
        await until(lambda: house.host.calls["c1"].heard == RATE)


async def test_a_lost_root_key_stops_the_start(open_house: Opener, tmp_path: Path) -> None:
    root = tmp_path / "root.key"
    house = await open_house(keys=Keys(root=str(root)))
    await record(house, "c1", sound(0.2))
    await house.stop()
    root.rename(tmp_path / "elsewhere")
    with pytest.raises(Unavailable, match="put the right key back"):
        await open_house(keys=Keys(root=str(root)))
    assert not root.exists()


async def test_sound_faster_than_the_disk_is_held_back_and_not_let_go(open_house: Opener) -> None:
    house = await open_house(recordings=Recordings(hold_s=1.0))
    heard = sound(20.0)
    ended = await record(house, "c1", heard, piece=32_000)
    assert (ended["received_s"], ended["unrecorded_s"]) == (20.0, 0.0)
    played = await get(house, house.token("qa"), "/api/calls/c1/audio")
    assert (played.samples == heard).all()
