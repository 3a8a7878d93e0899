"""What dry runs found, kept team by team: each holder is shown the sum over the own teams.

Nothing in a team's part depends on what other teams did, or on whether they were tried at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from monitor.access.permissions import decide
from monitor.access.principal import Principal
from monitor.qa.review_rejudge import Difference
from monitor.web.review_access import Teams

EXAMPLES: Final = 60
"""Differences of a team kept to read, and most shown to anybody."""

Part = dict[str, Any]
"""Of one team: `calls` tried, `counts` of changes, by `rules` too, and `examples`."""


def empty() -> Part:
    """Of a team none of whose calls the pack is about."""
    return {"calls": 0, "counts": {}, "rules": {}, "examples": []}


def add(part: Part, call: int, found: Iterable[Difference]) -> None:
    """Count a call that was judged under both."""
    part["calls"] += 1
    for one in found:
        side = one.after or one.before or {}
        _count(part["counts"], {one.change: 1})
        _count(part["rules"].setdefault(side["rule"], {}), {one.change: 1})
        if one.change != "same" and len(part["examples"]) < EXAMPLES:
            part["examples"].append({"call": call, **msgspec.to_builtins(one)})


def kept(before: str | None, teams: Teams, parts: dict[str, Part]) -> str:
    """The text to keep after a run over these teams; what is known of other teams stays."""
    old: dict[str, Any] = {} if before is None else msgspec.json.decode(before)
    covered = None if teams is None else sorted(teams)
    if covered is not None and "by_team" in old:
        was = old["teams"]
        left = {name: part for name, part in old["by_team"].items() if name not in covered}
        covered = None if was is None else sorted({*was, *covered})
        parts = left | parts
    return msgspec.json.encode({"teams": covered, "by_team": parts}).decode()


def may_see(principal: Principal, teams: Iterable[str] | None) -> bool:
    """Whether a run over the calls of these teams shows nothing that is not the holder's."""
    return not principal.teams or (teams is not None and {*teams} <= {*principal.teams})


def shown(dry_run: str | None, principal: Principal) -> dict[str, Any] | None:
    """What was found over the holder's teams; None where none of them was tried.

    Without quotes for who reads none.
    """
    if dry_run is None:
        return None
    found: dict[str, Any] = msgspec.json.decode(dry_run)
    teams: list[str] | None = found.pop("teams", None)
    if "by_team" in found:
        if principal.teams and teams is not None and not {*teams} & {*principal.teams}:
            return None
        found = _sum(found["by_team"], principal.teams or tuple(found["by_team"]))
    elif not may_see(principal, teams):
        # a run of an earlier version counted its teams together
        return None
    if not decide(principal, "calls.read").allowed:
        found["examples"] = []
    return found


def _sum(by_team: Mapping[str, Part], teams: Iterable[str]) -> Part:
    whole = empty()
    for part in (by_team[team] for team in sorted(teams) if team in by_team):
        whole["calls"] += part["calls"]
        _count(whole["counts"], part["counts"])
        for rule, counts in part["rules"].items():
            _count(whole["rules"].setdefault(rule, {}), counts)
        whole["examples"] += part["examples"]
    rules = {rule: counts for rule, counts in whole["rules"].items() if {*counts} - {"same"}}
    return whole | {"rules": dict(sorted(rules.items())), "examples": whole["examples"][:EXAMPLES]}


def _count(into: dict[str, int], more: Mapping[str, int]) -> None:
    into.update(Counter(into) + Counter(more))
