from __future__ import annotations

from pathlib import Path

import pytest

from monitor.clock import VirtualClock
from monitor.errors import Refused
from monitor.store.tokens import ACCESS_FILE, TokenShelf
from monitor.web.auth import Doorkeeper, Principal, bearer, make_token, token_in_query


async def test_the_holder_of_a_token_is_known(tmp_path: Path) -> None:
    shelf = TokenShelf(tmp_path)
    row, token = make_token("agent", VirtualClock(), team="south", agent="8012")
    shelf.add(row)
    door = Doorkeeper(shelf)
    principal = await door.admit(token)
    assert principal == Principal(id=row.id, role="agent", team="south", agent="8012")
    assert await door.still_good(principal)
    shelf.revoke(row.id, 1.0)
    assert not await door.still_good(principal)
    with pytest.raises(Refused, match="taken back"):
        await door.admit(token)
    shelf.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token.replace("cm_", "dm_"),
        lambda token: token.rsplit("_", 1)[0] + "_",
        lambda token: "",
        lambda token: "cm__",
        lambda token: "cm_\ud800_\ud800",
        lambda token: "cm_" + "0" * 10_000,
    ],
)
async def test_anything_else_is_refused_alike(tmp_path: Path, change: object) -> None:
    assert callable(change)
    shelf = TokenShelf(tmp_path)
    row, token = make_token("qa", VirtualClock())
    shelf.add(row)
    with pytest.raises(Refused) as fault:
        await Doorkeeper(shelf).admit(change(token))
    assert fault.value.code == "unknown_token"
    shelf.close()


def test_the_secret_is_not_kept(tmp_path: Path) -> None:
    shelf = TokenShelf(tmp_path)
    row, token = make_token("admin", VirtualClock())
    shelf.add(row)
    shelf.close()
    secret = token.split("_", 2)[2]
    assert len(secret) >= 32
    assert secret.encode() not in (tmp_path / ACCESS_FILE).read_bytes()
    assert secret not in repr(row)


@pytest.mark.parametrize(
    ("role", "team", "agent"),
    [
        ("boss", "south", ""),
        ("supervisor", "", ""),
        ("ingest", "", ""),
        ("agent", "south", ""),
        ("agent", "", "8012"),
        ("supervisor", "south", "8012"),
    ],
)
def test_a_token_names_what_its_role_needs(role: str, team: str, agent: str) -> None:
    with pytest.raises(Refused):
        make_token(role, VirtualClock(), team=team, agent=agent)


RIGHTS = {
    "supervisor": {"alerts", "agent 8012", "agent 9", "own record"},
    "agent": {"agent 8012"},
    "qa": {"own record", "other record"},
    "ingest": {"calls"},
    "admin": {"metrics"},
}


@pytest.mark.parametrize("role", list(RIGHTS))
def test_rights(role: str) -> None:
    team = "" if role == "qa" else "south"
    holder = Principal(id="1", role=role, team=team, agent="8012" if role == "agent" else "")

    def reads(asked: str) -> bool:
        try:
            return holder.reads(asked) == asked
        except Refused:
            return False

    can = {
        "alerts": holder.may_watch_alerts,
        "calls": holder.may_send_calls,
        "metrics": holder.may_read_metrics,
        "agent 8012": holder.may_see_agent("8012"),
        "agent 9": holder.may_see_agent("9"),
        "own record": reads("south"),
        "other record": reads("north"),
    }
    assert {name for name, may in can.items() if may} == RIGHTS[role]


def test_qa_of_a_team_reads_that_team_only() -> None:
    holder = Principal(id="1", role="qa", team="south", agent="")
    assert holder.reads(None) == "south"
    with pytest.raises(Refused):
        holder.reads("north")
    everywhere = Principal(id="1", role="qa", team="", agent="")
    assert everywhere.reads(None) is None


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer x", "x"), ("bearer  x ", "x"), ("Basic x", None), ("Bearer", None), ("", None)],
)
def test_bearer(header: str, token: str | None) -> None:
    assert bearer({"authorization": header}) == token


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"token": "x"}, True),
        ({"Authorization": "Bearer x"}, True),
        ({"t": "cm_1_2"}, True),
        ({"after": "3", "team": "south"}, False),
    ],
)
def test_token_in_query(query: dict[str, str], found: bool) -> None:
    assert token_in_query(query) is found
