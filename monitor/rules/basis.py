"""What an alert cites: every basis of a rule, and which of them is law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.rules.pack import Basis

STATUS: Final = {
    "law": "法律",
    "regulation": "监管规定",
    "standard": "标准",
    "draft": "征求意见稿",
    "house_policy": "企业内控",
    "unverified": "待核实",
}
"""How a status is named to people."""


def cited(bases: Sequence[Basis]) -> str:
    """All bases in one line.

    An alert has one `basis_status`, that of the first; a basis of another status says so itself.
    """
    parts = []
    for basis in bases:
        label = STATUS[basis.status]
        told = basis.status == bases[0].status or label in basis.cite
        parts.append(basis.cite if told else f"{basis.cite}（{label}）")
    return "；".join(parts)
