"""How big a soak is: whole by default, or a part of it, so that a run may stay below ten minutes.

`SOAK_KILLS=125 SOAK_PART=2 make soak` runs the kills of the third quarter.
"""

from __future__ import annotations

import os

PART = int(os.environ.get("SOAK_PART", "0"))
"""Another part, another seed."""


def size(name: str, whole: int) -> int:
    """The number that SOAK_NAME gives."""
    return int(os.environ.get(f"SOAK_{name}", whole))
