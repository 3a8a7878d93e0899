"""The sentence that tells a supervisor why there is an alert."""

from __future__ import annotations

from typing import Final

from monitor.types import Role

SPEAKER: Final = {Role.AGENT: "坐席", Role.CUSTOMER: "客户", Role.UNKNOWN: "说话人（声道未知）"}

LEVEL: Final = {
    "exact": "与规则词一致",
    "normalised": "与规则词只差写法",
    "homophone": "与规则词同音，可能是识别写错的字",
    "pattern": "符合规则的句式",
    "similar": "没有规则词，但整句像这类违规，依据",
}

CLEAR: Final = "上下文里没有否定、疑问、转述或假设"


def why(
    *,
    title: str,
    role: Role,
    quote: str,
    phrase: str,
    match: str,
    context: str,
    notes: tuple[str, ...] = (),
) -> str:
    """One Chinese sentence: rule, words, how they met the phrase, what context was considered."""
    named = f"“{phrase}”" if phrase and phrase != quote else ""
    met = f"{LEVEL.get(match, '符合规则')}{named}"
    parts = [f"{title}：{SPEAKER[role]}说“{quote}”，{met}", context or CLEAR, *notes]
    return "；".join(part for part in parts if part)


def answered(*, title: str, question: str, at_s: float, reply: str) -> str:
    """The same for a question of the customer that the agent said yes to."""
    return (
        f"{title}：客户在 {at_s:.1f} 秒问“{question}”，坐席 8 秒内答“{reply}”，等于自己作了这个说法"
    )
