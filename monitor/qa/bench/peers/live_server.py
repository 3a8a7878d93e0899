"""Starts WhisperLive's server; run by the Python of its own environment, imports nothing of ours.

Arguments: port, model folder, "batch" or "single".
"""

import sys

from whisper_live.server import TranscriptionServer  # type: ignore[import-not-found]

_, port, model, mode = sys.argv
extra = (
    {
        "batch_enabled": True,
        "batch_max_size": 16,
        "batch_window_ms": 50,
        "batch_max_queue_wait_s": 1e9,
        "batch_max_admissions_per_s": 1e9,
    }
    if mode == "batch"
    else {}
)
TranscriptionServer().run(
    "127.0.0.1",
    port=int(port),
    backend="faster_whisper",
    faster_whisper_custom_model_path=model,
    single_model=True,
    max_clients=400,
    max_connection_time=36000,
    **extra,
)
