from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.text.syllables import Confusions, Sounds, readings, sounds

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8)


def test_readings() -> None:
    assert readings("保") == ("bao",)
    assert readings("行") == ("xing", "hang")
    assert readings("绿") == ("lv", "lu")
    assert readings("女") == ("nv",)
    assert readings("x") == ()
    assert readings("%") == ()


def test_confused_sounds_are_alike() -> None:
    ours = sounds()
    for one, other in [
        ("百分百宝本", "百分百保本"),
        ("问赚", "稳赚"),
        ("姜海", "江海"),
        ("证信", "征信"),
    ]:
        assert ours.alike(one, other)
    for one, other in [
        ("知", "资"),
        ("南", "蓝"),
        ("进", "静"),
        ("福", "湖"),
        ("产", "惨"),
        ("跟", "耕"),
    ]:
        assert ours.alike(one, other)
    assert not ours.alike("保本", "保险")
    assert not ours.alike("保本", "保")


def test_any_reading_of_both_will_do() -> None:
    assert sounds().alike("退还", "退换")
    assert sounds().alike("银航", "银行")
    assert not sounds().alike("害", "换")


def test_confusions_can_be_turned_off() -> None:
    strict = Sounds(Confusions(initials=(), finals=()))
    assert not strict.alike("知", "资")
    assert strict.alike("宝", "保")


@given(HAN, HAN)
def test_what_sounds_alike_has_the_same_codes(one: str, other: str) -> None:
    ours = sounds()
    pairs = list(zip(one, other, strict=False))
    for a, b in pairs:
        if ours.alike(a, b):
            assert ours.codes(a) == ours.codes(b)


@given(st.text(max_size=40))
def test_codes_are_one_for_one(text: str) -> None:
    assert len(sounds().codes(text)) == len(text)
