from __future__ import annotations

import pytest

from monitor.rules.earshot import blurred, distance, nearest


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("福瑞保险", "上午好服日保险为您服务", "服日保险"),
        ("云帆财富", "上午好我是阳三财富的", "阳三财富"),
        ("快捷消费金融", "您好打扰了这里是块级消费金融", "块级消费金融"),
        ("众诚消费金融", "您好打扰了我们这边是中消费金融", "中消费金融"),
        ("江海银行", "您好这里是工商银行", None),
        ("江海银行", "您好我们跟银行有合作", None),
        ("启明教育科技", "您好我是您的课程顾问", None),
        ("福瑞保险", "服日保险的条款里写着呢", None),
        ("银行", "您好这里是银行", None),
    ],
)
def test_name_is_found_by_its_sound_where_somebody_introduces_himself(
    name: str, text: str, said: str | None
) -> None:
    found = nearest([name], text)
    assert (found and text[slice(*found)]) == said


def test_distance_orders_sounds() -> None:
    assert distance("福", "服") == 0.0
    assert distance("福", "服") < distance("林", "民") < distance("江", "海") == 1.0


@pytest.mark.parametrize(
    ("name", "text", "doubtful", "said"),
    [
        ("云帆财富", "您好我是阳他财富的", "阳他", "阳他财富"),
        ("云帆财富", "下午好传三财富为您服务", "传三", "传三财富"),
        ("云帆财富", "您好我是阳他财富的", "他", None),  # 阳 was heard well
        ("云帆财富", "您好我是阳他银行的", "阳他", None),
        ("云帆财富", "您了解阳他财富吗", "阳他", None),
        ("云帆", "您好我是阳他的", "阳他", None),
        ("福瑞保险", "下午好这边是局保险给来电", "局", "局保险"),
        ("福瑞保险", "下午好这边是服局日保险", "服局日", "服局日保险"),
        ("福瑞保险", "您好我是做保险的", "做", None),
        ("福瑞保险", "您好这边是保险给您来电", "这边是保险", None),
    ],
)
def test_a_name_that_was_not_understood_was_still_said(
    name: str, text: str, doubtful: str, said: str | None
) -> None:
    found = blurred([name], text, [character in doubtful for character in text])
    assert (found and text[slice(*found)]) == said
