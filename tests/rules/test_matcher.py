from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.rules.hits import Hit
from monitor.rules.matcher import MAX_HITS, Matcher
from monitor.rules.pattern import parse
from monitor.text.fold import fold, join, plain


def find(text: str, *phrases: str, **slots: list[tuple[int, int]]) -> list[Hit]:
    return Matcher([parse(phrase) for phrase in phrases]).find(fold(text), slots)


def level(text: str, phrase: str) -> str | None:
    """The best level at which a phrase is in a text."""
    levels = {hit.level for hit in find(text, phrase)}
    return next((one for one in ("exact", "normalised", "homophone") if one in levels), None)


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("这个百分百保本的", "百分百保本", "exact"),
        ("百分百、保 本", "百分百保本", "exact"),
        ("百分百保奔", "百分百保本", "homophone"),
        ("保證保本", "保证保本", "exact"),
        ("ＶＩＰ客户", "vip客户", "exact"),
        ("百分之百保本", "百分百保本", "normalised"),
        ("100%保本", "一百个百分点保本", "normalised"),
        ("百分百呢保本", "百分百保本", "normalised"),
        ("百分百那个保本", "百分百保本", "normalised"),
        ("百分百保保本", "百分百保本", "normalised"),
        ("这儿保本", "这保本", "normalised"),
        ("百分百宝本", "百分百保本", "homophone"),
        ("百分百宝本", "百分之百保本", "homophone"),
        ("问赚不赔", "稳赚不赔", "homophone"),
        ("退还手续费", "退换手续费", "homophone"),
        ("宝本", "保本", None),
        ("零风险", "无风险", None),
        ("这个产品保本", "这个产品", "exact"),
        ("产品保本", "这个产品", None),
        ("一心一意为您", "一心一意", "exact"),
        ("天天赚钱", "天天赚钱", "exact"),
        ("再考虑考虑", "再考虑考虑", "exact"),
        ("五万块", "50000块", "normalised"),
    ],
)
def test_levels(text: str, phrase: str, expected: str | None) -> None:
    assert level(text, phrase) == expected


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("百分之五十", "百分之五"),
        ("15%", "5%"),
        ("3.5%", "5%"),
        ("十五万块", "五万"),
        ("一百个百分点", "一百"),
        ("二百五十天", "五十天"),
    ],
)
def test_a_number_is_not_found_inside_another(text: str, phrase: str) -> None:
    assert find(text, phrase) == []


def test_numbers_of_two_clauses_are_two_numbers() -> None:
    assert [hit.phrase for hit in find("第一，百分百保本", "百分之百保本")] == ["百分之百保本"]
    assert find("千万一定要", "千万")


def test_positions_are_those_of_the_text() -> None:
    folded = fold("您好，保、保本呢，是百分之百的")
    hits = Matcher([parse("保本"), parse("100%")]).find(folded)
    assert [folded.quote(hit.start, hit.end) for hit in hits] == ["保本", "百分之百"]


def test_all_overlapping_hits_are_given() -> None:
    hits = find("国家知识产权局", "知识产权", "国家知识产权局", "产权局")
    assert [hit.phrase for hit in hits] == ["国家知识产权局", "知识产权", "产权局"]
    assert [hit.phrase for hit in find("国家知识产权", "知识产权", "国家知识产权局")] == [
        "知识产权"
    ]


def test_gaps_stay_in_their_sentence_and_do_not_count_fillers() -> None:
    phrase = "今天~4(停售|涨价)"
    assert [hit.phrase for hit in find("今天下午就停售了", phrase)] == ["今天…停售"]
    assert find("今天呃下午嗯就要停售", phrase)
    assert find("今天，就停售", phrase), "a comma is no end: recognised text has none"
    assert find("今天。就停售", phrase) == []
    assert find("今天说的那件事情要停售", phrase) == []
    assert find("今天停售", phrase)[0].parts == ((0, 2), (2, 4))


def test_a_gap_takes_the_nearest_beginning() -> None:
    (hit,) = find("今天今天就停售", "今天~4停售")
    assert (hit.start, hit.end) == (2, 7)


def test_a_chain_may_need_the_later_of_two_parts() -> None:
    assert find("甲甲乙丙丙乙丁丁丙", "甲甲~4乙~3丙") != []
    assert find("头头一二乙三四五乙六丙丙", "头头~8乙~1丙丙") != []


def test_slots_join_to_words() -> None:
    hits = find("我是江海银行的小王", "我是{company}的", "{person}", company=[(2, 6)])
    assert [(hit.start, hit.end, hit.phrase) for hit in hits] == [(0, 7, "我是{company}的")]
    assert find("我是江海银行的", "我是{company}的") == []
    assert Matcher([parse("我是{company}的")]).slots == {"company"}


def test_homophones_can_be_refused_for_a_pattern() -> None:
    patterns = [parse("百分百保本"), parse("稳赚不赔")]
    matcher = Matcher(patterns, homophones=[False, True])
    assert [hit.pattern for hit in matcher.find(fold("百分百宝本问赚不赔"))] == [1]
    assert find("百分百宝本", "百分百保本")[0].alike == 1


def test_most_of_a_phrase_must_be_heard_as_written() -> None:
    assert level("限时枪购", "限时抢购") == "homophone"
    assert level("显示枪狗", "限时抢购") is None
    assert level("行不行", "烦不烦") is None


def test_a_phrase_cut_by_a_segment_is_found_on_the_joined_text() -> None:
    folded = join("这个百分百保", "本的")
    (hit,) = Matcher([parse("百分百保本")]).find(folded)
    assert hit.end > folded.fresh


def test_no_patterns_and_no_text_are_nothing_special() -> None:
    assert Matcher([]).find(fold("保本")) == []
    assert find("", "保本") == []
    assert find("，😀\ud800", "保本") == []
    assert Matcher([parse("{person}")]).find(fold("我叫王小明")) == []


def test_rare_characters_have_their_own_place() -> None:
    hits = find("𠮷野家𠮷保本", "保本", "𠮷野家", "𡃁野家")
    assert [(hit.start, hit.end, hit.phrase) for hit in hits] == [(0, 3, "𠮷野家"), (4, 6, "保本")]


def test_hits_are_capped() -> None:
    nested = ["哈" * length for length in range(2, 64)]
    assert len(find("好哈不" * 600 + "哈" * 2000, *nested)) <= MAX_HITS


LETTERS = "保本百分之十二%2呢那个"
PHRASES = st.lists(
    st.text(alphabet=LETTERS, min_size=2, max_size=6).filter(lambda word: len(plain(word)) > 1),
    min_size=1,
    max_size=8,
    unique=True,
)


@settings(max_examples=300)
@given(PHRASES, st.text(alphabet=LETTERS + "，。 ", max_size=40))
def test_exact_hits_are_those_of_a_naive_search(phrases: list[str], text: str) -> None:
    folded = fold(text)
    expected = {
        (phrase, at, at + len(phrase))
        for phrase in map(plain, phrases)
        for at in range(len(folded.text))
        if folded.text.startswith(phrase, at) and not _cuts(folded.numbers, phrase, at)
    }
    hits = Matcher([parse(phrase) for phrase in phrases], homophones=False).find(folded)
    found = {(plain(hit.phrase), hit.start, hit.end) for hit in hits if hit.level == "exact"}
    assert found == expected


def _cuts(numbers: tuple[tuple[int, int], ...], phrase: str, at: int) -> bool:
    numeral = "0123456789.%零一二三十百千万亿"
    edges = [(phrase[0], at), (phrase[-1], at + len(phrase))]
    return any(c in numeral and any(a < p < b for a, b in numbers) for c, p in edges)


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from("甲乙丙"), max_size=25).map("".join),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_gaps_agree_with_a_naive_search(text: str, one: int, two: int) -> None:
    folded = fold(text)
    hits = Matcher([parse(f"甲~{one}乙~{two}丙")], homophones=False).find(folded)
    ends = {
        c + 1
        for a in range(len(text))
        for b in range(a + 1, len(text))
        for c in range(b + 1, len(text))
        if text[a] + text[b] + text[c] == "甲乙丙"
        and folded.distance(a + 1, b) <= one
        and folded.distance(b + 1, c) <= two
    }
    assert {hit.end for hit in hits} == ends


HAN = st.text(alphabet="保宝本笨稳问赚专不赔陪行航银引长张", max_size=14)


@settings(max_examples=200)
@given(st.text(alphabet="保本稳赚不赔行银长", min_size=3, max_size=4), HAN)
def test_homophones_agree_with_a_naive_search(phrase: str, text: str) -> None:
    matcher = Matcher([parse(phrase)])
    folded = fold(text)
    sounds = matcher.sounds
    expected = {
        at
        for at in range(len(text) - len(phrase) + 1)
        if sounds.alike(heard := text[at : at + len(phrase)], phrase)
        and sum(a != b for a, b in zip(heard, phrase, strict=True)) <= (len(phrase) - 3) * 2 + 1
    }
    assert expected <= {hit.start for hit in matcher.find(folded)}
