from __future__ import annotations

import pytest

from monitor.access.permissions import ACTIONS, CONTENT, TABLE, actions_of, decide, scope
from monitor.access.principal import ROLES, Principal
from monitor.errors import Refused
from tests.access import table


def holder(role: str, *teams: str) -> Principal:
    return Principal(id="1", role=role, teams=teams, agent="8012" if role == "agent" else "")


def test_the_table_is_what_the_hand_written_one_says() -> None:
    assert set(table.ROLES) == set(ROLES)
    assert set(table.EXPECTED) == set(ACTIONS) == set(TABLE)
    found = {
        action: {role: reaches[role].value if role in reaches else "-" for role in table.ROLES}
        for action, reaches in TABLE.items()
    }
    assert found == table.EXPECTED


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_who_runs_or_audits_the_system_sees_no_call(role: str) -> None:
    assert not CONTENT & set(actions_of(role))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_decision(role: str, action: str) -> None:
    reach = table.EXPECTED[action][role]
    may = {
        "own": decide(holder(role, "south"), action, team="south", agent="8012").allowed,
        "colleague": decide(holder(role, "south"), action, team="south", agent="9").allowed,
        "other team": decide(holder(role, "south"), action, team="north", agent="8012").allowed,
        "no team": decide(holder(role), action, team="north", agent="8012").allowed,
    }
    everywhere = role in ("qa", "compliance")
    assert may == {
        "own": reach not in ("-", "whole"),
        "colleague": reach in ("team", "all"),
        "other team": reach == "all",
        "no team": reach in ("all", "whole") or (reach == "team" and everywhere),
    }


def test_unknown_roles_and_actions_get_nothing() -> None:
    assert decide(holder("supervisor", "south"), "calls.burn").code == "unknown_action"
    assert not any(decide(holder("root", "south"), action).allowed for action in ACTIONS)
    assert actions_of("root") == ()


def test_scope_is_the_own_part_of_the_record() -> None:
    two = holder("supervisor", "south", "east")
    assert scope(two, "calls.read").teams == ("south", "east")
    assert scope(two, "calls.read", "east").teams == ("east",)
    with pytest.raises(Refused, match="another team"):
        scope(two, "calls.read", "north")
    assert scope(holder("qa"), "calls.read").teams is None
    mine = scope(holder("agent", "south"), "calls.read")
    assert mine.covers("south", "8012")
    assert not mine.covers("south", "9")
    assert not mine.covers("north", "8012")
