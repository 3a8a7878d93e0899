from __future__ import annotations

from pathlib import Path

import pytest

from monitor.asr import widest

ALL = "avx512f avx512cd avx512bw avx512dq avx512vl"


@pytest.mark.parametrize(
    ("flags", "chosen"),
    [(f"fpu sse2 {ALL} amx_tile", "AVX512"), ("fpu sse2 avx2 avx512f", None), ("", None)],
)
def test_only_what_the_processor_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, chosen: str | None
) -> None:
    monkeypatch.delenv(widest.VARIABLE, raising=False)
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t\t:\n")
    widest.prefer(told)
    widest.prefer(tmp_path / "none")
    assert widest.os.environ.get(widest.VARIABLE) == chosen


def test_what_the_operator_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(widest.VARIABLE, "AVX2")
    told = tmp_path / "cpuinfo"
    told.write_text(f"flags\t\t: {ALL}\n")
    widest.prefer(told)
    assert widest.os.environ[widest.VARIABLE] == "AVX2"
