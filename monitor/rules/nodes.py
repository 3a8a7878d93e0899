"""YAML text into a tree of nodes that remember their lines, with limits on everything.

Scalars follow the core schema of YAML 1.2, so `no`, `on` and `12:30` stay words. The parser is
libyaml's, through PyYAML's event stream: ruamel.yaml needs half a second for a pack this takes
a fiftieth of a second for, and an attack on the parser has to fail in less than a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import yaml

from monitor.errors import BadLexicon

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_LINE: Final = 10_000
"""Characters in a line."""
MAX_DEPTH: Final = 40
MAX_NODES: Final = 200_000
MAX_ITEMS: Final = 50_000
"""Items of one list."""

_LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_INT: Final = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}(?:\.[0-9]{0,18})?)")


class FaultError(Exception):
    """A mistake at a line (from 1) of the file being read; the loader adds file and rule."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line: Final = line
        self.message: Final = message


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a list or a mapping, with the line (from 1) on which it begins."""

    kind: Literal["scalar", "list", "map"]
    line: int
    text: str = ""
    plain: bool = False
    """A scalar without quotes."""
    items: tuple[Node, ...] = ()
    pairs: tuple[tuple[Node, Node], ...] = ()

    @property
    def value(self) -> str | int | float | bool | None:
        """A scalar under the core schema of YAML 1.2."""
        if not self.plain:
            return self.text
        if self.text in _NULL:
            return None
        if self.text in _TRUE or self.text in _FALSE:
            return self.text in _TRUE
        if _INT.fullmatch(self.text):
            return int(self.text)
        if _FLOAT.fullmatch(self.text):
            return float(self.text)
        return self.text

    @property
    def empty(self) -> bool:
        """Nothing was written here."""
        return self.kind == "scalar" and self.value is None

    def get(self, key: str) -> Node | None:
        """The value of a key of a mapping."""
        return next((value for name, value in self.pairs if name.text == key), None)


def read_text(path: Path) -> str:
    """The text of a pack file; raises BadLexicon for what is not UTF-8 or is too large."""
    file = str(path)
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise BadLexicon("unreadable", reason, file=file) from error
    if size > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1024 // 1024} MB"
        raise BadLexicon("too_large", message, file=file)
    return decode_text(raw, file)


def decode_text(raw: bytes, file: str) -> str:
    """Strict UTF-8 without a byte order mark; raises BadLexicon with line and byte."""
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        message = "starts with a byte order mark; save it as UTF-8 without BOM"
        raise BadLexicon("byte_order_mark", message, file=file, line=1)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8 at byte {error.start} (0x{raw[error.start]:02x})"
        raise BadLexicon("not_utf8", message, file=file, line=line) from error


def parse(text: str) -> Node:
    """The one document in `text`; raises FaultError."""
    for number, row in enumerate(text.split("\n"), 1):
        if len(row) > MAX_LINE:
            raise FaultError(number, f"a line of {len(row)} characters; at most {MAX_LINE}")
    try:
        return _Builder(text).document()
    except yaml.reader.ReaderError as error:
        code = error.character
        shown = f"U+{code if isinstance(code, int) else ord(code):04X}"
        line = text.count("\n", 0, _position(text, error.position)) + 1
        raise FaultError(line, f"the character {shown} is not allowed in YAML") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FaultError(mark.line + 1 if mark else 1, f"not YAML: {error.problem}") from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise FaultError(line, "half of a surrogate pair is not a character") from error


def _position(text: str, position: int) -> int:
    """libyaml counts bytes, the Python reader characters; a byte count never falls short."""
    if not yaml.__with_libyaml__:
        return position
    return len(text.encode()[:position].decode(errors="ignore"))


class _Builder:
    """Builds nodes from the event stream; refuses what a rule pack has no use for."""

    def __init__(self, text: str) -> None:
        self._events = yaml.parse(text, Loader=_LOADER)
        self._count = 0

    def document(self) -> Node:
        event = next(self._events)
        while not isinstance(event, yaml.DocumentStartEvent | yaml.StreamEndEvent):
            event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise FaultError(1, "the file is empty")
        root = self._node(next(self._events), 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise FaultError(after.start_mark.line + 1, "a second document in the file")
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = event.start_mark.line + 1
        self._count += 1
        if depth > MAX_DEPTH:
            raise FaultError(line, f"nested more than {MAX_DEPTH} deep")
        if self._count > MAX_NODES:
            raise FaultError(line, f"more than {MAX_NODES} values")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise FaultError(line, "anchors and aliases (& and *) are not allowed; quote the text")
        if event.tag is not None:
            raise FaultError(line, "tags (!) are not allowed; quote the text")
        if isinstance(event, yaml.ScalarEvent):
            return Node("scalar", line, event.value, plain=event.style in (None, ""))
        if isinstance(event, yaml.SequenceStartEvent):
            return Node("list", line, items=self._items(depth))
        return Node("map", line, pairs=self._pairs(depth))

    def _items(self, depth: int) -> tuple[Node, ...]:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
            if len(items) > MAX_ITEMS:
                raise FaultError(items[-1].line, f"more than {MAX_ITEMS} items in a list")
        return tuple(items)

    def _pairs(self, depth: int) -> tuple[tuple[Node, Node], ...]:
        pairs: list[tuple[Node, Node]] = []
        seen: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if key.kind != "scalar":
                raise FaultError(
                    key.line, "a key must be a word; quote phrases that begin with { or ["
                )
            if key.text in seen:
                raise FaultError(
                    key.line, f"{key.text!r} is already given in line {seen[key.text]}"
                )
            seen[key.text] = key.line
            pairs.append((key, self._node(next(self._events), depth + 1)))
        return tuple(pairs)
