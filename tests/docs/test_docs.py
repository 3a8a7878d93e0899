"""The pages name every command, setting, route and code, and link to files that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.core import TyperGroup

from monitor import cli
from monitor.settings import GROUPS
from monitor.web import app as web
from monitor.web.auth import ROLES
from tests.docs import page

PAGES = sorted(
    [
        *page.ROOT.glob("README*.md"),
        *page.DOCS.rglob("*.md"),
        page.ROOT / "audio_fixtures/README.md",
    ]
)

ERRORS = {"MonitorError", "BadInput", "BadLexicon", "BadSetting", "Refused", "Unavailable"}
ERRORS |= {"Overloaded", "HangUp", "BadMessage"}

SERVER = ("web", "store", "access", "alerts", "calls.py", "live.py", "settings.py", "asr/models.py")
SERVER += tuple(f"ingest/{name}.py" for name in ("l16", "metadata", "riff", "strict_json"))
"""Where the codes that an operator meets come from."""

NOT_SHOWN = {"refused", "bad_url", "too_long"}
"""Codes of our own clients, not of the server."""

_LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def root() -> TyperGroup:
    cli.register()
    found = typer.main.get_command(cli.app)
    assert isinstance(found, TyperGroup)
    return found


def commands() -> Iterator[tuple[str, Any]]:
    for name, command in root().commands.items():
        yield f"monitor {name}", command
        if isinstance(command, TyperGroup):
            yield from ((f"monitor {name} {sub}", one) for sub, one in command.commands.items())


def test_every_command_is_in_the_readme() -> None:
    text = (page.ROOT / "README.md").read_text("utf8")
    missing = [name for name, _ in commands() if name.count(" ") == 1 and name not in text]
    # the demo is run by make
    assert [name for name in missing if name.replace("monitor", "make") not in text] == []


@pytest.mark.parametrize(("name", "command"), tuple(commands()), ids=lambda one: str(one))
def test_every_command_says_what_it_does(name: str, command: Any) -> None:
    assert (command.help or "").strip(), name
    for parameter in command.params:
        if parameter.name != "help":
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_every_setting_is_documented() -> None:
    text = page.read("operating.md")
    for group, kind in GROUPS.items():
        for field in msgspec.structs.fields(kind):
            row = re.search(rf"^\| `{group}\.{field.name}` \|.*\| ([^|]+) \|$", text, re.MULTILINE)
            assert row is not None, f"{group}.{field.name}"
            assert row[1].strip()


def test_every_route_is_documented() -> None:
    text = page.read("sockets.md")
    missing = [route.path for route in web._routes() if f"`{route.path}`" not in text]
    assert missing == []


def test_every_token_role_is_documented() -> None:
    text = page.read("sockets.md")
    assert [role for role in ROLES if f"| {role} |" not in text] == []


def codes(path: Path) -> Iterator[str]:
    """First text argument of every error that is raised on purpose."""
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value
                    break


def test_every_code_an_operator_meets_is_documented() -> None:
    text = page.read("operating.md") + page.read("sockets.md")
    monitor = page.ROOT / "monitor"
    files = [
        file
        for name in SERVER
        for file in ([monitor / name] if name.endswith(".py") else (monitor / name).glob("*.py"))
    ]
    met = {
        code for file in files for code in codes(file) if re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    }
    assert sorted(code for code in met - NOT_SHOWN if code not in text) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(page.ROOT)))
def test_links_to_files_lead_somewhere(path: Path) -> None:
    for link in _LINK.findall(path.read_text("utf8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if anchor:
            assert anchor in set(anchors(target)), link


def anchors(path: Path) -> Iterator[str]:
    """What a heading is called in a link."""
    for heading in re.findall(r"^#+ (.+)$", path.read_text("utf8"), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
