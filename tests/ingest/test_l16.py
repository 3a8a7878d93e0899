from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.audio.notice import Notice
from monitor.errors import BadMessage
from monitor.ingest.facts import AudioChunk, CallBegan, CallFinished, Gap, Paused, Resumed
from monitor.ingest.l16 import L16Decoder
from monitor.types import Role
from tests.audio.sounds import chunk, extensible, fmt, riff
from tests.ingest.wire import by_role, cut, kinds, started

cuts = st.lists(st.integers(0, 400), max_size=15)


def code(action) -> str:
    with pytest.raises(BadMessage) as raised:
        action()
    assert "\n" not in str(raised.value)
    return raised.value.code


@given(data=st.binary(max_size=400), places=cuts)
def test_any_cut_gives_the_same_stereo_samples(data: bytes, places: list[int]) -> None:
    decoder = started(channels=2)
    events = [event for part in cut(data, places) for event in decoder.binary(part)]
    events += decoder.close()
    both = np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2)
    expected = {Role.AGENT: both[:, 0].tobytes(), Role.CUSTOMER: both[:, 1].tobytes()}
    assert by_role(events) == (expected if len(both) else {})
    assert events[-1] == CallFinished(reason="connection_closed", samples=len(both))
    assert ("partial_sample" in kinds(events)) == bool(len(data) % 4)


HEADERS = [
    riff(chunk(b"fmt ", fmt(channels=2)), chunk(b"data", b"", 0xFFFFFFFF)),
    riff(chunk(b"LIST", b"seven!!"), chunk(b"fmt ", fmt(channels=2)), chunk(b"data", b"", 8)),
    riff(chunk(b"fmt ", extensible(1, channels=2)), chunk(b"fact", b"1"), chunk(b"data", b"")),
    riff(chunk(b"fmt ", fmt(channels=2)), chunk(b"data", b""), name=b"RF64"),
]


@given(header=st.sampled_from(HEADERS), data=st.binary(min_size=4, max_size=300), places=cuts)
def test_a_wav_header_cut_anywhere_never_swaps_the_sides(header, data, places) -> None:
    decoder = started(channels=2, roles="customer,agent")
    events = [event for part in cut(header + data, places) for event in decoder.binary(part)]
    both = np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2)
    assert by_role(events) == {
        Role.CUSTOMER: both[:, 0].tobytes(),
        Role.AGENT: both[:, 1].tobytes(),
    }
    (notice,) = [event for event in events if isinstance(event, Notice)]
    assert notice.text == f"{len(header)} bytes of WAV header were taken off the start"


@pytest.mark.parametrize("start", [b"R", b"RIFF", b"RIFFabcd", b"RIFFabcdWAVX", b"RIFX" * 4])
def test_sound_that_begins_like_a_header_is_kept(start: bytes) -> None:
    decoder = started()
    events = [event for byte in start for event in decoder.binary(bytes([byte]))]
    events += decoder.close()
    assert by_role(events).get(Role.UNKNOWN, b"") == start[: len(start) // 2 * 2]


@pytest.mark.parametrize(
    ("header", "expected", "text"),
    [
        (
            riff(chunk(b"fmt ", fmt(rate=16_000, channels=2)), chunk(b"data", b"")),
            "wav_header_mismatch",
            (
                "the WAV header says 16000 Hz and 2 channels, "
                "the call was registered with 8000 Hz and 1"
            ),
        ),
        (
            riff(chunk(b"fmt ", fmt(tag=7, bits=8)), chunk(b"data", b"")),
            "not_l16",
            "the WAV header announces coding 0x0007 of 8 bits, not 16-bit PCM",
        ),
        (riff(chunk(b"data", b"1234")), "bad_wav_header", "the WAV header has no 'fmt ' chunk"),
        (riff(chunk(b"fmt ", b"12")), "bad_wav_header", "a 'fmt ' chunk of 2 bytes"),
        (
            riff(chunk(b"LIST", bytes(70_000))),
            "bad_wav_header",
            "the WAV header has no sound in its first 65536 bytes",
        ),
    ],
)
def test_headers_that_do_not_fit(header: bytes, expected: str, text: str) -> None:
    decoder = started()
    with pytest.raises(BadMessage) as raised:
        decoder.binary(header)
    assert (raised.value.code, str(raised.value)) == (expected, text)
    assert code(lambda: decoder.binary(b"1234")) == expected
    assert kinds(decoder.close()) == ["CallFinished"]


def test_a_call_from_start_to_end() -> None:
    decoder = L16Decoder()
    (began,) = decoder.text('{"call":"c1","rate":16000,"channels":1,"roles":"agent"}')
    assert isinstance(began, CallBegan)
    assert began.call.call == "c1"
    (first,) = decoder.binary(b"\1\0\2\0\3")
    assert isinstance(first, AudioChunk)
    assert (first.role, first.position, list(first.samples)) == (Role.AGENT, 0, [1, 2])
    assert decoder.binary(b"") == []
    (second,) = decoder.binary(b"\0")
    assert (second.position, list(second.samples)) == (2, [3])
    assert decoder.position == 3
    assert decoder.text('{"type":"end","reason":"agent_hangup"}') == [
        CallFinished(reason="agent_hangup", samples=3)
    ]
    assert decoder.close() == []


@pytest.mark.parametrize(
    "message",
    ["END", " END\n", '{"type":"end"}', '{"callId":"c1","samplingRate":8000,"callEvent":"END"}'],
)
def test_the_ways_to_end(message: str) -> None:
    decoder = started()
    assert decoder.text(message) == [CallFinished(reason="hangup", samples=0)]
    assert code(lambda: decoder.text("END")) == "after_end"
    assert code(lambda: decoder.binary(b"12")) == "after_end"


def test_order_is_kept() -> None:
    decoder = L16Decoder()
    assert code(lambda: decoder.binary(b"12")) == "audio_before_metadata"
    assert code(lambda: decoder.text("END")) == "bad_json"
    assert code(lambda: decoder.text("[]")) == "bad_json"
    assert code(lambda: decoder.text('{"type":"end"}')) == "not_a_start"
    assert decoder.close() == []
    assert code(lambda: decoder.text('{"call":"c1"}')) == "after_end"
    for second in ('{"call":"c2"}', '{"type":"start","call":"c1"}', '{"callId":"c1"}'):
        assert code(lambda text=second: started().text(text)) == "second_metadata"


def test_a_refused_message_takes_nothing_and_loses_nothing() -> None:
    decoder = started()
    before = decoder.binary(b"\1\0\2")
    assert code(lambda: decoder.binary(bytes(128 * 1024 + 1))) == "frame_too_large"
    assert code(lambda: decoder.text('{"type":"gap"}')) == "bad_field"
    assert code(lambda: decoder.text("no json")) == "bad_json"
    assert code(lambda: decoder.text('{"type":"end","reson":"x"}')) == "unknown_field"
    assert code(lambda: decoder.text('{"type":"end","reason":"a\\nb"}')) == "bad_field"
    assert code(lambda: decoder.text('{"type":"end","call":"c2"}')) == "wrong_call"
    after = decoder.binary(b"\0") + decoder.close()
    assert by_role(before + after) == {Role.UNKNOWN: b"\1\0\2\0"}
    assert after[-1] == CallFinished(reason="connection_closed", samples=2)


def test_largest_frame_is_allowed() -> None:
    assert len(started().binary(bytes(128 * 1024))) == 1


def test_nothing_is_kept_during_a_pause_and_time_goes_on() -> None:
    decoder = started()
    decoder.binary(bytes(20))
    assert decoder.text('{"type":"pause"}') == [Paused(position=10)]
    assert kinds(decoder.text('{"type":"pause"}')) == ["already_paused"]
    assert decoder.binary(b"\7" * 40) == []
    assert decoder.text('{"type":"gap","samples":5}') == []
    assert decoder.text('{"type":"resume"}') == [Resumed(position=35, samples=25)]
    assert kinds(decoder.text('{"type":"resume"}')) == ["not_paused"]
    (next_chunk,) = decoder.binary(b"\1\0")
    assert next_chunk.position == 35


def test_a_call_that_ends_in_a_pause() -> None:
    decoder = started()
    decoder.text('{"type":"pause"}')
    decoder.binary(bytes(8))
    assert decoder.close() == [
        Resumed(position=4, samples=4),
        CallFinished(reason="connection_closed", samples=4),
    ]


def test_lost_sound_is_declared() -> None:
    decoder = started(channels=2)
    decoder.binary(bytes(40))
    assert decoder.text('{"type":"gap","samples":1600}') == [Gap(position=10, samples=1600)]
    assert [event.position for event in decoder.binary(bytes(4))] == [1610, 1610]
    for samples in (0, -1, 1.5, True, "5", 8_000 * 3_600 + 1, None):
        message = json.dumps({"type": "gap", "samples": samples})
        assert code(lambda text=message: decoder.text(text)) == "bad_field"


def test_foreign_messages_are_counted_not_obeyed() -> None:
    decoder = started()
    first = decoder.text('{"event":"dtmf","digit":"1"}')
    assert kinds(first) == ["unknown_message"]
    assert decoder.text('{"type":["x"]}') == []
    assert decoder.text('{"callEvent":"ALL_HOLD"}') == []
    end = decoder.close()
    assert [str(event) for event in end if isinstance(event, Notice)] == [
        "3 text messages of unknown types"
    ]


@given(st.lists(st.binary(max_size=30) | st.text(max_size=30), max_size=10))
def test_rubbish_is_refused_and_never_crashes(messages) -> None:
    decoder = started(channels=2)
    faults, events = [], []
    for message in messages:
        try:
            if isinstance(message, bytes):
                events += decoder.binary(message)
            else:
                events += decoder.text(message)
        except BadMessage as fault:
            faults.append(str(fault))
    assert all(len(line.splitlines()) == 1 for line in faults)
    assert isinstance([*events, *decoder.close()][-1], CallFinished)
