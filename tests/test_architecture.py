"""The rules of the house that a script can see: who may import what, and how big a room gets."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "monitor"
FILES = sorted(ROOT.rglob("*.py"))

ONLY = {
    "faster_whisper": ("asr/", "demo/training/", "qa/bench/peers/"),
    "ctranslate2": ("asr/", "demo/training/"),
    "ahocorasick": ("rules/matcher.py",),
    "webrtcvad": ("speech/detector.py",),
    "sounddevice": ("audio/mic.py",),
    "argon2": ("access/passwords.py",),
    "pyotp": ("access/totp.py",),
}
"""Library -> the only places that may import it."""

FLOW = ("audio", "ingest", "speech", "asr", "text", "rules", "alerts", "store")
FLOW += ("access", "evidence", "web")
"""Rooms in the order sound flows; a room may import rooms before it, `web` may import all."""

LEAVES = ("types", "errors", "clock", "events")
"""Modules that import nothing of ours but one another."""


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("library", sorted(ONLY))
def test_library_stays_in_its_room(library: str) -> None:
    outside = [
        str(path.relative_to(ROOT))
        for path in FILES
        if any(name.split(".")[0] == library for name in imports(path))
        and not str(path.relative_to(ROOT)).startswith(ONLY[library])
    ]
    assert outside == []


@pytest.mark.parametrize("leaf", LEAVES)
def test_leaf_imports_only_leaves(leaf: str) -> None:
    ours = {name for name in imports(ROOT / f"{leaf}.py") if name.startswith("monitor")}
    assert ours <= {f"monitor.{other}" for other in LEAVES}


@pytest.mark.parametrize("room", FLOW[:-1])
def test_imports_point_down_the_flow(room: str) -> None:
    later = {f"monitor.{name}" for name in FLOW[FLOW.index(room) + 1 :]}
    if room in ("alerts", "store"):
        later -= {"monitor.alerts", "monitor.store"}
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path in sorted((ROOT / room).rglob("*.py"))
        for name in imports(path)
        if ".".join(name.split(".")[:2]) in later
    ]
    assert wrong == []


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in FILES
        if (lines := path.read_text("utf8").count("\n")) > 400
    }
    assert long == {}


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno > 60
    ]
    assert long == []
