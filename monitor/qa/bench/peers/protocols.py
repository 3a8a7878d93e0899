"""A role's sound into a peer and its text back, in the words of each peer's protocol."""

from __future__ import annotations

import asyncio
import json
import struct
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from monitor.qa.bench.peers.plain import END, Cutter
from monitor.types import SAMPLE_RATE, Samples

Sound = AsyncIterator[Samples]
"""Pieces of 0.1 s, each when it has been spoken."""
Said = Callable[[str, bool], None]
"""Called with text of this role and whether it is final."""
Stream = Callable[[int, Sound, Said], Awaitable[None]]
"""Port, sound, text; returns when the peer has said everything."""

QUIET_S: Final = 5.0
"""A peer that does not say that it is done is waited for this long after its last words."""


async def plain(port: int, sound: Sound, said: Said) -> None:
    """Ours: `plain.py`."""
    async with _socket(port, "/") as socket:

        async def send() -> None:
            async for samples in sound:
                await socket.send(samples.tobytes())
            await socket.send(END)

        sending = asyncio.create_task(send())
        async for message in socket:
            value = json.loads(message)
            if value.get("end"):
                break
            said(value["text"], True)
        await sending


async def whisper_live(port: int, sound: Sound, said: Said) -> None:
    """Collabora WhisperLive 0.10."""
    async with _socket(port, "/") as socket:
        hello = {
            "uid": str(uuid.uuid4()),
            "language": "zh",
            "task": "transcribe",
            "model": "x",
            "use_vad": True,
            "send_last_n_segments": 10,
            "no_speech_thresh": 0.45,
            "clip_audio": False,
            "same_output_threshold": 10,
            "audio_format": "int16",
        }
        await socket.send(json.dumps(hello))
        while "SERVER_READY" not in str(await socket.recv()):
            pass

        def read(value: dict[str, Any]) -> None:
            segments = value.get("segments", [])
            said("".join(one["text"] for one in segments), False)
            said("".join(one["text"] for one in segments if one.get("completed")), True)

        await _both(socket, sound, read, lambda samples: samples.tobytes(), b"END_OF_AUDIO")


async def whisper_live_kit(port: int, sound: Sound, said: Said) -> None:
    """WhisperLiveKit 0.2, `--pcm-input`."""
    async with _socket(port, "/asr") as socket:

        def read(value: dict[str, Any]) -> bool:
            if value.get("type") == "ready_to_stop":
                return True
            settled = "".join(one.get("text") or "" for one in value.get("lines", []))
            said(settled, True)
            said(settled + (value.get("buffer_transcription") or ""), False)
            return False

        await _both(socket, sound, read, lambda samples: samples.tobytes(), b"")


async def realtime_stt(port: int, sound: Sound, said: Said) -> None:
    """RealtimeSTT 1.1, its FastAPI server."""
    async with _socket(port, "/ws/transcribe") as socket:
        await socket.send(json.dumps({"type": "start"}))

        def read(value: dict[str, Any]) -> None:
            if value.get("type") in ("realtime", "final"):
                said(value.get("text") or "", value["type"] == "final")

        def packed(samples: Samples) -> bytes:
            about = {
                "sampleRate": SAMPLE_RATE,
                "channels": 1,
                "format": "pcm_s16le",
                "frames": len(samples),
            }
            head = json.dumps(about).encode()
            return struct.pack("<I", len(head)) + head + samples.tobytes()

        await _both(socket, sound, read, packed, json.dumps({"type": "stop"}))


async def wyoming(port: int, sound: Sound, said: Said) -> None:
    """wyoming-faster-whisper: a connection for each utterance, which we cut for it."""
    cutter = Cutter()
    asked: list[asyncio.Task[None]] = []

    async def ask(samples: Samples) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        form = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}
        try:
            _wyoming(writer, "transcribe", {"language": "zh"})
            _wyoming(writer, "audio-start", form)
            for first in range(0, len(samples), SAMPLE_RATE):
                _wyoming(writer, "audio-chunk", form, samples[first : first + SAMPLE_RATE])
            _wyoming(writer, "audio-stop", {})
            await writer.drain()
            while line := await reader.readline():
                event = json.loads(line)
                data = event.get("data") or {}
                if size := event.get("data_length"):
                    data = json.loads(await reader.readexactly(size))
                if size := event.get("payload_length"):
                    await reader.readexactly(size)
                if event["type"] == "transcript":
                    said(data["text"], True)
                    return
        finally:
            writer.close()

    async for samples in sound:
        asked += [asyncio.create_task(ask(one)) for one in cutter.feed(samples)]
    asked += [
        asyncio.create_task(ask(one)) for one in cutter.feed(np.zeros(0, np.int16), last=True)
    ]
    await asyncio.gather(*asked)


def _wyoming(
    writer: asyncio.StreamWriter, kind: str, data: dict[str, Any], samples: Samples | None = None
) -> None:
    payload = b"" if samples is None else samples.tobytes()
    head: dict[str, Any] = {"type": kind, "data": data}
    if payload:
        head["payload_length"] = len(payload)
    writer.write(json.dumps(head).encode() + b"\n" + payload)


async def _both(
    socket: ClientConnection,
    sound: Sound,
    read: Callable[[dict[str, Any]], bool | None],
    packed: Callable[[Samples], bytes],
    end: str | bytes,
) -> None:
    """Send and read at once; done when `read` says so, the peer closes, or is quiet long enough."""
    over = asyncio.Event()

    async def send() -> None:
        async for samples in sound:
            await socket.send(packed(samples))
        await socket.send(end)
        over.set()

    sending = asyncio.create_task(send())
    try:
        while not sending.done() or sending.exception() is None:
            try:
                async with asyncio.timeout(QUIET_S):
                    message = await socket.recv()
            except TimeoutError:
                if over.is_set():
                    return
                continue
            except Exception:
                # the peer closed; if that was before the end, sending says so
                break
            with suppress(ValueError, TypeError):
                if read(json.loads(message)):
                    return
        if sending.done():
            await sending
    finally:
        sending.cancel()


def _socket(port: int, path: str) -> connect:
    return connect(
        f"ws://127.0.0.1:{port}{path}",
        compression=None,
        max_size=2**24,
        ping_interval=None,
        open_timeout=60,
    )
