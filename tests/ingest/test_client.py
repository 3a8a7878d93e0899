from __future__ import annotations

import asyncio
import os
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from monitor.audio.resample import converted_length
from monitor.ingest import client
from monitor.ingest.client import Delivery, Pacing, send_call, send_calls
from monitor.ingest.facts import CallBegan, CallFinished, Gap
from monitor.ingest.outgoing import LostSound, Outgoing, from_file
from monitor.ingest.target import Target
from monitor.types import Role
from tests.audio.sounds import fmt, stereo, tone, wav
from tests.ingest.server import Intake, running
from tests.ingest.wire import by_role

FAST = Pacing(speed=None)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    both = stereo(tone(1.05), tone(1.05, hertz=600))
    path.write_bytes(wav(both.tobytes(), header=fmt(channels=2)))
    return path


async def send(call: Outgoing, intake: Intake, pacing: Pacing = FAST, **more) -> Delivery:
    return await send_call(call, Target(url=intake.url, token=intake.token), pacing=pacing, **more)


def outgoing(path: Path, call: str = "c1", **options) -> Outgoing:
    return from_file(path, fields={"agent": "8012"}, call=call, **options)


async def test_a_recording_arrives_whole(recording: Path) -> None:
    async with running(Intake()) as intake:
        shown: list[float] = []
        call = outgoing(recording)
        delivery = await send(call, intake, progress=lambda _, sent_s: shown.append(sent_s))
    assert (delivery.state, delivery.call, delivery.label) == ("delivered", "c1", "call.wav")
    assert (delivery.sent_s, delivery.received_s) == (1.05, 1.05)
    assert shown == pytest.approx([*np.arange(1, 11) / 10, 1.05])
    events = intake.events["c1"]
    began = events[0]
    assert isinstance(began, CallBegan)
    assert (began.rate, began.call.agent) == (8_000, "8012")
    assert by_role(events) == {
        Role.AGENT: tone(1.05).tobytes(),
        Role.CUSTOMER: tone(1.05, hertz=600).tobytes(),
    }
    assert events[-1] == CallFinished(reason="hangup", samples=8_400)
    assert intake.largest == 3_200


async def test_sides_can_be_told(recording: Path) -> None:
    async with running(Intake()) as intake:
        await send(outgoing(recording, roles=(Role.CUSTOMER, Role.AGENT)), intake)
    assert by_role(intake.events["c1"])[Role.CUSTOMER] == tone(1.05).tobytes()


async def test_high_rates_are_converted_to_sixteen_kilohertz(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(wav(tone(2.1, 44_100).tobytes(), header=fmt(rate=44_100)))
    async with running(Intake()) as intake:
        delivery = await send(outgoing(path), intake)
    assert delivery.ok
    sound = np.frombuffer(by_role(intake.events["c1"])[Role.UNKNOWN], np.int16)
    assert len(sound) == converted_length(len(tone(2.1, 44_100)), 44_100)
    assert np.abs(sound[500:-500].astype(int) - tone(2.1, 16_000)[500:-500]).max() <= 3


async def test_the_pace_is_that_of_the_sound(recording: Path) -> None:
    async with running(Intake()) as intake:
        start_s = time.monotonic()
        assert (await send(outgoing(recording), intake, Pacing(speed=10))).ok
        assert time.monotonic() - start_s >= 0.105


def test_waits_are_counted_from_the_start() -> None:
    assert Pacing(speed=1.0).wait_s(10.0, 9.75) == 0.25
    assert Pacing(speed=2.0).wait_s(10.0, 4.0) == 1.0
    assert Pacing(speed=1.0).wait_s(10.0, 12.0) == 0.0
    assert Pacing(speed=None).wait_s(10.0, 0.0) == 0.0


async def test_the_token_goes_in_the_header(recording: Path) -> None:
    async with running(Intake(token="secret")) as intake:
        assert (await send(outgoing(recording), intake)).ok
        wrong = Target(url=intake.url, token="wrong")
        delivery = await send_call(outgoing(recording, "c2"), wrong, pacing=FAST)
    assert delivery.state == "refused"
    assert "HTTP 401" in delivery.detail
    assert "wrong" not in delivery.detail


async def test_a_refusal_is_told_in_the_servers_words(recording: Path) -> None:
    async with running(Intake(refuse="call_exists")) as intake:
        delivery = await send(outgoing(recording), intake)
    assert (delivery.state, delivery.detail) == ("refused", "not now (call_exists)")
    assert delivery.sent_s == 0.0


async def test_a_registration_the_server_does_not_know(recording: Path) -> None:
    async with running(Intake()) as intake:
        call = from_file(recording, fields={"agnet": "1"}, call="c1")
        delivery = await send(call, intake)
    assert delivery.detail == "agnet: unknown field; did you mean 'agent'? (unknown_field)"


async def test_a_broken_connection_is_not_hidden(recording: Path) -> None:
    async with running(Intake(drop_after=4)) as intake:
        delivery = await send(outgoing(recording), intake, Pacing(speed=20))
    assert delivery.state == "broken"
    assert delivery.received_s is None
    assert delivery.detail.startswith("the connection broke, after 0.")
    assert delivery.detail.endswith(" s of 1.1 s were sent")


async def test_a_server_that_ends_the_call_first(recording: Path) -> None:
    async with running(Intake(end_after=2)) as intake:
        delivery = await send(outgoing(recording), intake, Pacing(speed=20))
    assert delivery.state == "broken"
    assert delivery.detail.startswith("the server ended the call, after 0.")


async def test_a_server_that_talks_rubbish(recording: Path) -> None:
    async with running(Intake(rubbish=True)) as intake:
        delivery = await send(outgoing(recording), intake)
    assert (delivery.state, delivery.detail) == (
        "refused",
        "not valid JSON: input data was truncated",
    )


async def test_a_server_that_never_answers(recording: Path, monkeypatch) -> None:
    monkeypatch.setattr(client, "OPEN_S", 0.2)
    async with running(Intake(mute=True)) as intake:
        delivery = await send(outgoing(recording), intake)
    assert (delivery.state, delivery.detail) == ("refused", "the server did not answer in time")


async def test_nobody_there(recording: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{free.getsockname()[1]}/"
    delivery = await send_call(outgoing(recording), Target(url=url), pacing=FAST)
    assert delivery.state == "refused"
    assert delivery.detail.startswith(f"cannot reach {url}: ")


async def test_many_calls_a_few_at_a_time(tmp_path: Path) -> None:
    calls = []
    for number in range(9):
        path = tmp_path / f"call{number}.wav"
        path.write_bytes(wav(tone(0.3, hertz=300 + number).tobytes()))
        calls.append(outgoing(path, f"c{number}"))
    async with running(Intake()) as intake:
        deliveries = await send_calls(
            calls, Target(url=intake.url), pacing=Pacing(speed=10), together=3
        )
    assert [delivery.call for delivery in deliveries] == [f"c{n}" for n in range(9)]
    assert all(delivery.ok for delivery in deliveries)
    assert intake.together <= 3
    for number in range(9):
        sound = by_role(intake.events[f"c{number}"])[Role.UNKNOWN]
        assert sound == tone(0.3, hertz=300 + number).tobytes()


async def test_one_bad_call_does_not_stop_the_others(tmp_path: Path, recording: Path) -> None:
    rotten = tmp_path / "rotten.wav"
    track = np.zeros(24_000, "<f4")
    track[16_000:] = np.nan
    rotten.write_bytes(wav(track.tobytes(), header=fmt(tag=3, bits=32)))
    calls = [outgoing(rotten, "bad"), outgoing(recording, "good")]
    async with running(Intake()) as intake:
        bad, good = await send_calls(calls, Target(url=intake.url), pacing=FAST)
    assert good.ok
    assert bad.state == "broken"
    assert f"{rotten}: 8000 of the first 24000 samples are not numbers" in bad.detail
    assert intake.events["bad"][-1] == CallFinished(reason="source_failed", samples=16_000)


async def test_stopping_ends_the_calls_properly(recording: Path) -> None:
    stop = asyncio.Event()
    calls = [outgoing(recording, "c1"), outgoing(recording, "c2")]
    async with running(Intake()) as intake:
        first, second = await send_calls(
            calls,
            Target(url=intake.url),
            pacing=FAST,
            together=1,
            stop=stop,
            progress=lambda _, sent_s: stop.set() if sent_s > 0.25 else None,
        )
    assert first.ok
    assert first.received_s == pytest.approx(0.3)
    assert intake.events["c1"][-1] == CallFinished(reason="stopped_by_sender", samples=2_400)
    assert (second.state, second.detail) == ("refused", "not sent: stopped before its turn")


async def test_lost_sound_is_declared_to_the_server() -> None:
    pieces = (piece for piece in [bytes(1_600), LostSound(samples=4_000), bytes(1_600)])
    call = Outgoing(
        label="mic",
        registration={"call": "m1", "rate": 8_000, "channels": 1, "roles": "agent"},
        rate=8_000,
        channels=1,
        duration_s=None,
        pieces=pieces,
        live=True,
    )
    async with running(Intake()) as intake:
        delivery = await send(call, intake)
    assert (delivery.sent_s, delivery.received_s) == (0.7, 0.7)
    assert Gap(position=800, samples=4_000) in intake.events["m1"]


async def test_the_file_is_given_back_when_the_call_breaks(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(wav(tone(30).tobytes()))
    before = len(os.listdir("/proc/self/fd"))
    async with running(Intake(drop_after=1)) as intake:
        assert not (await send(outgoing(path), intake)).ok
    assert len(os.listdir("/proc/self/fd")) <= before
