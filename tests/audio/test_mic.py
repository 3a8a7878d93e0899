"""The real PortAudio, fed from a file by an ALSA plugin that plays as fast as it is read.

PortAudio reads its devices once, when it is loaded, so each test is a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import pytest

from monitor.audio import mic
from monitor.errors import BadSetting, Unavailable

needs_portaudio = pytest.mark.skipif(
    find_library("portaudio") is None, reason="libportaudio2 is not installed"
)

ALSA_PLUGIN = """
pcm.call {{
  type file
  slave.pcm null
  file /dev/null
  infile {sound}
  format raw
}}
"""


def run(home: Path, program: str) -> list[str]:
    sound = home / "sound.raw"
    np.arange(1, 32_001, dtype="<i2").tofile(sound)
    (home / ".asoundrc").write_text(ALSA_PLUGIN.format(sound=sound))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HOME": str(home)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@needs_portaudio
def test_pieces_come_whole_and_in_order(tmp_path: Path) -> None:
    program = """
from monitor.audio.mic import Microphone
import numpy as np
with Microphone("call", queue_pieces=10_000) as microphone:
    heard = list(microphone.pieces(seconds=2.0))
print(microphone.rate, microphone.device.name, len(heard))
print([piece.position for piece in heard] == list(range(0, 32_000, 1_600)))
joined = np.concatenate([piece.samples for piece in heard])
print(np.array_equal(joined, np.arange(1, 32_001, dtype=np.int16)), joined.dtype)
"""
    assert run(tmp_path, program) == ["16000 call 20", "True", "True int16"]


@needs_portaudio
def test_a_slow_reader_is_told_what_was_lost(tmp_path: Path) -> None:
    program = """
import time
from monitor.audio.mic import Heard, Lost, Microphone
with Microphone(queue_pieces=3) as microphone:
    pieces = microphone.pieces()
    first = next(pieces)
    while not microphone.lost:
        time.sleep(0.01)
    rest = [next(pieces) for _ in range(8)]
seen = [first, *rest]
print(any(isinstance(piece, Lost) for piece in seen))
position = 0
for piece in seen:
    assert piece.position == position, (piece.position, position)
    position += piece.samples if isinstance(piece, Lost) else len(piece.samples)
print(microphone.lost >= sum(p.samples for p in seen if isinstance(p, Lost)) > 0)
"""
    assert run(tmp_path, program) == ["True", "True"]


@needs_portaudio
def test_an_unknown_device_is_answered_with_those_there_are(tmp_path: Path) -> None:
    program = """
from monitor.audio.mic import Microphone, input_devices
from monitor.errors import MonitorError
print([(one.name, one.default) for one in input_devices()])
try:
    Microphone("headset")
except MonitorError as fault:
    print(fault.exit_status, fault)
"""
    assert run(tmp_path, program) == [
        "[('call', True)]",
        "2 device: no input device 'headset'; there are: 0 call",
    ]


def test_no_device_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mic, "input_devices", list)
    with pytest.raises(Unavailable, match="this machine has no sound input device"):
        mic.choose_device(None)


def test_names_may_be_shortened_while_they_are_unique(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = [
        mic.InputDevice(number=number, name=name, rate=48_000, default=number == 1)
        for number, name in enumerate(["USB Headset", "Built-in", "USB Camera"])
    ]
    monkeypatch.setattr(mic, "input_devices", lambda: devices)
    assert mic.choose_device(None).name == "Built-in"
    assert mic.choose_device("headset").number == 0
    assert mic.choose_device("2").name == "USB Camera"
    with pytest.raises(BadSetting) as raised:
        mic.choose_device("usb")
    assert str(raised.value) == (
        "device: 2 input devices match 'usb'; there are: 0 USB Headset, 1 Built-in, 2 USB Camera"
    )


def test_without_portaudio_one_line_names_the_package(tmp_path: Path) -> None:
    program = """
import ctypes.util
ctypes.util.find_library = lambda name: None
from monitor.audio.mic import Microphone
from monitor.errors import Unavailable
try:
    Microphone()
except Unavailable as fault:
    print(fault.code, fault)
"""
    assert run(tmp_path, program) == [
        "no_portaudio the microphone needs the system library PortAudio: apt install libportaudio2"
    ]
