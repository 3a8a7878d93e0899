"""Something odd about a sound that people should know and that does not stop the work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One plain sentence with a stable code."""

    code: str
    """snake_case, for programs: truncated, header_too_small, bad_samples, clipped, ..."""
    text: str
    """For people; does not name the file."""

    def __str__(self) -> str:
        return self.text
