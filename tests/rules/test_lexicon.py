from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.errors import BadLexicon
from monitor.rules.lexicon import Lexicon, bundled_folder, find_pack
from tests.rules.judging import HEADER, alerts, call, rule, run, said

SURE = HEADER + "rules:\n" + rule("百分百保本")
OTHER = HEADER + "rules:\n" + rule("稳赚不赔")


def write(path: Path, text: str, *, tick: int = 1) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (tick, tick))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "tiny.yaml", SURE)
    return tmp_path


def quotes(lexicon: Lexicon, text: str) -> list[str]:
    return [alert.quote for alert in alerts(run(lexicon.judge(call()), said(text, 1, 3)))]


def test_the_packs_of_a_folder(folder: Path) -> None:
    lexicon = Lexicon(folder)
    assert [pack.name for pack in lexicon.packs] == ["tiny@1"]
    assert quotes(lexicon, "百分百保本") == ["百分百保本"]


def test_new_calls_get_new_rules_and_live_calls_keep_theirs(folder: Path) -> None:
    lexicon = Lexicon(folder)
    live = lexicon.judge(call())
    write(folder / "tiny.yaml", OTHER, tick=2)
    assert lexicon.refresh()
    assert quotes(lexicon, "百分百保本") == []
    assert quotes(lexicon, "稳赚不赔") == ["稳赚不赔"]
    assert len(alerts(run(live, said("百分百保本", 1, 3)))) == 1


def test_nothing_changed(folder: Path) -> None:
    lexicon = Lexicon(folder)
    before = lexicon.packs
    assert not lexicon.refresh()
    assert lexicon.packs is before


def test_a_broken_pack_replaces_nothing(folder: Path) -> None:
    lexicon = Lexicon(folder)
    write(folder / "tiny.yaml", "pack: [", tick=2)
    with pytest.raises(BadLexicon):
        lexicon.refresh()
    assert quotes(lexicon, "百分百保本") == ["百分百保本"]
    assert not lexicon.refresh(), "the same broken file is told once"
    write(folder / "tiny.yaml", OTHER, tick=3)
    assert lexicon.refresh()


def test_a_new_file_is_seen(folder: Path) -> None:
    lexicon = Lexicon(folder)
    write(folder / "more.yaml", OTHER.replace("pack: tiny", "pack: more"))
    assert lexicon.refresh()
    assert [pack.pack for pack in lexicon.packs] == ["more", "tiny"]


def test_named_packs_are_for_every_call(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    write(path, SURE.replace("industries: all", "industries: [wealth]"))
    lexicon = Lexicon.named([str(path)])
    assert quotes(lexicon, "百分百保本") == ["百分百保本"]


def test_bundled_packs_have_names() -> None:
    assert find_pack("base") == bundled_folder() / "base.yaml"


@pytest.mark.parametrize("name", ["nothing", "no/such.yaml", "../base"])
def test_a_pack_that_is_not_there(name: str) -> None:
    with pytest.raises(BadLexicon, match="bundled pack"):
        find_pack(name)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadLexicon):
        Lexicon(tmp_path / "none")
