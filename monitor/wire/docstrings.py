"""The sentences under the fields of a class, which Python itself throws away."""

from __future__ import annotations

import ast
import inspect
import textwrap


def of_fields(kind: type) -> dict[str, str]:
    """Field name -> the string that follows it in the class body, on one line."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for before, after in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name):
            text = _string(after)
            if text:
                found[before.target.id] = text
    return found


def of_class(kind: type) -> str:
    """The class docstring on one line."""
    return " ".join((inspect.getdoc(kind) or "").split())


def _string(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        value = node.value.value
        return " ".join(value.split()) if isinstance(value, str) else ""
    return ""
