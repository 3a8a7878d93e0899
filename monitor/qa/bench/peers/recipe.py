"""How each peer is had and started: its environment, its settings, its protocol."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.asr.options import Options
from monitor.qa.bench.peers import protocols
from monitor.qa.bench.peers.protocols import Stream

HERE: Final = Path(__file__).parent
_THREADS: Final = str(min(2, os.cpu_count() or 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One peer with one set of settings."""

    name: str
    settings: str
    """The documented settings it is given, for the reader."""
    command: Callable[[Path, Path, int], list[str]]
    """Python of the environment, model folder and port to the command line."""
    stream: Stream
    environment: str = ""
    """Name of its environment; empty: ours."""
    packages: tuple[tuple[str, ...], ...] = ()
    """Arguments of each `pip install`."""
    prints_port: bool = False
    variables: tuple[tuple[str, str], ...] = (("OMP_NUM_THREADS", _THREADS),)


def _plain(mode: str) -> Callable[[Path, Path, int], list[str]]:
    module = "monitor.qa.bench.peers.plain"
    return lambda python, model, port: [
        *(str(python), "-m", module, "--model", str(model), "--mode", mode)
    ]


def _whisper_live(mode: str) -> Callable[[Path, Path, int], list[str]]:
    script = str(HERE / "live_server.py")
    return lambda python, model, port: [str(python), script, str(port), str(model), mode]


TORCH: Final = "torch==2.13.0"
"""One that is there for processors alone, too, for machines whose index has it."""

BEAM: Final = Options().beam
"""What can be told how hard to search searches as hard as we do; the others do as they come."""

_LIVE_PACKAGES: Final = (
    # its pins pull OpenVINO and the libraries of graphics cards
    ("--no-deps", "whisper-live==0.10.0"),
    (
        *(TORCH, "faster-whisper==1.2.1", "websockets", "fastapi", "uvicorn", "python-multipart"),
        *("scipy", "onnxruntime", "numpy"),
    ),
)

RECIPES: Final = (
    Recipe(
        name="thread per call",
        settings=f"faster-whisper 1.2.1 + webrtcvad, hang-over 0.5 s, beam {BEAM}, shared model",
        command=_plain("thread"),
        stream=protocols.plain,
        prints_port=True,
    ),
    Recipe(
        name="thread pool",
        settings="the same, utterances to a pool of a thread per core, num_workers per core",
        command=_plain("pool"),
        stream=protocols.plain,
        prints_port=True,
    ),
    Recipe(
        name="WhisperLive single",
        settings="whisper-live 0.10.0, one shared model, vad, same_output_threshold 10",
        command=_whisper_live("single"),
        stream=protocols.whisper_live,
        environment="whisper-live",
        packages=_LIVE_PACKAGES,
    ),
    Recipe(
        name="WhisperLive batch",
        settings="whisper-live 0.10.0, batch 16, window 50 ms, no admission limit",
        command=_whisper_live("batch"),
        stream=protocols.whisper_live,
        environment="whisper-live",
        packages=_LIVE_PACKAGES,
    ),
    Recipe(
        name="WhisperLiveKit",
        settings="whisperlivekit 0.2.26, faster-whisper, localagreement, asr-coalesce 0.75 s, "
        "confidence-validation",
        command=lambda python, model, port: [
            *(str(python.parent / "wlk"), "--host", "127.0.0.1", "--port", str(port)),
            *("--backend", "faster-whisper", "--backend-policy", "localagreement"),
            *("--model_dir", str(model), "--language", "zh", "--pcm-input"),
            # as its documentation has it for processors; a word it is sure of is final at once
            *("--warmup-file", "", "--asr-coalesce-min-s", "0.75", "--confidence-validation"),
        ],
        stream=protocols.whisper_live_kit,
        environment="whisperlivekit",
        packages=((TORCH, "whisperlivekit==0.2.26", "faster-whisper==1.2.1"),),
    ),
    Recipe(
        name="RealtimeSTT",
        settings=f"RealtimeSTT 1.1.2 fastapi server, beam {BEAM}/1, int8, main model for realtime",
        command=lambda python, model, port: [
            *(str(python), "-m", "example_fastapi_server.server", "--host", "127.0.0.1"),
            *("--port", str(port), "--engine", "faster_whisper", "--model", str(model)),
            *("--realtime-model", str(model), "--use-main-model-for-realtime"),
            *("--device", "cpu", "--compute-type", "int8", "--language", "zh"),
            *("--batch-size", "0", "--realtime-batch-size", "0", "--beam-size", str(BEAM)),
            *("--beam-size-realtime", "1", "--max-sessions", "400"),
            *("--max-active-speakers", "400"),
        ],
        stream=protocols.realtime_stt,
        environment="realtimestt",
        packages=((TORCH, "RealtimeSTT[faster-whisper,server]==1.1.2"),),
    ),
    Recipe(
        name="wyoming",
        settings=f"wyoming-faster-whisper 3.8.1, beam {BEAM}, int8, utterances cut as above",
        command=lambda python, model, port: [
            *(str(python), "-m", "wyoming_faster_whisper", "--uri", f"tcp://127.0.0.1:{port}"),
            *("--model", str(model), "--data-dir", str(model), "--language", "zh"),
            *("--stt-library", "faster-whisper", "--cpu-threads", _THREADS),
            *("--beam-size", str(BEAM), "--compute-type", "int8"),
            "--local-files-only",
        ],
        stream=protocols.wyoming,
        environment="wyoming",
        packages=(("wyoming-faster-whisper==3.8.1",),),
    ),
)
