"""What a team writes first: faster-whisper behind webrtcvad, a thread for each call.

A WebSocket of 16 kHz mono int16 in, JSON lines of text out. `--mode thread` hears in the thread of
the connection, `--mode pool` hands utterances to as many threads as there are cores.
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from faster_whisper import WhisperModel
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from monitor.asr.options import Options
from monitor.speech.detector import Detector
from monitor.types import FRAME_SAMPLES, SAMPLE_RATE, Samples

HANG_OVER_S = 0.5
"""As RealtimeSTT and whisper_streaming have it."""
LONGEST_S = 15.0
END = "end"


class Cutter:
    """Frames to utterances: speech until `HANG_OVER_S` of silence."""

    def __init__(self) -> None:
        self._detector = Detector(mode=2)
        self._left = np.zeros(0, np.int16)
        self._open: list[Samples] = []
        self._silent = 0

    def feed(self, samples: Samples, *, last: bool = False) -> list[Samples]:
        """Utterances that are over."""
        samples = np.concatenate([self._left, samples])
        whole = len(samples) // FRAME_SAMPLES * FRAME_SAMPLES
        self._left = samples[whole:]
        done: list[Samples] = []
        for frame in samples[:whole].reshape(-1, FRAME_SAMPLES):
            speech = self._detector.is_speech(frame)
            if not speech and not self._open:
                continue
            self._open.append(frame)
            self._silent = 0 if speech else self._silent + 1
            over = self._silent * FRAME_SAMPLES >= HANG_OVER_S * SAMPLE_RATE
            if over or len(self._open) * FRAME_SAMPLES >= LONGEST_S * SAMPLE_RATE:
                done.append(self._take())
        if last and self._open:
            done.append(self._take())
        return done

    def _take(self) -> Samples:
        utterance = np.concatenate(self._open)
        self._open, self._silent = [], 0
        return utterance


def main() -> None:
    """Serve until killed; prints the port."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--model", required=True)
    arguments.add_argument("--mode", choices=("thread", "pool"), required=True)
    given = arguments.parse_args()
    cores = os.cpu_count() or 1
    pool = ThreadPoolExecutor(cores) if given.mode == "pool" else None
    model = WhisperModel(
        given.model,
        device="cpu",
        compute_type="int8",
        cpu_threads=1 if pool else cores,
        num_workers=cores if pool else 1,
    )

    def read(samples: Samples) -> str:
        found, _ = model.transcribe(
            samples.astype(np.float32) / 32768,
            language="zh",
            beam_size=Options().beam,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return "".join(part.text for part in found)

    def handle(socket: ServerConnection) -> None:
        cutter = Cutter()
        waiting: list[Future[None]] = []

        def say(samples: Samples) -> None:
            socket.send(json.dumps({"text": read(samples), "final": True}))

        def take(utterances: list[Samples]) -> None:
            for utterance in utterances:
                if pool is None:
                    say(utterance)
                else:
                    waiting.append(pool.submit(say, utterance))

        try:
            for message in socket:
                if message == END:
                    break
                assert isinstance(message, bytes)
                take(cutter.feed(np.frombuffer(message, np.int16)))
            take(cutter.feed(np.zeros(0, np.int16), last=True))
            for one in waiting:
                one.result()
            socket.send(json.dumps({"end": True}))
        except ConnectionClosed:
            return

    with serve(handle, "127.0.0.1", 0, compression=None, max_size=2**22) as server:
        print(server.socket.getsockname()[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
