"""How long something is kept, worked out from every policy that applies. Pure.

The longest minimum wins; after it, what has a deletion date goes. Days are counted from the end
of the call: the program knows of no contract that may end later, so put a hold on such calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

DAY_S: Final = 86_400.0

Artefact = Literal["recording", "record"]
"""recording: the sound. record: words, alerts and disclosures, with the consent that was said."""
Basis = Literal["law", "regulation", "standard", "house_policy", "unverified"]

EVERY: Final = "*"
"""Every industry."""


class Policy(Struct, frozen=True, kw_only=True):
    """A row of the policy table."""

    industry: str
    artefact: Artefact
    keep_days: int
    """Not deleted before."""
    delete_days: int | None = None
    """Deleted after, unless something else keeps it; None says nothing about deletion."""
    basis: Basis
    source: str


class Term(Struct, frozen=True, kw_only=True):
    """Until when something is kept, and when it goes."""

    keep_until: float
    """Seconds since the epoch, UTC."""
    delete_after: float | None
    """None: nobody asks for its deletion."""
    why: str
    """The policy that keeps it longest."""


def _house(artefact: Artefact, days: int, source: str) -> Policy:
    return Policy(
        industry=EVERY,
        artefact=artefact,
        keep_days=days,
        delete_days=days,
        basis="house_policy",
        source=source,
    )


def _minimum(industry: str, days: int, basis: Basis, source: str) -> tuple[Policy, ...]:
    both: tuple[Artefact, ...] = ("recording", "record")
    return tuple(
        Policy(industry=industry, artefact=each, keep_days=days, basis=basis, source=source)
        for each in both
    )


DEFAULTS: Final[tuple[Policy, ...]] = (
    _house("recording", 183, "录音保存至少 6 个月;到期删除(个人信息保护法第十九条:最短必要时间)"),
    _house("record", 731, "授权凭证留存至少 2 年;到期删除(个人信息保护法第十九条)"),
    *_minimum(EVERY, 30, "regulation", "呼叫中心业务:外呼录音、号码、时间、同意证明至少 30 天"),
    *_minimum("insurance", 3653, "regulation", "人身保险电话销售:成交录音合同终止后至少 10 年"),
    *_minimum("collection", 1827, "regulation", "消费信贷催收:录音至少 5 年"),
    *_minimum("credit_card", 731, "regulation", "信用卡催收:录音至少 2 年"),
    *_minimum("wealth", 7305, "unverified", "理财双录:各来源不一(终止后 6 个月/20 年),核实前取长"),
)
"""What is in force until somebody changes it; from the study of sources, section 3.3. Numbers
of days are rounded up to whole leap years."""


def term(policies: Iterable[Policy], artefact: Artefact, industry: str, ended: float) -> Term:
    """Until when the artefact of a call that ended at `ended` is kept."""
    mine = [
        each
        for each in policies
        if each.artefact == artefact and each.industry in (EVERY, industry)
    ]
    longest = max(mine, key=lambda each: each.keep_days, default=None)
    keep_days = 0 if longest is None else longest.keep_days
    wanted = [each.delete_days for each in mine if each.delete_days is not None]
    delete_days = max(keep_days, min(wanted)) if wanted else None
    return Term(
        keep_until=ended + keep_days * DAY_S,
        delete_after=None if delete_days is None else ended + delete_days * DAY_S,
        why="" if longest is None else f"{longest.source} ({longest.basis}, {keep_days} d)",
    )
