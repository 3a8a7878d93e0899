"""Single values of a pack file, and the words of messages about them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any, Final

from monitor.rules.nodes import FaultError, Node

RULE_NAME: Final = re.compile(r"[a-z0-9_-]{1,64}(/[a-z0-9_-]{1,64})?")


def scalar(hint: Any, node: Node) -> Any:
    """A word, a number or a truth value."""
    if node.kind != "scalar":
        hint_text = "; quote phrases that begin with { or [" if hint is str else ""
        raise FaultError(node.line, f"{_KINDS[hint]} is needed here, not {shown(node)}{hint_text}")
    if hint is str:
        if node.empty or not node.text.strip():
            raise FaultError(node.line, "a text is needed here, and it is empty")
        return node.text
    value = node.value
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        if value < 0:
            raise FaultError(node.line, f"{node.text} is below zero")
        return float(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise FaultError(node.line, f"{node.text} is below zero")
        return value
    if hint is bool and isinstance(value, bool):
        return value
    raise FaultError(node.line, f"{_KINDS[hint]} is needed here, not {shown(node)}")


_KINDS: Final[dict[Any, str]] = {
    str: "a text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
}


def shown(node: Node) -> str:
    """What stands there, short enough for a message."""
    if node.kind == "scalar":
        return repr(node.text if len(node.text) <= 40 else node.text[:40] + "…")
    return "a list" if node.kind == "list" else "a mapping"


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name."""
    names = list(known)
    close = difflib.get_close_matches(word[:80], names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(names)}"
