from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import BadLexicon
from monitor.rules import similar_model
from monitor.rules.load import load_packs
from monitor.rules.similar_corpus import (
    Sentence,
    from_packs,
    read_concepts,
    read_corpus,
    variants,
)
from monitor.rules.similar_training import train

LEXICONS = Path(__file__).parents[2] / "lexicons"
CONCEPTS = {"钱": ("本金", "老本", "钱"), "少": ("少", "缺", "丢")}


def sentences() -> list[Sentence]:
    kept = ("一分不会少", "一点不会缺", "肯定丢不了", "绝对少不了", "不可能丢")
    paid = ("一笔押金", "三百块", "一点手续费", "我个人卡上")
    said = ("几点有空", "会寄合同给您", "可以来网点办", "再联系", "收到快递了吗")
    bad = [f"您的{a}在我们{b}{c}" for a in CONCEPTS["钱"] for b in ("这儿", "手里") for c in kept]
    off = [f"{a}前先{b}{c}" for a in ("放款", "领奖", "激活") for b in "交打转" for c in paid]
    days = ("明天", "下午", "周五", "月底")
    fine = [f"{a}{b}{c}" for a in ("您", "咱们", "我们") for b in days for c in said]
    made = [(text, {"guaranteed_return"}) for text in bad] + [(t, {"off_platform"}) for t in off]
    made += [(text, set()) for text in fine]
    return [
        Sentence(text=text, categories=frozenset(kinds), group=text, source="test")
        for text, kinds in made
    ]


@pytest.fixture(scope="module")
def model() -> similar_model.Model:
    return train(sentences(), CONCEPTS).model


def test_it_tells_violations_from_what_is_fine(model: similar_model.Model) -> None:
    def value(text: str, category: str) -> float:
        place = model.place(category)
        assert place is not None
        return float(model.score(model.extractor.of_text(text)).values[place])

    assert value("您的老本在我们这儿绝对不会缺", "guaranteed_return") > 0.5
    assert value("领奖前先转一笔手续费", "off_platform") > 0.5
    assert value("我们下午会寄合同给您", "guaranteed_return") < 0.2
    assert model.card.categories == ("guaranteed_return", "off_platform")


def test_a_text_without_a_known_feature_scores_nothing(model: similar_model.Model) -> None:
    score = model.score(model.extractor.of_text("xyz"))
    assert not score.values.any()
    assert model.place("nonsense") is None
    assert model.quality("nonsense") is None


def test_a_saved_model_scores_the_same_and_the_same_bytes(
    model: similar_model.Model, tmp_path: Path
) -> None:
    model.save(tmp_path / "a.npz")
    train(reversed(sentences()), CONCEPTS).model.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    loaded = similar_model.load(tmp_path / "a.npz")
    assert loaded.card == model.card
    for text in ("您的本金在我们手里丢不了", "放款前先交三百块", "我们周五再联系"):
        features = model.extractor.of_text(text)
        np.testing.assert_array_equal(
            loaded.score(loaded.extractor.of_text(text)).values, model.score(features).values
        )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"\x80\x04."])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(BadLexicon, match="not a similarity model"):
        similar_model.load(path)


def test_no_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(BadLexicon, match="monitor lexicon train"):
        similar_model.load(tmp_path / "model.npz")


def test_arrays_that_do_not_fit(model: similar_model.Model, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    model.save(path)
    with np.load(path) as file:
        arrays = dict(file)
    arrays["idf"] = arrays["idf"][:-1]
    np.savez(path, **arrays)
    with pytest.raises(BadLexicon, match="do not fit"):
        similar_model.load(path)


def test_variants_are_all_choices_and_the_same_every_time() -> None:
    line = "您的(本金|老本)[都](在|好好的)(呢)?"
    made = variants(line, 12)
    assert made == variants(line, 12)
    assert len(set(made)) == len(made) <= 12
    assert all(one.startswith("您的") and not set("()[]|?") & set(one) for one in made)
    assert variants("没有选择", 5) == ["没有选择"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("guaranteed_return", "+ 好的\n没有记号\n", ":2: .*a line begins with"),
        ("guaranteed_return", "+ (甲|乙\n", ":1: .*brackets"),
        ("neutral", "+ 违规\n", ":1: .*a line begins with"),
        ("garanteed", "+ 违规\n", "not named for a category"),
    ],
)
def test_mistakes_in_a_corpus(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    with pytest.raises(BadLexicon, match=message):
        read_corpus(tmp_path)


def test_an_empty_corpus_and_bad_concepts(tmp_path: Path) -> None:
    with pytest.raises(BadLexicon, match="in this folder"):
        read_corpus(tmp_path)
    (tmp_path / "concepts.txt").write_text("# 注\n钱: 本金\n没有冒号\n", encoding="utf-8")
    with pytest.raises(BadLexicon, match=":3: "):
        read_concepts(tmp_path)


def test_the_shipped_corpus() -> None:
    corpus = read_corpus(LEXICONS / "similar")
    assert {one.source for one in corpus} == {"corpus"}
    by_category: dict[str, set[str]] = {}
    for one in corpus:
        for category in one.categories or {""}:
            by_category.setdefault(category, set()).add(one.group)
    assert all(len(groups) >= 40 for groups in by_category.values())
    assert len(by_category) == 19
    read_concepts(LEXICONS / "similar")
    examples = from_packs(load_packs(LEXICONS, models=False))
    assert any(one.categories for one in examples)
    assert not any("similar/" in one.group for one in examples)
