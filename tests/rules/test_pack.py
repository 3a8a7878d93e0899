from __future__ import annotations

from monitor.events import Severity
from monitor.rules.pack import CATEGORIES, Pack
from monitor.types import Business, Industry


def test_categories_are_those_of_the_design() -> None:
    assert len(CATEGORIES) == len(set(CATEGORIES)) == 29
    assert {"guaranteed_return", "missing_company"} < set(CATEGORIES)
    assert sum(name.startswith("missing_") for name in CATEGORIES) == 11


def test_which_calls_a_pack_covers() -> None:
    pack = Pack(
        pack="wealth",
        version=3,
        title="财富",
        industries=(Industry.WEALTH,),
        business=(Business.MARKETING,),
    )
    assert pack.name == "wealth@3"
    assert pack.covers("wealth", "marketing")
    assert not pack.covers("wealth", "service")
    assert not pack.covers("loan", "marketing")
    assert Pack(pack="base", version=1, title="", industries="all").covers("unknown", "service")


def test_severities_are_the_wire_s() -> None:
    assert Severity.__args__ == ("critical", "high", "medium", "low")  # type: ignore[attr-defined]
