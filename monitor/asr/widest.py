"""The widest vector instructions for CTranslate2, which by itself stops at AVX2.

With AVX-512 it encodes a 3 s window of the bundled model in 9.1 ms instead of 10.9 and one of
4.5 s in 13.7 instead of 18.7 (medians of four alternating runs on one core of a Xeon).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

VARIABLE: Final = "CT2_FORCE_CPU_ISA"
_NEEDED: Final = frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"})


def prefer(flags: Path = Path("/proc/cpuinfo")) -> None:
    """Before CTranslate2 is first used in this process. What the operator has set stays."""
    try:
        lines = flags.read_text("ascii", "replace").splitlines()
    except OSError:
        return
    told = next((line for line in lines if line.startswith("flags")), "")
    if set(told.split()) >= _NEEDED:
        os.environ.setdefault(VARIABLE, "AVX512")
