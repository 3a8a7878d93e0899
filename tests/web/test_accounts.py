from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pyotp
import pytest

from monitor.access.accounts import Accounts
from monitor.access.seal import LOGINS, Seal
from monitor.clock import SystemClock
from monitor.evidence.opening import LateKeys
from monitor.settings import Settings, Store
from monitor.store.access_file import AccessFile
from tests.web.conftest import CHEAP, House, Opener, closed_with, hear, say

PASSWORD = "correct horse 电池"
ADMIN = {"name": "王芳", "password": PASSWORD, "role": "admin"}
LEAD = {"name": "li.na", "password": PASSWORD, "role": "supervisor", "teams": ["south"]}


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=house.url) as client:
        yield client


@pytest.fixture
async def people(house: House, client: httpx2.AsyncClient) -> None:
    assert house.state.first is not None
    body = {"code": house.state.first.digits, "people": [ADMIN, LEAD]}
    answer = await client.post("/api/setup", json=body)
    assert answer.status_code == 201, answer.text


async def sign_in(client: httpx2.AsyncClient, name: str, **more: Any) -> httpx2.Response:
    client.cookies.clear()
    body = {"name": name, "password": PASSWORD} | more
    answer = await client.post("/api/session", json=body)
    if answer.status_code == 200:
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return answer


def from_outside(folder: Path) -> tuple[AccessFile, Accounts]:
    """As `monitor user` does it in a process of its own."""
    file = AccessFile(folder)
    return file, Accounts(
        file, Seal(LateKeys(Settings(store=Store(data=str(folder)))), LOGINS), CHEAP, SystemClock()
    )


async def test_the_first_start_offers_a_look_at_the_demo(
    house: House, client: httpx2.AsyncClient
) -> None:
    assert (await client.get("/api/session")).json()["first"] is True
    assert house.state.first is not None
    wrong = await client.post("/api/session", json={"code": "nothing"})
    assert wrong.status_code == 401
    code = house.state.first.digits
    about = (await client.post("/api/session", json={"code": code})).json()
    assert (about["role"], about["team"]) == ("supervisor", "demo")
    client.cookies.clear()
    assert (await client.post("/api/session", json={"code": code})).status_code == 401
    assert "first" not in (await client.get("/api/session")).json()


async def test_guessing_the_code_ends_it(house: House, client: httpx2.AsyncClient) -> None:
    assert house.state.first is not None
    code = house.state.first.digits
    for _ in range(5):
        assert (await client.post("/api/session", json={"code": "x"})).status_code == 401
    assert (await client.post("/api/session", json={"code": code})).status_code == 401


@pytest.mark.usefixtures("people")
async def test_the_first_accounts_are_made_once(house: House, client: httpx2.AsyncClient) -> None:
    body = {"code": "123456", "people": [ADMIN | {"name": "other"}]}
    assert (await client.post("/api/setup", json=body)).status_code == 401
    about = (await sign_in(client, "王芳")).json()
    assert (about["name"], about["role"]) == ("王芳", "admin")
    assert not [action for action in about["actions"] if action.startswith("calls.")]
    assert (await client.get("/api/calls")).status_code == 403


async def test_the_first_accounts_need_an_administrator(
    house: House, client: httpx2.AsyncClient
) -> None:
    assert house.state.first is not None
    body = {"code": house.state.first.digits, "people": [LEAD]}
    answer = await client.post("/api/setup", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "no_admin")


@pytest.mark.usefixtures("people")
async def test_wrong_name_wrong_password_and_locked_read_alike(
    client: httpx2.AsyncClient, house: House
) -> None:
    answers = [await sign_in(client, "nobody")]
    answers += [await sign_in(client, "li.na", password="wrong wrong") for _ in range(5)]
    answers.append(await sign_in(client, "li.na"))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    file, outside = from_outside(house.folder)
    with closing(file):
        outside.enable(outside.named("li.na"))
    assert (await sign_in(client, "li.na")).status_code == 200


@pytest.mark.usefixtures("people")
async def test_codes_of_an_app(house: House, client: httpx2.AsyncClient) -> None:
    await sign_in(client, "王芳")
    given = (await client.post("/api/accounts/li.na/totp", json={})).json()
    assert given["secret"] in given["address"]
    assert given["secret"].encode() not in (house.folder / "access.db").read_bytes()
    app = pyotp.TOTP(given["secret"])
    needed = await sign_in(client, "li.na")
    assert (needed.status_code, needed.json()["error"]["code"]) == (401, "code_needed")
    assert (await sign_in(client, "li.na", code="000000")).status_code == 401
    code = app.now()
    assert (await sign_in(client, "li.na", code=code)).status_code == 200
    assert (await sign_in(client, "li.na", code=code)).status_code == 401


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("change", ["disable", "role", "teams", "password"])
async def test_sessions_and_sockets_end_with_a_change_from_outside(
    house: House, client: httpx2.AsyncClient, change: str
) -> None:
    await sign_in(client, "li.na")
    headers = {"Cookie": f"monitor_session={client.cookies['monitor_session']}"}
    async with house.socket("/ws/alerts", additional_headers=headers, origin=house.url) as feed:
        await say(feed, type="hello")
        assert (await hear(feed))["type"] == "welcome"
        file, outside = from_outside(house.folder)
        with closing(file):
            row = outside.named("li.na")
            if change == "disable":
                outside.disable(row)
            elif change == "role":
                outside.change_rights(row, "qa", ("south",), "")
            elif change == "teams":
                outside.change_rights(row, "supervisor", ("north",), "")
            else:
                outside.change_password(row, "another 密码 altogether")
        assert await closed_with(feed) == (4401, "session_ended")
    assert (await client.get("/api/calls")).status_code == 401


@pytest.mark.usefixtures("people")
async def test_an_administrator_changes_others_not_itself(client: httpx2.AsyncClient) -> None:
    await sign_in(client, "王芳")
    new = {"name": "Zhou", "password": PASSWORD, "role": "auditor"}
    assert (await client.post("/api/accounts", json=new)).status_code == 201
    twice = await client.post("/api/accounts", json=new)
    assert (twice.status_code, twice.json()["error"]["code"]) == (403, "name_taken")
    rights = {"role": "qa", "teams": ["south"]}
    changed = (await client.patch("/api/accounts/Zhou", json=rights)).json()
    assert (changed["role"], changed["teams"]) == ("qa", ["south"])
    own = await client.patch("/api/accounts/王芳", json={"role": "compliance"})
    assert (own.status_code, own.json()["error"]["code"]) == (403, "own_account")
    names = [row["name"] for row in (await client.get("/api/accounts")).json()["accounts"]]
    assert sorted(names) == ["Zhou", "li.na", "王芳"]
    assert "argon2" not in (await client.get("/api/accounts")).text


@pytest.mark.usefixtures("people")
async def test_a_token_manages_no_accounts(house: House, client: httpx2.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {house.token('admin')}"}
    new = {"name": "Zhou", "password": PASSWORD, "role": "auditor"}
    answer = await client.post("/api/accounts", json=new, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "sign_in")


@pytest.mark.usefixtures("people")
async def test_own_password(client: httpx2.AsyncClient) -> None:
    await sign_in(client, "li.na")
    other = {"old": PASSWORD, "new": "又一个 long password"}
    assert (await client.post("/api/session/password", json=other)).status_code == 204
    assert (await client.get("/api/session")).status_code == 200
    assert (await sign_in(client, "li.na")).status_code == 401
    weak = {"old": other["new"], "new": "li.na li.na li.na"}
    await sign_in(client, "li.na", password=other["new"])
    assert (await client.post("/api/session/password", json=weak)).status_code == 400


async def test_a_role_can_be_made_to_need_codes(open_house: Opener) -> None:
    house = await open_house(access=msgspec.structs.replace(CHEAP, totp_roles=("admin",)))
    assert house.state.first is not None
    async with httpx2.AsyncClient(base_url=house.url) as client:
        body = {"code": house.state.first.digits, "people": [ADMIN, LEAD]}
        await client.post("/api/setup", json=body)
        answer = await sign_in(client, "王芳")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "totp_needed")
        assert (await sign_in(client, "li.na")).status_code == 200
