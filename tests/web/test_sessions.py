from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from monitor.settings import Access
from tests.web.conftest import House, Opener, closed_with, hear, say


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=house.url) as client:
        yield client


async def signed_in(client: httpx2.AsyncClient, token: str) -> dict[str, Any]:
    answer = await client.post("/api/session", json={"token": token})
    assert answer.status_code == 200, answer.text
    built: dict[str, Any] = answer.json()
    return built


def socket(house: House, client: httpx2.AsyncClient, path: str, origin: str | None) -> connect:
    headers = {"Cookie": f"monitor_session={client.cookies['monitor_session']}"}
    return house.socket(path, additional_headers=headers, origin=origin)


async def test_a_token_becomes_a_session(house: House, client: httpx2.AsyncClient) -> None:
    about = await signed_in(client, house.token("supervisor", "south"))
    assert (about["role"], about["team"], about["agent"]) == ("supervisor", "south", "")
    assert "alerts.watch" in about["actions"]
    assert "accounts.manage" not in about["actions"]
    assert (await client.get("/api/session")).json() == about
    assert (await client.get("/api/calls")).status_code == 200


async def test_the_cookie_is_for_this_server_and_no_script(
    house: House, client: httpx2.AsyncClient
) -> None:
    token = house.token("supervisor", "south")
    answer = await client.post("/api/session", json={"token": token})
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert "secure" not in parts
    away = {"Host": "monitor.example.com"}
    answer = await client.post("/api/session", json={"token": token}, headers=away)
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_the_cookie_is_not_kept(house: House, client: httpx2.AsyncClient) -> None:
    await signed_in(client, house.token("supervisor", "south"))
    cookie = client.cookies["monitor_session"]
    assert cookie.encode() not in (house.folder / "access.db").read_bytes()


async def test_nothing_is_changed_without_the_csrf_value(
    house: House, client: httpx2.AsyncClient
) -> None:
    about = await signed_in(client, house.token("supervisor", "south"))
    for headers in ({}, {"X-CSRF-Token": "x" * 40}):
        answer = await client.delete("/api/session", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "bad_csrf")
    good = {"X-CSRF-Token": about["csrf"]}
    assert (await client.delete("/api/session", headers=good)).status_code == 204
    assert (await client.get("/api/session")).status_code == 401


async def test_signing_out_ends_the_session_not_only_the_cookie(
    house: House, client: httpx2.AsyncClient
) -> None:
    about = await signed_in(client, house.token("supervisor", "south"))
    cookie = {"Cookie": f"monitor_session={client.cookies['monitor_session']}"}
    async with socket(house, client, "/ws/alerts", house.url) as feed:
        await say(feed, type="hello")
        assert (await hear(feed))["team"] == "south"
        await client.delete("/api/session", headers={"X-CSRF-Token": about["csrf"]})
        assert await closed_with(feed) == (4401, "session_ended")
    client.cookies.clear()
    assert (await client.get("/api/calls", headers=cookie)).status_code == 401


async def test_a_session_ends_with_its_token(house: House, client: httpx2.AsyncClient) -> None:
    token = house.token("supervisor", "south")
    await signed_in(client, token)
    assert (await client.get("/api/calls")).status_code == 200
    house.revoke(token)
    assert (await client.get("/api/calls")).status_code == 401


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://{host}.evil.example", "http://", ""]
)
async def test_a_socket_takes_the_cookie_from_our_page_only(
    house: House, client: httpx2.AsyncClient, origin: str | None
) -> None:
    await signed_in(client, house.token("supervisor", "south"))
    host = house.url.removeprefix("http://")
    foreign = None if origin is None else origin.format(host=host)
    outcome: Any = None
    with contextlib.suppress(InvalidStatus):
        async with socket(house, client, "/ws/alerts", foreign) as feed:
            await say(feed, type="hello")
            outcome = await closed_with(feed)
    assert outcome in (None, (4401, "no_token"))


async def test_an_agents_screen_takes_the_cookie(house: House, client: httpx2.AsyncClient) -> None:
    await signed_in(client, house.token("agent", "south", "8012"))
    async with socket(house, client, "/ws/agents/8012", house.url) as screen:
        await say(screen, type="hello")
        assert (await hear(screen))["type"] == "welcome"


async def test_other_pages_cannot_sign_a_browser_in(
    house: House, client: httpx2.AsyncClient
) -> None:
    token = house.token("supervisor", "south")
    evil = {"Origin": "http://evil.example"}
    answer = await client.post("/api/session", json={"token": token}, headers=evil)
    assert answer.status_code == 403
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/api/session", content=b'{"token":"x"}', headers=form)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 400),
        (b"[]", 400),
        (b'{"token":1}', 400),
        (b'{"token":"cm_1_2","x":1}', 400),
        (b'{"token":"cm_1_2"}', 401),
        (b'{"name":"li","password":"x"}', 401),
        (b'{"token":"' + b"x" * 70_000 + b'"}', 413),
        (b"\xff", 400),
    ],
)
async def test_bad_sign_ins(client: httpx2.AsyncClient, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/api/session", content=body, headers=headers)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


async def test_an_address_may_not_try_for_ever(open_house: Opener) -> None:
    house = await open_house(access=Access(tries_per_minute=3))
    async with httpx2.AsyncClient(base_url=house.url) as client:
        tries = [client.post("/api/session", json={"token": "cm_1_2"}) for _ in range(5)]
        codes = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert sorted(codes) == [401, 401, 401, 429, 429]


async def test_a_session_that_nobody_uses_ends(open_house: Opener) -> None:
    house = await open_house(access=Access(session_idle_s=0.3))
    async with httpx2.AsyncClient(base_url=house.url) as client:
        await signed_in(client, house.token("supervisor", "south"))
        await asyncio.sleep(0.4)
        assert (await client.get("/api/session")).status_code == 401


async def test_a_hello_with_a_token_wins_over_the_cookie(
    house: House, client: httpx2.AsyncClient
) -> None:
    await signed_in(client, house.token("supervisor", "south"))
    feed: ClientConnection
    async with socket(house, client, "/ws/alerts", house.url) as feed:
        await say(feed, type="hello", token=house.token("supervisor", "north"))
        assert (await hear(feed))["team"] == "north"
