"""The settings as a table for people, made from their sentences."""

from __future__ import annotations

from typing import Any

import msgspec

from monitor.settings import GROUPS
from monitor.wire import docstrings


def settings() -> str:
    """Markdown: every key, its variable, what it is when nobody says, and what it is for."""
    rows = [
        "| key | environment | default | what it is for |",
        "|---|---|---|---|",
    ]
    for group, kind in GROUPS.items():
        sentences = docstrings.of_fields(kind)
        for field in msgspec.structs.fields(kind):
            key = f"{group}.{field.name}"
            variable = "MONITOR_" + key.replace(".", "_").upper()
            rows.append(
                f"| `{key}` | `{variable}` | {_shown(field.default)} | {sentences[field.name]} |"
            )
    return "\n".join(rows) + "\n"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value in ("", ()):
        return "—"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
