"""Where recordings lie: one folder per team and month, with names that tell nothing."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

_CHINA = timedelta(hours=8)


def month_of(wall: float) -> str:
    """Such as 2026-11, in Chinese time."""
    return (datetime.fromtimestamp(wall, UTC) + _CHINA).strftime("%Y-%m")


def folder_of(team: str, *, month: str) -> Path:
    """Within the folder of recordings."""
    return Path(hashlib.sha256(team.encode()).hexdigest()[:12]) / month
