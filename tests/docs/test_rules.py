"""The guides to rules: every file in them loads, every command prints what the page says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.commands import lexicon
from monitor.rules import pack
from monitor.rules.lint import lint
from monitor.rules.load import pack_from
from monitor.rules.operators import COMPANIONS
from monitor.rules.pattern import SLOTS
from monitor.rules.proof import prove
from tests.docs import page

PAGES = ("rules.zh-CN.md", "rules.md")

_FILE = re.compile(r"# (\S+\.(?:yaml|jsonl))\n")
_HEAD = "pack: page\nversion: 1\ntitle: page\nindustries: all\n"


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Files and commands of a page, in order."""
    for kind, content in page.blocks(text, "yaml", "jsonl", "console"):
        if kind == "console" or _FILE.match(content):
            yield kind, content


def agrees(shown: str, printed: str) -> bool:
    """A line that ends in … stands for one that goes on."""
    return printed.startswith(shown[:-1]) if shown.endswith("…") else shown == printed


@pytest.mark.parametrize("name", PAGES)
def test_commands_print_what_the_page_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for kind, content in steps(page.read(name)):
        if kind != "console":
            found = _FILE.match(content)
            assert found is not None
            path = tmp_path / found[1]
            path.parent.mkdir(exist_ok=True)
            path.write_text(content if kind == "yaml" else content[found.end() :], "utf8")
            continue
        for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            words = shlex.split(command)
            assert words[:2] == ["monitor", "lexicon"]
            printed = CliRunner().invoke(lexicon.app, words[2:]).output.splitlines()
            assert len(shown) == len(printed), (command, printed)
            assert all(map(agrees, shown, printed)), (command, printed)
            ran += 1
    assert ran > 3


@pytest.mark.parametrize("name", PAGES)
def test_every_other_block_is_part_of_a_good_pack(name: str) -> None:
    for _, content in page.blocks(page.read(name), "yaml"):
        if _FILE.match(content):
            continue
        if content.startswith("- "):
            rule = "rules:\n- id: one\n  category: concealment\n  title: t\n  severity: low\n"
            indented = "".join(f"    {line}\n" for line in content.splitlines())
            pack_from(f"{_HEAD}{rule}  match:\n{indented}")
            continue
        read = pack_from(_HEAD + content)
        assert [one for one in lint(read) if one.level == "error"] == []
        assert list(prove(read)) == []


def test_every_field_is_explained() -> None:
    text = page.read("rules.zh-CN.md")
    kinds = (
        pack.Pack,
        pack.Rule,
        pack.When,
        pack.Excuses,
        pack.Disclosure,
        pack.SignalRule,
        pack.StateRule,
        pack.AfterSignal,
        pack.Company,
    )
    names = {one.name for kind in kinds for one in fields(kind)} - {"line", "file"}
    assert [name for name in sorted(names) if not re.search(rf"`{name}`|{name}:", text)] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_word_of_the_language_is_there(name: str) -> None:
    text = page.read(name)
    words = {*COMPANIONS, *SLOTS, *pack.CATEGORIES}
    if name == "rules.md":
        words -= {*pack.CATEGORIES}
    assert [word for word in sorted(words) if word not in text] == []
