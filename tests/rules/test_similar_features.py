from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.similar_features import NUMBER, PERCENT, Extractor, sound_names
from monitor.text.fold import fold

CONCEPTS = {"钱": ("本金", "钱"), "确定": ("绝对", "肯定"), "安全": ("安全",)}
TEXT = "您这本金绝对安全年化百分之八存二十万"


def extractor(*texts: str) -> Extractor:
    return Extractor(sound_names(texts or (TEXT,)), CONCEPTS)


def test_characters_slots_and_synonyms() -> None:
    made = extractor()
    shown = {made.spoken(name) for name in made.of_text(TEXT).names}
    assert {"本金", "绝对安全", f"年化{PERCENT}", f"存{NUMBER}"} <= shown
    assert {"〔钱〕", "〔钱〕〔确定〕", "〔钱〕〔确定〕〔安全〕", "〔钱〕…〔安全〕"} <= shown


def test_words_of_one_class_are_one_feature() -> None:
    made = extractor()
    ours, theirs = (set(made.of_text(text).names) for text in ("本金绝对", "钱肯定"))
    assert {made.spoken(name) for name in ours & theirs} == {"〔钱〕", "〔确定〕", "〔钱〕〔确定〕"}


def test_homophones_share_their_sounds() -> None:
    made = extractor("保本", "宝本")
    shared = set(made.of_text("保本").names) & set(made.of_text("宝本").names)
    assert "bao-ben" in {made.spoken(name) for name in shared}


def test_fillers_are_left_out_and_spans_are_of_the_folded_text() -> None:
    made = extractor()
    folded = fold("您这本金呢，绝对安全")
    features = made.of(folded)
    spans = dict(zip(features.names, features.spans, strict=True))
    start, end = spans["本金绝对"]
    assert folded.text[start:end] == "本金呢绝对"


def test_a_part_of_a_text_has_only_its_own_features() -> None:
    made = extractor()
    folded = fold("先说别的本金绝对安全")
    assert set(made.of(folded, 4).names) == set(made.of_text("本金绝对安全").names)


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    folded = fold(text)
    features = extractor().of(folded)
    assert len(set(features.names)) == len(features.names) == len(features.spans)
    assert all(0 <= start < end <= len(folded.text) for start, end in features.spans)


def test_sound_names_do_not_depend_on_order() -> None:
    assert sound_names(["保本", "安全"]) == sound_names(["安全保本"])
