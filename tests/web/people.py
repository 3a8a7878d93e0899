"""People with accounts who are signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2

from tests.web.conftest import House

PASSWORD = "correct horse 电池"
People = dict[str, httpx2.AsyncClient]


@asynccontextmanager
async def signed_in(house: House, roles: Mapping[str, str]) -> AsyncIterator[People]:
    """A client for each name, with `role` or `role@team+team` beside it; supervisors have south."""
    assert house.state.first is not None
    wanted: list[dict[str, Any]] = [{"name": "wang", "password": PASSWORD, "role": "admin"}]
    wanted += [
        {"name": name, "password": PASSWORD, "role": role}
        | ({"teams": (team or "south").split("+")} if team or role == "supervisor" else {})
        for name, given in roles.items()
        for role, _, team in (given.partition("@"),)
    ]
    async with AsyncExitStack() as stack:
        clients: People = {}
        for name in roles:
            client = httpx2.AsyncClient(base_url=house.url, timeout=60)
            clients[name] = await stack.enter_async_context(client)
        body = {"code": house.state.first.digits, "people": wanted}
        first = next(iter(clients.values()))
        assert (await first.post("/api/setup", json=body)).status_code == 201
        for name, client in clients.items():
            answer = await client.post("/api/session", json={"name": name, "password": PASSWORD})
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield clients


async def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def agreed(one: httpx2.AsyncClient, other: httpx2.AsyncClient, refusal: Any) -> None:
    """What the refusal names is asked for by one and agreed to by the other."""
    asked = {"action": refusal["action"], "about": refusal["about"], "reason": "监管检查"}
    made = await one.post("/api/approvals", json=asked)
    assert made.status_code == 201, made.text
    path = f"/api/approvals/{made.json()['number']}"
    own = await one.post(path, json={"agree": True})
    assert await code(own) == (403, "own_request")
    assert (await other.post(path, json={"agree": True})).status_code == 200
