from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.access.principal import Principal
from monitor.clock import VirtualClock
from monitor.errors import Refused
from monitor.evidence import opening
from monitor.settings import Settings, Store
from monitor.store.access_file import AccessFile
from monitor.store.tokens import ACCESS_FILE, TokenShelf
from monitor.web.auth import Doorkeeper, bearer, make_token, token_in_query
from monitor.web.server import doorkeeper


@pytest.fixture
def file(tmp_path: Path) -> Iterator[AccessFile]:
    with closing(AccessFile(tmp_path)) as file:
        yield file


@pytest.fixture
def door(file: AccessFile, tmp_path: Path) -> Doorkeeper:
    settings = Settings(store=Store(data=str(tmp_path)))
    return doorkeeper(file, settings, VirtualClock(), opening.opened(settings))


async def test_the_holder_of_a_token_is_known(file: AccessFile, door: Doorkeeper) -> None:
    shelf = TokenShelf(file)
    row, token = make_token("agent", VirtualClock(), team="south", agent="8012")
    shelf.add(row)
    principal = await door.admit(token)
    assert principal == Principal(id=row.id, role="agent", teams=("south",), agent="8012")
    assert await door.still_good(principal)
    shelf.revoke(row.id, 1.0)
    assert not await door.still_good(principal)
    with pytest.raises(Refused, match="taken back"):
        await door.admit(token)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token.replace("cm_", "dm_"),
        lambda token: "_".join(token.split("_")[:2]) + "_",
        lambda token: "",
        lambda token: "cm__",
        lambda token: "cm_\ud800_\ud800",
        lambda token: "cm_" + "0" * 10_000,
    ],
)
async def test_anything_else_is_refused_alike(
    file: AccessFile, door: Doorkeeper, change: object
) -> None:
    assert callable(change)
    row, token = make_token("qa", VirtualClock())
    TokenShelf(file).add(row)
    with pytest.raises(Refused) as fault:
        await door.admit(change(token))
    assert fault.value.code == "unknown_token"


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
