"""Rule packs from files. A mistake refuses the whole pack, with file, line and rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, get_args

from monitor.errors import BadLexicon
from monitor.events import SignalName
from monitor.rules import expr as ex
from monitor.rules import nodes, pack
from monitor.rules.doubt import doubts_for
from monitor.rules.nodes import FaultError, Node
from monitor.rules.reading import ID, Reader
from monitor.rules.refusal import refusals_for
from monitor.rules.similar import model_for
from monitor.rules.uncollected import uncollected

_ID_LINE: Final = re.compile(r"\s*-\s*\{?\s*id:\s*['\"]?([^\s'\",}]{1,64})")
_SECTIONS: Final[dict[str, type[Any]]] = {
    "rules": pack.Rule,
    "disclosures": pack.Disclosure,
    "signals": pack.SignalRule,
    "states": pack.StateRule,
}


KEPT: Final = 24
"""Packs kept as they were read, by their text: of a folder read again, only what was edited is new,
and the rules compiled from the others stay."""


class _RuleError(Exception):
    """A fault inside a rule of this name."""

    def __init__(self, rule: str, fault: FaultError) -> None:
        super().__init__(rule)
        self.rule = rule
        self.fault = fault


def load_pack(path: Path | str, *, models: bool = True) -> pack.Pack:
    """The pack in a YAML file; raises BadLexicon with file, line and rule.

    `models`: the models that the pack and its rules ask for must be there.
    """
    found = pack_from(nodes.read_text(Path(path)), str(path))
    nodes_of = (node for rule in found.rules for node in ex.walk(rule.match))
    if models and any(isinstance(node, ex.Similar) for node in nodes_of):
        model_for(found.file)
    if models and found.doubt:
        doubts_for(found.file)
        refusals_for(found.file)
    return found


def load_packs(folder: Path | str, *, models: bool = True) -> tuple[pack.Pack, ...]:
    """Every `*.yaml` of a folder, by name; raises BadLexicon, also for two packs of one name."""
    root = Path(folder)
    if not root.is_dir():
        raise BadLexicon("unreadable", "not a folder", file=str(root))
    found: dict[str, pack.Pack] = {}
    for path in sorted(root.glob("*.yaml")):
        read = load_pack(path, models=models)
        if read.pack in found:
            message = f"the pack {read.pack!r} is also in {found[read.pack].file}"
            raise BadLexicon("duplicate_pack", message, file=str(path))
        found[read.pack] = read
    return tuple(found.values())


@lru_cache(maxsize=KEPT)
def pack_from(text: str, file: str = "<text>") -> pack.Pack:
    """The pack in a text; `file` is what messages call it."""
    try:
        with uncollected():
            return replace(_pack(nodes.parse(text)), file=file)
    except _RuleError as error:
        fault, rule = error.fault, error.rule
        raise BadLexicon(
            "bad_rule", fault.message, file=file, line=fault.line, field=rule
        ) from error
    except FaultError as error:
        raise BadLexicon(
            "bad_pack",
            error.message,
            file=file,
            line=error.line,
            field=_rule_at(text, error.line),
        ) from error


def _rule_at(text: str, line: int) -> str | None:
    """The rule whose lines hold this one, where the file is too broken to be read."""
    for row in reversed(text.split("\n")[:line]):
        if found := _ID_LINE.match(row):
            return found.group(1)
        if row and row[0] not in " -#\t":
            return None
    return None


def _pack(root: Node) -> pack.Pack:
    reader = Reader()
    if root.kind == "map" and (lists := root.get("lists")) is not None and not lists.empty:
        reader.words(lists)
    found: pack.Pack = reader.record(pack.Pack, root, skip=frozenset({*_SECTIONS, "lists"}))
    if not ID.fullmatch(found.pack):
        line = (root.get("pack") or root).line
        raise FaultError(line, f"pack: {found.pack!r}; small letters, digits and - only")
    sections: dict[str, Any] = {
        name: _section(reader, root.get(name), kind) for name, kind in _SECTIONS.items()
    }
    found = replace(found, **{"lists": reader.lists, **sections})
    _check_names(found)
    return found


def _section(reader: Reader, node: Node | None, kind: type[Any]) -> tuple[Any, ...]:
    if node is None or node.empty:
        return ()
    if node.kind != "list":
        raise FaultError(node.line, "a list is needed here, each item beginning with `- id:`")
    read = []
    for one in node.items:
        name = one.get("id") if one.kind == "map" else None
        try:
            read.append(_checked(reader.record(kind, one), name))
        except FaultError as fault:
            raise _RuleError(name.text if name else f"line {one.line}", fault) from fault
    return tuple(read)


def _checked(item: Any, name: Node | None) -> Any:
    if not ID.fullmatch(item.id):
        line = name.line if name else item.line
        raise FaultError(line, f"id: {item.id!r}; small letters, digits, - and _ only")
    if isinstance(item, pack.Disclosure):
        if item.kind == "opening" and item.deadline_s is None:
            raise FaultError(item.line, "deadline_s is missing")
        if item.kind != "opening" and item.trigger is None:
            raise FaultError(item.line, f"trigger is missing: what begins a {item.kind} disclosure")
    top = item.satisfied_by if isinstance(item, pack.Disclosure) else item.match
    if isinstance(top, ex.NoneOf):
        raise FaultError(top.line, "none stands only inside all")
    return item


def _items(found: pack.Pack) -> Iterator[Any]:
    for name in _SECTIONS:
        yield from getattr(found, name)


def _check_names(found: pack.Pack) -> None:
    """Ids are unique over all sections; names after `after` and `before` exist."""
    lines: dict[str, int] = {}
    for item in _items(found):
        if item.id in lines:
            fault = FaultError(
                item.line, f"the id {item.id!r} is already used in line {lines[item.id]}"
            )
            raise _RuleError(item.id, fault)
        lines[item.id] = item.line
    known = {*lines, *(f"{found.pack}/{name}" for name in lines), *get_args(SignalName)}
    for item in _items(found):
        for ref in _references(item):
            ours = "/" not in ref.name or ref.name.startswith(f"{found.pack}/")
            if ours and ref.name not in known:
                fault = FaultError(ref.line, f"no rule or signal is called {ref.name!r}")
                raise _RuleError(item.id, fault)


def _references(item: Any) -> Iterator[ex.Ref]:
    for name in ("match", "unless", "satisfied_by", "unregistered", "trigger", "ends_by"):
        top = getattr(item, name, None)
        if top is not None:
            yield from (one for one in ex.walk(top) if isinstance(one, ex.Ref))
