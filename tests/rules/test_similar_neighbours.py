from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.errors import BadSetting
from monitor.rules.similar_corpus import Sentence
from monitor.rules.similar_neighbours import NeighbourScorer, Vectors, load_embedder

BAD = frozenset({"guaranteed_return"})


class Counted:
    """Embeds a text as how often some characters occur in it."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.array([[text.count(c) for c in "本钱亏快递"] for text in texts], np.float32)


def sentence(text: str, categories: frozenset[str] = frozenset()) -> Sentence:
    return Sentence(text=text, categories=categories, group=text, source="test")


EXAMPLES = [
    sentence("本钱亏不了", BAD),
    sentence("本钱都在", BAD),
    sentence("快递到了"),
    sentence("快递明天寄"),
]


def test_the_nearest_examples_vote() -> None:
    scorer = NeighbourScorer(Counted(), EXAMPLES, count=3)
    like, fine = scorer.opinions(["您的本钱亏不掉", "您的快递呢"])
    assert like.scores["guaranteed_return"] > 0.9
    assert like.neighbours[0].sentence.text == "本钱亏不了"
    assert like.neighbours[0].likeness == pytest.approx(1.0)
    assert fine.scores.get("guaranteed_return", 0.0) < 0.1
    assert scorer.opinions([]) == []


def test_it_needs_examples_and_rows_of_numbers() -> None:
    with pytest.raises(ValueError, match="no labelled sentences"):
        NeighbourScorer(Counted(), [])

    class Flat:
        def embed(self, texts: Sequence[str]) -> Vectors:
            return np.zeros(len(texts), np.float32)

    with pytest.raises(ValueError, match=r"\(n, d\)"):
        NeighbourScorer(Flat(), EXAMPLES)


def test_no_folder_no_embedder() -> None:
    assert load_embedder("") is None


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"rules\.embedder.*no sentence-embedding model"):
        load_embedder(str(tmp_path / "missing"))


def test_a_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(BadSetting, match="sentence_transformers, which is not installed"):
        load_embedder(str(tmp_path))


def test_a_model_the_library_can_and_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text("{}")

    class Loaded:
        def __init__(self, path: str, *, device: str, local_files_only: bool) -> None:
            assert local_files_only
            assert (path, device) == (str(tmp_path), "cpu")

        def encode(self, texts: list[str], *, convert_to_numpy: bool) -> Vectors:
            assert convert_to_numpy
            return Counted().embed(texts)

    library = SimpleNamespace(SentenceTransformer=Loaded)
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    embedder = load_embedder(str(tmp_path))
    assert embedder is not None
    assert embedder.embed(["本钱"]).tolist() == [[1, 1, 0, 0, 0]]

    def broken(*_: object, **__: object) -> None:
        raise OSError("no weights")

    library.SentenceTransformer = broken  # type: ignore[assignment]
    with pytest.raises(BadSetting, match="no weights"):
        load_embedder(str(tmp_path))
