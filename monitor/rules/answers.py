"""What an agent's reply makes of the question a customer just asked.

是不是和银行存款一样 answered with 对 is the agent's own claim, though the agent never said it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

WINDOW_S: Final = 8.0
"""Seconds after a question in which a reply answers it; house policy of the reference."""

OVERLAP_S: Final = 1.0
"""A reply may begin this long before the question ends."""

HEAD: Final = 18
"""Folded characters of the reply that count as the answer."""


class Asked(StrEnum):
    """What kind of question it was."""

    CLAIM = "claim"
    """保本吗: agreeing makes the claim."""
    HARM = "harm"
    """会亏吗: denying makes the claim."""
    HARMLESS = "harmless"
    """不会亏吧: agreeing and repeating the denial both make the claim."""


class Reply(StrEnum):
    """What the reply does to the claim."""

    MAKES = "makes"
    CLEARS = "clears"
    NEITHER = "neither"


_LEAD: Final = re.compile(
    "^(?:嗯|哦|噢|啊|诶|欸|哎|呃|那|这个|那个|先生|女士|姐|哥|您|你|说|讲|得|的|这|是这样){0,4}"
)
_ASSENT: Final = re.compile(
    "^(?:对|是的|是呀|是啊|是$|是是|是一样|是差不多|没错|没问题|没毛病|当然|肯定|必须|那必须|那肯定|那当然|那是|绝对|百分百"
    "|算是|[这那]?[么样](?:理解|想|说|讲|算)(?:就|也)(?:对|没错|行|可以|没问题|没毛病)"
    "|可以这[么样](?:说|理解|讲)|可以理解|可以的|可以$|能的|能$|会的|会$|有的|有$|保的|包的|保$|包$|差不多|基本一样"
    "|基本上|一样|一个意思|一个道理|一回事|同一个|就是|就这意思|就这个意思|这个意思|理解得|理解的|放心|尽管放心|您放心"
    "|完全|确实|没区别|没有区别|没什么区别|没差别|没两样|正确|真的|不骗您|那还用说|那可不$|可不是|可不$|嗯|嗯嗯|好|行|ok)"
)
_NODS: Final = ("嗯", "嗯嗯", "嗯对", "嗯是", "嗯是的")
"""Whole replies that are a yes, and nothing at the beginning of a longer one."""

_SOFT_YES: Final = re.compile("尽管放心|您放心|放心|没问题|好|行|嗯")
"""Says yes only to a question that invites it."""
_REASSURE: Final = re.compile(
    "放心|没事|不用担心|不用怕|怎么会|怎么可能|哪会|哪能|哪有|尽管|不可能"
)
_DENIAL: Final = re.compile(
    "不会|不用|不需要|不必|不查|不看|不上|不收|不要|不影响|不扣|没有|没风险|没啥|没什么|没得|无需|亏不了|不亏|不赔|绝对不|肯定不"
    "|零|不存在|从来没|不反弹|不复发|没副作用|没任何|完全没|根本不|根本没|一点都不|一点也不|没$|不$"
)
_ADMITS: Final = re.compile(
    "^(?:会的|会$|会有|会亏|会查|有的|有$|有可能|有一定|有风险|可能|需要|要的|要查|要收|是的|对|是会|是有|也会|也有|都有|肯定有|当然有"
    "|存在|可能会|不一定|这个不好说|不好说|不敢保证|不能保证)"
)
_HEDGE: Final = re.compile(
    "不对的|是不对|不允许|不让讲|当心|小心|别信|是骗|骗人|违规|可能(?!不|没)|不一定|要看|看情况|取决于|为准|(?<!没)有风险|(?<!没)有一定(?:的)?风险|谨慎|波动|不保证|不能保证|无法保证|不敢保证|不承诺"
    "|不能承诺|说不准|不好说|不确定|会有损失|(?<!没)有损失|非保本|不保本|不同的|(?<!没)有区别|(?<!没)有差别|本质不|浮动"
)
_AGREEING: Final = re.compile(
    "没什么区别|没什么两样|不会有风险|不会有问题|怎么可能不|没有问题|没有区别"
    "|没啥区别|没有差别|不用担心|不用操心|没有风险|不用考虑|不会让您|一分不少"
    "|一分都不|怎么会不|没问题|没毛病|没有错|没区别|没差别|没两样|差不多"
    "|不骗您|不骗你|不用怕|不会亏|不会赔|没风险|亏不了|跑不了|少不了|错不了"
    "|不瞒您|不会少|不会变|没错|没事|不怕|可不$|可不是"
)
"""Negators that agree, or deny a harm."""
_WHETHER: Final = re.compile(r"(.)[不没]\1")
_ANY_THERE: Final = re.compile("有没有.{0,4}$")
_ABLE: Final = re.compile("(?:能不能|可不可以|能否)(?!不)")
_NO_HARM: Final = re.compile(
    "(?:不|没|无|零|免)[^对]{0,4}?(?:亏|赔|风险|损失|副作用|征信|流水|门槛|费|利息|反弹|复发|涨|扣|违约|影响|逾期|抵押|负债"
    "|告知|体检|回访|考试|上课|看|查|用|需要)|亏不|赔不|跌不"
)
_QUESTION: Final = re.compile(
    r"吗|么$|吧|嘛|呢$|[是能会有行对可好要保包](?:不|没)[是能会有行对可好要保包]|是否|能否|真的假的|真的$|是真|对吧|是吧|咯|喽|哈$"
)


_TOLD: Final = re.compile(
    "(?:有人|别人|朋友|邻居|他们|业务员|上次|以前|之前|上回|网上)[^我]{0,6}(?:说|讲)|听说"
)
"""The customer tells what others said; without a particle that asks for no confirmation."""


def question(text: str, start: int, end: int) -> bool:
    """Whether a customer's folded words around text[start:end] ask for confirmation."""
    around = text[max(0, start - 10) : end + 10]
    if _QUESTION.search(around):
        return True
    if _TOLD.search(text, 0, start):
        return False
    return len(text) <= 14 and len(text) - end <= 3


def kind_of(phrase: str, before: str = "") -> Asked:
    """The kind of question a phrase makes when a customer asks it, after these words.

    有没有不看征信的: 没有 says that there is none, not that nothing is looked at.
    """
    if _ANY_THERE.search(before) or _ABLE.search(phrase):
        return Asked.CLAIM
    return Asked.HARMLESS if _NO_HARM.search(_WHETHER.sub("", phrase)) else Asked.CLAIM


_RETELLS: Final = re.compile(
    "^[嗯哦那啊]{0,2}(?:您|你)(?:刚才|刚刚|之前)?(?:问|说|讲|复述|提|担心|看|听)"
)
_WEIGHED: Final = re.compile(
    "答案(?:是|就)?(?:不|没)|(?:说法|话|讲法)(?:不|是不|没)|没法(?:回答|答|说)|不准(?:这么|这样)?说|不是我们|别信|别当真"
)
"""您问能不能稳赚不赔，答案是不能: the question is only repeated before it is answered."""


def reply(text: str, asked: Asked, *, named: bool = True) -> Reply:
    """What the agent's folded words do to the claim the customer asked about.

    `named` questions are in a pack as such, and 您放心 answers them; others need a plain yes.
    """
    if _RETELLS.match(text) and _WEIGHED.search(text):
        return Reply.CLEARS
    lead = _LEAD.match(text)
    bare = text[lead.end() if lead else 0 :] or text
    head = bare[:HEAD]
    hedged = _HEDGE.search(text[: HEAD + 12])
    if hedged:
        return Reply.CLEARS
    if asked is Asked.CLAIM:
        return _claim(text, head, named)
    if asked is Asked.HARM:
        return _harm(text, head)
    if _ADMITS.match(head) and not head.startswith(("对", "是的", "不")):
        return Reply.CLEARS
    if _assents(text, head) or _DENIAL.search(head) or (named and _REASSURE.search(head)):
        return Reply.MAKES
    return Reply.NEITHER


def _assents(text: str, head: str) -> bool:
    if text in ("好", "行"):
        return False
    if text in _NODS:
        return True
    match = _ASSENT.match(head) or _ASSENT.match(text)
    if match is None:
        return False
    return match.group() not in ("嗯", "嗯嗯", "好", "行", "就是") or "放心" in head


def _claim(text: str, head: str, named: bool) -> Reply:
    rest = _AGREEING.sub("", text[: HEAD + 6])
    if re.search("不|没|无法|未必|并非|抱歉|误会|误解", rest) and "不过" not in rest[:3]:
        return Reply.CLEARS
    if named and "放心" in head:
        return Reply.MAKES
    yes = _assents(text, head) and (named or text in _NODS or not _SOFT_YES.match(head))
    return Reply.MAKES if yes else Reply.NEITHER


def _harm(text: str, head: str) -> Reply:
    if _DENIAL.search(head) or _REASSURE.search(head):
        return Reply.MAKES
    if _ADMITS.match(head) or _ADMITS.match(text):
        return Reply.CLEARS
    return Reply.NEITHER
