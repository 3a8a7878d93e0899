"""Rules as data that a page can put into plain words: every operator with its parts and limits."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from monitor.rules import expr as ex
from monitor.rules import pack as pk
from monitor.rules.pattern import Pattern

_NAMES: Final[dict[type[Any], str]] = {
    ex.Phrase: "phrase",
    ex.AnyOf: "any",
    ex.AllOf: "all",
    ex.NoneOf: "none",
    ex.NOf: "n_of",
    ex.Near: "near",
    ex.Ordered: "ordered",
    ex.Scope: "scope",
    ex.Short: "short",
    ex.Window: "window",
    ex.Said: "said",
    ex.First: "first",
    ex.Last: "last",
    ex.ByRole: "by_role",
    ex.Ref: "ref",
    ex.After: "after",
    ex.Before: "before",
    ex.NotSaid: "not_said",
    ex.Recent: "recent",
    ex.ProductIs: "product_is",
    ex.IndustryIs: "industry_is",
    ex.MetaIs: "meta_is",
    ex.SpeechRate: "speech_rate",
    ex.Silence: "silence",
    ex.TalkOver: "talk_over",
    ex.Interruption: "interruption",
    ex.Similar: "similar",
}

_HIDDEN: Final = frozenset({"line", "file"})

_SECTIONS: Final = ("rules", "disclosures", "signals", "states")


def tree(expr: ex.Expr | None) -> dict[str, Any] | None:
    """An expression as nested objects: `op`, and its own fields; None where there is none."""
    if expr is None:
        return None
    found: dict[str, Any] = {"op": _NAMES[type(expr)]}
    for field in fields(expr):
        if field.name not in _HIDDEN:
            found[field.name] = _plain(getattr(expr, field.name))
    return found


def pack_card(pack: pk.Pack, sha256: str) -> dict[str, Any]:
    """A pack without the bodies of its rules."""
    return {
        "pack": pack.pack,
        "version": pack.version,
        "name": pack.name,
        "title": pack.title,
        "author": pack.author,
        "date": pack.date,
        "description": pack.description,
        "industries": pack.industries,
        "business": pack.business,
        "sha256": sha256,
        "rules": [head for section in _SECTIONS for head in _heads(pack, section)],
    }


def items(pack: pk.Pack) -> list[dict[str, Any]]:
    """Every rule of a pack in full, section by section."""
    return [
        {"section": section, "rule": f"{pack.pack}/{item.id}", **_item(item)}
        for section in _SECTIONS
        for item in getattr(pack, section)
    ]


def _heads(pack: pk.Pack, section: str) -> list[dict[str, Any]]:
    return [
        {
            "rule": f"{pack.pack}/{item.id}",
            "section": section,
            "title": item.title or item.id,
            "category": getattr(item, "category", ""),
            "signal": getattr(item, "signal", ""),
            "strength": getattr(item, "strength", ""),
            "severity": getattr(item, "severity", ""),
        }
        for item in getattr(pack, section)
    ]


def _item(item: Any) -> dict[str, Any]:
    return {
        field.name: _plain(getattr(item, field.name))
        for field in fields(item)
        if field.name not in _HIDDEN
    }


def _plain(value: Any) -> Any:
    """Data that JSON can hold."""
    if isinstance(value, ex.Node):
        return tree(value)  # type: ignore[arg-type]
    if isinstance(value, Pattern):
        return value.source
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return _item(value)
    return value
