"""The learned vote on refusals: it takes from the patterns, and it gives beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import BadLexicon
from monitor.events import Event
from monitor.rules.load import load_packs, pack_from
from monitor.rules.pack import Pack
from monitor.rules.refusal import FILE, FOLDER, features, load
from monitor.rules.refusal_training import Said, made, teach
from tests.rules.judging import HEADER, alerts, dialogue, signals

LEXICONS = Path(__file__).parents[2] / "lexicons"
PACK = pack_from(
    HEADER
    + """
doubt: true
signals:
  - id: no
    signal: opt_out
    strength: weak
    match: [不需要, 不要]
states:
  - id: pester
    category: pestering
    title: 纠缠
    severity: high
    after: {signal: opt_out, strength: [weak, strong]}
    match: 您听我说
"""
)


def refused(pack: Pack, said: str) -> list[str]:
    events: list[Event] = dialogue(pack, f"坐：给您介绍一款产品 / 客：{said}")
    return [f"{one.signal} {one.strength}" for one in signals(events)]


def test_a_misheard_refusal_shares_its_sounds() -> None:
    sounds = {name for name in features("不续了") & features("不需了") if name.startswith("~")}
    assert sounds


def test_it_takes_a_vote_from_a_pattern_that_only_sounds_like_no() -> None:
    said = "发票不需要纸质的，发我邮箱就行"
    assert refused(replace(PACK, doubt=False), said) == ["opt_out weak"]
    assert not refused(PACK, said)


def test_it_gives_a_weak_vote_where_no_pattern_knows_the_words() -> None:
    said = "没兴趣没兴趣，别给我打了"
    assert not refused(replace(PACK, doubt=False), said)
    assert refused(PACK, said) == ["opt_out weak"]


def test_a_refusal_that_was_learned_opens_the_state_too() -> None:
    events = dialogue(PACK, "坐：给您介绍 / 客：没兴趣没兴趣，别给我打了 / 坐：您听我说")
    assert [alert.category for alert in alerts(events)] == ["pestering"]


def test_a_word_or_two_is_left_to_the_patterns() -> None:
    assert not refused(PACK, "没有")
    assert refused(PACK, "不要") == ["opt_out weak"]


def test_what_the_agent_says_is_no_refusal() -> None:
    assert not signals(dialogue(PACK, "坐：没兴趣没兴趣，别给我打了"))


def test_the_same_sentences_give_the_same_bytes(tmp_path: Path) -> None:
    some = [
        Said(text=f"{who}{what}", refuses=refuses, author=author)
        for author, who in (("甲", "我"), ("乙", "我们"))
        for what, refuses in (("不买了别打", True), ("想问多少钱", False), ("要发票吗", False))
    ]
    for name in ("a", "b"):
        model, tallies = teach(some)
        model.save(tmp_path / name / FILE)
        assert [one.author for one in tallies] == ["乙", "甲"]
    assert (tmp_path / "a" / FILE).read_bytes() == (tmp_path / "b" / FILE).read_bytes()
    assert load(tmp_path / "a" / FILE).chance("我不买了别打") > 0.5


def test_the_sentences_beside_the_packs_are_of_both_kinds() -> None:
    found = made(LEXICONS / FOLDER, load_packs(LEXICONS, models=False))
    assert {one.refuses for one in found} == {True, False}
    assert not [one.text for one in found if set(one.text) & set("|()")]


def test_a_bad_line_or_model_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "sentences.txt").write_text("# 注\n不要了\n", "utf8")
    with pytest.raises(BadLexicon) as fault:
        made(tmp_path, ())
    assert fault.value.line == 2
    (tmp_path / FILE).write_bytes(b"no")
    with pytest.raises(BadLexicon, match="refusal model"):
        load(tmp_path / FILE)


def test_edges_and_length_are_features() -> None:
    assert {"^不要", "不要$", "#0"} <= features("不要")


def test_the_model_in_force_knows_how_often_it_was_right() -> None:
    card = load(LEXICONS / FOLDER / FILE).card
    assert card.recall > 0.9
    assert card.false < 0.06
