from __future__ import annotations

import pytest

from monitor.asr.base import Transcript
from monitor.asr.suppress import invented, screen, worst_loop
from monitor.types import Role


def transcript(
    text: str, *, voiced_s: float = 30.0, no_speech: float = 0.0, logprob: float = -0.3
) -> Transcript:
    return Transcript(
        call="c",
        role=Role.AGENT,
        number=0,
        start_s=0.0,
        end_s=30.0,
        text=text,
        no_speech_prob=no_speech,
        avg_logprob=logprob,
        voiced_s=voiced_s,
    )


@pytest.mark.parametrize(
    "text",
    [
        "别打了别打了",
        "别打了别打了别打了",
        "对对对对对",
        "好的好的好的",
        "骗子骗子骗子骗子",
        "哈哈哈哈哈哈",
        "喂喂喂您好您好",
        "百分百保本,百分百保本,我再说一遍,百分百保本",
        "我们会保证收益的,下期再见面的时候再给您详细讲",
        "幺三八零零零零零零零零",
        "",
    ],
)
def test_what_people_say_is_kept(text: str) -> None:
    assert screen(transcript(text)).suppressed is None


@pytest.mark.parametrize(
    "text",
    [
        "收益收益收益收益收益收益收益收益",
        "我们的产品我们的产品我们的产品我们的产品我们的产品",
        "您好" + "啊" * 30,
    ],
)
def test_loops_are_suppressed(text: str) -> None:
    assert screen(transcript(text)).suppressed == "loop"


@pytest.mark.parametrize(
    "text",
    [
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "字幕由 Amara.org 社区提供",
        "谢谢观看!",
        "(字幕制作:贝尔)",
        "嗯,感谢观看,下期再见",
    ],
)
def test_invented_phrases_are_suppressed(text: str) -> None:
    assert screen(transcript(text)).suppressed == "invented"


def test_invented_tail_does_not_hide_what_was_said() -> None:
    assert screen(transcript("这款产品百分百保本谢谢观看")).suppressed is None


def test_impossible_rate_is_suppressed() -> None:
    text = "这款产品非常适合您现在的情况"
    assert screen(transcript(text, voiced_s=0.5)).suppressed == "too_fast"
    assert screen(transcript(text, voiced_s=1.6)).suppressed is None
    assert screen(transcript("您好", voiced_s=0.05)).suppressed is None


def test_no_speech_needs_two_witnesses() -> None:
    assert screen(transcript("好", no_speech=0.9, logprob=-1.5)).suppressed == "no_speech"
    assert screen(transcript("好", no_speech=0.9, logprob=-0.5)).suppressed is None
    assert screen(transcript("好", no_speech=0.1, logprob=-1.5)).suppressed is None


def test_text_is_never_changed() -> None:
    text = "收益" * 9
    screened = screen(transcript(text))
    assert screened.text == text
    assert screened.repetition == 1.0


def test_an_earlier_reason_stays() -> None:
    from dataclasses import replace

    assert screen(replace(transcript(""), suppressed="music")).suppressed == "music"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", (1, 0)), ("abc", (1, 0)), ("aaab", (3, 3)), ("xababab", (3, 6)), ("abcabc", (2, 6))],
)
def test_worst_loop(text: str, expected: tuple[int, int]) -> None:
    assert worst_loop(text) == expected


def test_inventions_are_bare_text() -> None:
    assert len(invented()) > 20
    assert all(phrase.isalnum() and phrase == phrase.lower() for phrase in invented())
