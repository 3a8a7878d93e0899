from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.fold import OVERLAP, PIECE, fold, join, pieces, plain
from monitor.text.forms import spelled

SPEECH = st.text(
    alphabet="保本百分之一二两三十万亿点零幺个年天第0123456789.%呢啊嗯就是那个这然后说儿"
    "，。！ 、Ａ３體價㎏",
    max_size=40,
)
ANY = st.one_of(st.text(st.characters(), max_size=60), SPEECH)


@settings(max_examples=300)
@given(ANY)
def test_folding_changes_nothing_the_second_time(text: str) -> None:
    once = fold(text)
    assert fold(once.text).text == once.text
    assert plain(text) == once.text


@settings(max_examples=300)
@given(SPEECH)
def test_readings_are_folded_and_settled(text: str) -> None:
    for form in fold(text).forms:
        assert plain(form.text) == form.text
        again = fold(form.text).forms
        looser = [one.text for one in again]
        assert not looser or len(looser[-1]) <= len(form.text)


@settings(max_examples=300)
@given(SPEECH)
def test_the_first_reading_is_its_own_first_reading(text: str) -> None:
    forms = fold(text).forms
    if forms:
        final = forms[-1].text
        assert [one.text for one in fold(final).forms] == []


@settings(max_examples=300)
@given(ANY, st.data())
def test_maps_go_there_and_back(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.clauses) == sorted(folded.clauses)
    assert len(folded.starts) == len(folded.clauses) == len(folded.text)
    for form in folded.forms:
        assert len(form.text) == len(form.starts) == len(form.ends)
        assert list(form.starts) == sorted(form.starts)
        assert all(
            0 <= a < b <= len(folded.text) for a, b in zip(form.starts, form.ends, strict=True)
        )
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    first, last = folded.original_span(start, end)
    back = folded.folded_span(first, last)
    assert back[0] <= start
    assert end <= back[1]
    assert folded.original_span(*back) == (first, last)
    assert folded.text[start:end] in plain(text[first:last]) or "." in text


@given(
    st.text(
        st.characters(categories=["Cs", "Cf", "Co", "Mn", "Zs"], include_characters="😀☎♪→"),
        max_size=30,
    )
)
def test_what_nobody_says_is_left_out(text: str) -> None:
    assert fold(text).text == ""


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ３．５％", "abc3.5%"),
        ("體驗價，優惠", "体验价优惠"),
        ("㎏", "kg"),
        ("保 、本", "保本"),
        ("50,000", "50000"),
        ("1.5. 2", "1.52"),
        ("\u202e保\u200d本😀", "保本"),
        ("\ud800保", "保"),
        ("", ""),
    ],
)
def test_text(text: str, folded: str) -> None:
    assert fold(text).text == folded


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("百分之百呢是保本的", "100%是保本的"),
        ("保保本", "保本"),
        ("这款产品嗯保、保本", "这款产品保本"),
        ("这个这个产品", "产品"),
        ("这儿保本", "这保本"),
        ("他儿子", "他儿子"),
        ("天天赚钱", "天天赚钱"),
        ("谢谢谢谢", "谢谢"),
        ("你干嘛呢", "你干嘛"),
        ("那个人", "那个人"),
        ("不就是保本吗", "不就是保本吗"),
        ("收益那个百分百保本", "收益100%保本"),
        ("工号是八零二，一共三万", "工号是802一共30000"),
    ],
)
def test_loosest_reading(text: str, reading: str) -> None:
    folded = fold(text)
    assert (folded.forms[-1].text if folded.forms else folded.text) == reading


def test_the_words_stay_in_the_text() -> None:
    folded = fold("那个，百分之百呢，是保本的吗？")
    assert folded.text == "那个百分之百呢是保本的吗"
    assert folded.quote(2, 9) == "百分之百呢，是保"[:8]
    assert folded.clause_span(3) == (2, 7)
    assert folded.distance(6, 9) == 2


def test_clauses_end_at_punctuation_but_not_at_every_mark() -> None:
    assert fold("保、本 好。行，吗").clauses == (0, 0, 0, 1, 2)
    assert fold("。。行").clauses == (0,)
    assert fold("3.5. 好").clauses == (0, 0, 0, 1)


def test_a_joined_text_knows_where_it_is_new() -> None:
    folded = join("百分之百保", "本的")
    assert folded.text == "百分之百保本的"
    assert folded.fresh == 5
    assert folded.quote(4, 6) == "保本"
    assert folded.original[folded.mark :] == "本的"


@given(st.integers(0, 9000))
def test_pieces_cover_a_text_and_overlap(length: int) -> None:
    text = "".join(chr(0x4E00 + at % 997) for at in range(length))
    covered = 0
    for offset, piece in pieces(text):
        assert len(piece) <= PIECE
        assert text[offset : offset + len(piece)] == piece
        assert offset == 0 or covered - offset == OVERLAP
        covered = offset + len(piece)
    assert covered == length


def test_a_phrase_keeps_its_fillers() -> None:
    assert spelled("这个百分百呢") == "这个100%呢"
    assert spelled(spelled("一百个百分点")) == "100%"


def test_loops_of_a_recogniser_are_short_afterwards() -> None:
    for loop in ("哈" * 2000, "这个产品" * 500, "嗯嗯啊" * 600):
        assert len(fold(loop).forms[-1].text) <= 4
