"""When words that only sound like a phrase may count as the phrase.

A recogniser writes 保本保息 as 宝本保西; people also really say 包裹. A hit by sound alone needs
text that makes no sense as it is written, and a conversation it fits into.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.text.cuts import cuts, word_frequency

MARGIN: Final = 4
"""Folded characters on each side that help to cut the words."""

COMMON: Final = 50
"""Occurrences in jieba's dictionary from which a word counts as one people use."""

TRUSTED: Final = 0.6
"""Recogniser confidence from which a slip needs no further support. Not measured: a guess."""

HOPELESS: Final = 0.3
"""Recogniser confidence below which sound alone says nothing. Not measured: a guess."""

MOSTLY: Final = 0.5
"""Share of changed characters up to which a slip in a sales call needs no further support."""

_TRADE: Final = re.compile(
    "产品|收益|理财|保险|保单|基金|贷款|额度|利率|利息|放款|投资|本金|课程|套餐|优惠|活动|价格|疗程|治疗|退保|征信"
    "|年化|股票|办理|合同|推荐|介绍|购买|存款|资金|费用|放心|账户|还款|逾期|考试|报名|会员|服务|公司|银行"
)


def sensible(text: str, start: int, end: int) -> bool:
    """Whether folded text[start:end] reads as common words, so that nothing was misheard."""
    low, high = max(0, start - MARGIN), min(len(text), end + MARGIN)
    at = low
    for word in cuts(text[low:high]):
        stop = at + len(word)
        if stop > start and at < end and not _is_used(word):
            return False
        at = stop
    return True


def _is_used(word: str) -> bool:
    """Whether people use the word; three characters in the dictionary are no accident."""
    frequency = word_frequency(word)
    return frequency >= COMMON if len(word) == 2 else len(word) > 2 and frequency > 0


def supported(around: str, confidence: float | None, *, selling: bool, changed: float) -> bool:
    """Whether the call, the words around or the recogniser's confidence speak for the hit.

    `selling`: the call is for marketing or collection. `changed`: the share of the hit's
    characters that differ from the phrase; where most do, the words around must support it.
    """
    if confidence is not None and confidence < HOPELESS:
        return False
    if confidence is not None and confidence >= TRUSTED:
        return True
    if selling and changed <= MOSTLY:
        return True
    return _TRADE.search(around) is not None
