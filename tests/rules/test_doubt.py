"""The learned second look: what it doubts is a suspicion, never silence; what is meant stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.commands.lexicon import authored
from monitor.errors import BadLexicon
from monitor.events import Suspicion
from monitor.rules.doubt import FILE, FOLDER, Doubts, load
from monitor.rules.doubt_features import features
from monitor.rules.doubt_hits import Hit, Labelled, amid, hits, plain_talk, read_frames
from monitor.rules.doubt_training import Taught, teach
from monitor.rules.similar_corpus import Sentence
from tests.rules.judging import alerts, call, dialogue, rules

LEXICONS = Path(__file__).parents[2] / "lexicons"
LAWFUL = (
    "网上说{}您别信",
    "有人喊{}要当心",
    "您听到的{}我核实一下",
    "谁敢说{}就开除谁",
    "{}是骗人的",
)
MEANT = ("我跟您打包票{}", "{}您放心", "我们这款就是{}", "您今天办{}", "老客户都知道{}")
CLAIMS = ("百分百保本", "稳赚不赔", "零风险", "收益有保障")
PACK = replace(rules("(百分百保本|稳赚不赔|零风险|收益有保障)"), doubt=True, file="")


def labelled() -> list[Labelled]:
    wrong = frozenset({"guaranteed_return"})
    return [
        Labelled(
            sentence=Sentence(text=frame.format(claim), categories=kinds, group="", source=""),
            call=call(),
            author=author,
        )
        for claim, author in zip(CLAIMS, "甲乙甲乙", strict=True)
        for frames, kinds in ((LAWFUL, frozenset[str]()), (MEANT, wrong))
        for frame in frames
    ]


@pytest.fixture(scope="module")
def found() -> list[Hit]:
    return hits(labelled(), (PACK,))


@pytest.fixture(scope="module")
def taught(found: list[Hit]) -> Taught:
    return teach(found)


def test_it_learns_from_hits_that_the_context_excuses_too(found: list[Hit]) -> None:
    assert len(found) == len(CLAIMS) * (len(LAWFUL) + len(MEANT))
    assert {hit.right for hit in found if not hit.stands} == {False}


def test_a_hit_is_learned_amid_other_talk_too(found: list[Hit]) -> None:
    talk = plain_talk(LEXICONS)
    both = amid(found, talk)
    assert len(both) == 2 * len(found)
    for alone, amidst in zip(found, both[len(found) :], strict=True):
        assert amidst.text != alone.text
        assert amidst.text[slice(*amidst.span)] == alone.text[slice(*alone.span)]
    assert sum(hit.weight for hit in both) == pytest.approx(sum(hit.weight for hit in found))
    assert amid(found, talk) == both
    assert amid(found, ()) == found


def test_an_author_is_judged_by_a_scorer_of_the_others(taught: Taught) -> None:
    assert {case.author for case in taught.cases} == {"甲", "乙"}
    assert taught.model.card.kept == 1.0


def test_the_words_around_decide(taught: Taught) -> None:
    def opinion(text: str, claim: str, category: str = "guaranteed_return"):
        start = text.index(claim)
        return taught.model.opinion(text, start, start + len(claim), category)

    meant = opinion("我跟您打包票保本到底", "保本")
    told = opinion("网上说保本到底您别信", "保本")
    assert not meant.doubted
    assert not meant.words
    assert told.doubted
    assert told.chance < meant.chance
    assert any("别信" in word or "网上" in word for word in told.words)


def test_the_same_words_are_one_offence_and_not_another() -> None:
    known = features("钱转到我个人账户", 0, 8, "off_platform").keys()
    other = features("钱转到我个人账户", 0, 8, "concealment").keys()
    assert "@off_platform个人" in known - other


def test_a_threat_is_harder_to_doubt(taught: Taught) -> None:
    card = taught.model.card
    assert card.grave < card.threshold


def test_the_same_hits_give_the_same_bytes(
    found: list[Hit], taught: Taught, tmp_path: Path
) -> None:
    taught.model.save(tmp_path / "a" / FILE)
    teach(found).model.save(tmp_path / "b" / FILE)
    assert (tmp_path / "a" / FILE).read_bytes() == (tmp_path / "b" / FILE).read_bytes()
    read = load(tmp_path / "a" / FILE)
    text = "网上说百分百保本您别信"
    assert read.chance(text, 3, 8, "guaranteed_return") == pytest.approx(
        taught.model.chance(text, 3, 8, "guaranteed_return"), abs=1e-6
    )


@pytest.mark.parametrize("content", [b"", b"PK", b"no model at all"])
def test_a_broken_model_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE
    path.write_bytes(content)
    with pytest.raises(BadLexicon, match="doubt model"):
        load(path)
    with pytest.raises(BadLexicon, match="monitor lexicon train"):
        load(tmp_path / "none.npz")


def test_what_is_doubted_is_a_suspicion_and_no_alert() -> None:
    events = dialogue(PACK, "坐：我得先核实一下您在群里听到的那个百分百保本到底是哪个老师提的")
    assert not alerts(events)
    doubted = [event for event in events if isinstance(event, Suspicion)]
    assert [one.quote for one in doubted] == ["百分百保本"]
    assert doubted[0].chance < 0.5
    assert "存疑" in doubted[0].why


def test_what_is_meant_stands() -> None:
    events = dialogue(PACK, "坐：我跟您打包票这个百分百保本")
    assert [alert.category for alert in alerts(events)] == ["guaranteed_return"]
    assert not [event for event in events if isinstance(event, Suspicion)]


def test_a_pack_or_a_rule_that_does_not_ask_is_not_doubted() -> None:
    said = "坐：我得先核实一下您在群里听到的那个百分百保本到底是哪个老师提的"
    silent = replace(PACK, doubt=False)
    sure = replace(PACK, rules=tuple(replace(rule, doubt=False) for rule in PACK.rules))
    assert alerts(dialogue(silent, said))
    assert alerts(dialogue(sure, said))


def test_a_feature_says_where_it_stands() -> None:
    found = features("没人说保本", 3, 5, "guaranteed_return")
    assert found["<0说"] == (2, 3)
    assert found["=保本"] == (3, 5)
    assert ">0" not in found
    assert found["^没人"] == (0, 2)
    assert "#guaranteed_return" in found


def test_frames_are_sentences_of_both_kinds() -> None:
    made = read_frames(LEXICONS / FOLDER)
    assert {bool(one.categories) for one in made} == {True, False}
    assert not [one.text for one in made if set(one.text) & set("{}|()")]


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [("frames.txt", "- 没有占位", "holds one"), ("claims.txt", "nonsense: 保本", "category")],
)
def test_a_bad_line_is_refused_by_number(
    tmp_path: Path, name: str, line: str, message: str
) -> None:
    (tmp_path / "frames.txt").write_text("- 没说过{}\n", "utf8")
    (tmp_path / "claims.txt").write_text("guaranteed_return: 保本\n", "utf8")
    (tmp_path / name).write_text(f"# 注\n{line}\n", "utf8")
    with pytest.raises(BadLexicon, match=message) as fault:
        read_frames(tmp_path)
    assert fault.value.line == 2


def test_the_model_in_force_knows_how_often_it_was_right() -> None:
    model: Doubts = load(LEXICONS / FOLDER / FILE)
    assert model.card.doubted > 0
    assert model.card.kept > 0.95


def test_a_labelled_set_is_its_own_author_unless_it_says_another() -> None:
    assert authored("sets/third.jsonl") == (Path("sets/third.jsonl"), "third")
    assert authored("sets/third.jsonl=C") == (Path("sets/third.jsonl"), "C")


def test_the_sentence_before_is_no_reason_to_doubt() -> None:
    alone = alerts(dialogue(PACK, "坐：这个百分百保本"))
    events = dialogue(PACK, "坐：我先核实一下您在群里听到的 / 坐：这个百分百保本")
    assert [one.category for one in alerts(events)] == [one.category for one in alone]
