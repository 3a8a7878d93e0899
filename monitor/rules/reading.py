"""Nodes into the records of `pack`, driven by their type hints; every mistake has its line."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from enum import StrEnum
from functools import cache
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from monitor.rules import expr as ex
from monitor.rules.nodes import FaultError, Node
from monitor.rules.operators import Operators
from monitor.rules.pattern import MAX_LITERALS, Pattern, PatternError, parse
from monitor.rules.scalars import nearest, scalar, shown

MAX_PHRASES: Final = 50_000
"""Different literals in a pack after expansion: the automata hold each once, however many
patterns share it (亏, 您, 今天)."""
MAX_CHARACTERS: Final = 2_000_000
"""Characters in all different literals of a pack."""
MAX_USES: Final = 100_000
"""Literals in a pack after expansion, each counted as often as it stands there."""
ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

_SINGLE: Final = frozenset({"answer", "answer_no", "unless", "ends_by"})
"""Fields in which a phrase may be a single character: something else limits them."""


class Reader:
    """Reads one pack; counts what its phrases expand to."""

    def __init__(self) -> None:
        self.lists: dict[str, tuple[str, ...]] = {}
        self._words: set[str] = set()
        self._characters = 0
        self._uses = 0
        self._operators = Operators(self)

    def record(self, kind: type[Any], node: Node, *, skip: frozenset[str] = frozenset()) -> Any:
        """A dataclass from a mapping; unknown and missing fields are faults."""
        if node.kind != "map":
            raise FaultError(node.line, f"a mapping is needed here, not {shown(node)}")
        known = {f.name: f for f in dataclasses.fields(kind) if f.name not in ("line", "file")}
        hints = _hints(typing.cast("typing.Hashable", kind))
        values: dict[str, Any] = {}
        for key, value in node.pairs:
            if key.text not in known:
                raise FaultError(key.line, f"unknown field {key.text!r}{nearest(key.text, known)}")
            if key.text in skip:
                continue
            if not value.empty:
                values[key.text] = self.field(key.text, hints[key.text], value)
            elif _required(known[key.text]):
                raise FaultError(key.line, f"{key.text} is empty")
        for name, field in known.items():
            if _required(field) and name not in values:
                raise FaultError(node.line, f"{name} is missing")
        if "line" in hints:
            values["line"] = node.line
        return kind(**values)

    def field(self, name: str, hint: Any, node: Node) -> Any:
        """The value of a field of this type."""
        try:
            return self._value(hint, node, single=name in _SINGLE, name=name)
        except FaultError as fault:
            if fault.message.startswith(name):
                raise
            raise FaultError(fault.line, f"{name}: {fault.message}") from fault

    def _value(self, hint: Any, node: Node, *, single: bool, name: str) -> Any:
        if hint == ex.Expr or hint == ex.Expr | None:
            return self._expression(name, node, single)
        if hint is Pattern:
            return self.pattern(node, single=single)
        origin = get_origin(hint)
        if origin in (Union, types.UnionType):
            return self._union(hint, node, single, name)
        if origin is Literal:
            return _one_of(get_args(hint), node)
        if origin is tuple:
            nodes = node.items if node.kind == "list" else (node,)
            item = get_args(hint)[0]
            return tuple(self._value(item, one, single=single, name=name) for one in nodes)
        if origin is dict:
            return self._mapping(get_args(hint)[1], node)
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return hint(_one_of(tuple(hint), node))
        if dataclasses.is_dataclass(hint):
            return self.record(typing.cast("type[Any]", hint), node)
        return scalar(hint, node)

    def _union(self, hint: Any, node: Node, single: bool, name: str) -> Any:
        """`X | None`, or a choice between a fixed word and something else."""
        options = [option for option in get_args(hint) if option is not type(None)]
        for option in options:
            if get_origin(option) is Literal and node.text in get_args(option):
                return node.text
        return self._value(options[0], node, single=single, name=name)

    def _mapping(self, hint: Any, node: Node) -> dict[str, Any]:
        if node.kind != "map":
            raise FaultError(node.line, f"a mapping is needed here, not {shown(node)}")
        return {
            key.text: self._value(hint, value, single=False, name=key.text)
            for key, value in node.pairs
        }

    def _expression(self, name: str, node: Node, single: bool) -> ex.Expr:
        if name == "unless" and (inner := node.get("utterance")) and len(node.pairs) == 1:
            found = self._operators.read(inner, single=single)
            return ex.Scope(scope="utterance", of=found, line=node.line)
        return self._operators.read(node, single=single)

    def pattern(self, node: Node, *, single: bool = False) -> Pattern:
        """The phrase in a scalar."""
        text = scalar(str, node)
        try:
            found = parse(text, self.lists, single=single)
        except PatternError as error:
            raise FaultError(node.line, str(error)) from error
        for literal in found.literals:
            self._uses += 1
            if literal not in self._words:
                self._words.add(literal)
                self._characters += len(literal)
        if self._uses > MAX_USES:
            raise FaultError(
                node.line, f"up to here the pack uses words more than {MAX_USES} times"
            )
        if len(self._words) > MAX_PHRASES or self._characters > MAX_CHARACTERS:
            limit = f"{MAX_PHRASES} phrases or {MAX_CHARACTERS} characters"
            raise FaultError(node.line, f"up to here the pack expands to more than {limit}")
        return found

    def words(self, node: Node) -> None:
        """Takes the word lists of the pack, before anything that uses them is read."""
        if node.kind != "map":
            raise FaultError(node.line, "lists: a mapping of name to words is needed here")
        lines = {key.text: value for key, value in node.pairs}
        for name, value in lines.items():
            nodes = value.items if value.kind == "list" else (value,)
            if len(nodes) > MAX_LITERALS:
                raise FaultError(value.line, f"lists: {name}: more than {MAX_LITERALS} words")
            self.lists[name] = tuple(scalar(str, one) for one in nodes)
        for name, value in lines.items():
            for word, one in zip(self.lists[name], value.items or (value,), strict=True):
                try:
                    parse(word, self.lists, single=True)
                except PatternError as error:
                    raise FaultError(one.line, f"lists: {name}: {error}") from error


def _one_of(allowed: tuple[Any, ...], node: Node) -> Any:
    names = [str(name) for arg in allowed for name in (get_args(arg) or (arg,))]
    if node.kind != "scalar":
        raise FaultError(node.line, f"a word is needed here, not {shown(node)}")
    if node.text not in names:
        raise FaultError(node.line, f"unknown value {shown(node)}{nearest(node.text, names)}")
    return node.text


def _required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


@cache
def _hints(kind: typing.Hashable) -> dict[str, Any]:
    return get_type_hints(kind)
