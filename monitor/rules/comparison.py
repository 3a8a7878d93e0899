"""What a new version of packs changes: in their rules, and in the alerts of known calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from monitor.events import Alert
from monitor.rules.pack import Pack
from monitor.rules.transcript import judge_lines

_PLACES = frozenset({"line", "file"})


def changes(before: Sequence[Pack], after: Sequence[Pack]) -> Iterator[str]:
    """One line for each rule added, removed or changed."""
    old, new = _items(before), _items(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"- {name}"
        elif name not in old:
            yield f"+ {name}"
        elif changed := _changed(old[name], new[name]):
            yield f"~ {name}: {', '.join(changed)}"


def replayed(
    path: Path, before: Sequence[Pack], after: Sequence[Pack]
) -> Iterator[tuple[str, Alert]]:
    """("+" or "-", alert) for each alert of a transcript that only one version raises."""
    old, new = _alerts(path, before), _alerts(path, after)
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            yield "-", old[key]
        elif key not in old:
            yield "+", new[key]


def _items(packs: Sequence[Pack]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pack in packs:
        for section in (pack.rules, pack.states, pack.signals, pack.disclosures):
            found.update({f"{pack.pack}/{item.id}": item for item in section})
    return found


def _changed(old: Any, new: Any) -> list[str]:
    if type(old) is not type(new):
        return ["kind"]
    return [
        field.name
        for field in fields(old)
        if field.name not in _PLACES
        and _plain(getattr(old, field.name)) != _plain(getattr(new, field.name))
    ]


def _plain(value: Any) -> Any:
    """A value without the lines it stood on."""
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        return (
            type(value).__name__,
            *(_plain(getattr(value, f.name)) for f in fields(value) if f.name not in _PLACES),
        )
    return value


def _alerts(path: Path, packs: Sequence[Pack]) -> dict[tuple[str, float, str, str], Alert]:
    with path.open("rb") as file:
        return {
            (event.call, event.start, event.category, event.severity): event
            for event in judge_lines(file, packs, file=str(path))
            if isinstance(event, Alert) and event.state == "confirmed"
        }
