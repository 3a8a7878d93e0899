"""The score card: what a reviewer weighs besides the machine's alerts.

Points and the veto are house policy, not law; the card names its version, so that a later card does
not rewrite what earlier calls were given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.errors import BadInput

CARD: Final = "card-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the card; `points` is the most it can give."""

    id: str
    points: int
    zh: str
    en: str


ITEMS: Final = (
    Item(id="opening", points=20, zh="开场规范", en="Opening"),
    Item(id="wording", points=30, zh="合规表述", en="Compliant wording"),
    Item(id="disclosure", points=20, zh="风险与规则告知", en="Risks and terms told"),
    Item(id="listening", points=15, zh="倾听与应答", en="Listening and answering"),
    Item(id="manner", points=15, zh="服务态度", en="Manner"),
)
"""Together 100 points."""

_TAKEN: Final = {"critical": 30, "high": 15, "medium": 8, "low": 3}
"""Points that one alert takes from the wording, by severity."""

_TOLD: Final = frozenset({"company", "identity", "purpose"})


def total(points: Mapping[str, int], *, veto: bool) -> int:
    """The sum of a card, 0 with the veto; raises `BadInput` for a card that is not complete."""
    known = {item.id: item for item in ITEMS}
    if points.keys() != known.keys():
        raise BadInput("bad_card", f"give points for {', '.join(known)}", field="points")
    for id_, value in points.items():
        if not 0 <= value <= known[id_].points:
            message = f"{value} is not from 0 to {known[id_].points}"
            raise BadInput("bad_card", message, field=f"points.{id_}")
    return 0 if veto else sum(points.values())


def suggested(severities: Sequence[str], disclosures: Mapping[str, str]) -> dict[str, int]:
    """The points that the machine's findings suggest; listening and manner are for people.

    `severities` of the alerts that stand, `disclosures`: item to its last state.
    """
    points = {item.id: item.points for item in ITEMS}
    opening = [state for item, state in disclosures.items() if item in _TOLD]
    told = [state for item, state in disclosures.items() if item not in _TOLD]
    points["opening"] = _share(points["opening"], opening)
    points["disclosure"] = _share(points["disclosure"], told)
    taken = sum(_TAKEN.get(severity, 0) for severity in severities)
    points["wording"] = max(0, points["wording"] - taken)
    return points


def _share(points: int, states: Sequence[str]) -> int:
    """Points less the share of statements that were missed."""
    missed = sum(state == "missed" for state in states)
    return points - round(points * missed / len(states)) if states else points
