"""Every route and socket, asked by every role: for the own team, another one, and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, update
from starlette.routing import Route, WebSocketRoute

from monitor.access.accounts import PERSONAL, NewAccount, of_row
from monitor.access.sessions import csrf_of
from monitor.events import CallStarted, Utterance
from monitor.store.access_file import AccessFile
from monitor.store.tables import calls
from monitor.store.tables_accounts import accounts, sessions
from monitor.types import Role
from monitor.web.app import PUBLIC, SELF, _routes
from monitor.web.auth import COOKIE
from monitor.web.guarded import action_of
from tests.access.table import EXPECTED, ROLES
from tests.web.conftest import House, closed_with, hear, registration, say
from tests.web.scripted import alert

SOUTH = CallStarted(call="c1", team="south", agent="8012")


@dataclass(frozen=True, kw_only=True)
class Example:
    """How a route is asked about the call `c1` of agent 8012 in team south."""

    path: str = ""
    """Where it differs from the route with its parameters filled in."""
    body: dict[str, Any] | None = None
    session: bool = False
    """Asked with a session of an account: tokens may not."""
    says: dict[str, int] = field(default_factory=dict)
    """Statuses by role where the answer is no plain yes or no."""


NUMBER = 2**40
"""Of the call `c1`."""

EXAMPLES: dict[str, Example] = {
    "GET /metrics": Example(),
    "GET /api/calls": Example(path="/api/calls?team=south"),
    "GET /api/calls/{call}/events": Example(),
    "GET /api/calls/{call}/audio": Example(),
    "POST /api/calls/{call}/grants": Example(body={}),
    "GET /api/calls/{call}/peaks": Example(),
    "GET /api/calls/{call}/recording": Example(),
    "GET /api/calls/{call}/export": Example(),
    "POST /api/calls/{call}/reveal": Example(body={"reason": "投诉 17"}),
    "GET /api/retention": Example(),
    "POST /api/retention": Example(body={}),
    "POST /api/retention/run": Example(),
    "DELETE /api/retention/{number}": Example(says={"compliance": 403}),
    "GET /api/holds": Example(),
    "POST /api/holds": Example(body={}),
    "DELETE /api/holds/{number}": Example(says={"compliance": 404}),
    "POST /api/persons": Example(
        body={"team": "south", "calls": ["c1"], "want": "copy", "reason": "本人申请"}
    ),
    "GET /api/approvals": Example(),
    "POST /api/approvals": Example(body={}),
    "POST /api/approvals/{number}": Example(body={}),
    "GET /api/alerts": Example(path="/api/alerts?team=south", says={"agent": 403}),
    "GET /api/wall": Example(path="/api/wall?team=south"),
    "POST /api/alerts/{alert}/actions": Example(body={"action": "acknowledge", "key": "k" * 8}),
    "POST /api/calls/{call}/prompts": Example(body={"text": "请说明来电目的"}),
    "GET /api/agents/{agent}/alerts": Example(path="/api/agents/8012/alerts?team=south"),
    "POST /api/agents/{agent}/feedback": Example(
        path="/api/agents/8012/feedback?team=south",
        body={"key": "k" * 8, "call": "c1", "reason": "missing_purpose"},
    ),
    "GET /api/demo": Example(path="/api/demo?team=south"),
    "POST /api/demo": Example(path="/api/demo?team=south", body={}, says={"supervisor": 202}),
    "GET /api/qa/calls": Example(path="/api/qa/calls?team=south", says={"agent": 403}),
    "GET /api/qa/choices": Example(path="/api/qa/choices?team=south", says={"agent": 403}),
    "GET /api/qa/calls/{number}": Example(says={"agent": 403}),
    "POST /api/qa/calls/{number}/rejudge": Example(body={}, says={"agent": 403}),
    "GET /api/qa/samples": Example(path="/api/qa/samples?team=south", says={"agent": 403}),
    "POST /api/qa/samples": Example(
        body={"name": "x", "plan": "random", "size": 1, "team": "south"}
    ),
    "GET /api/qa/export": Example(path="/api/qa/export?team=south"),
    "GET /api/qa/exports": Example(path="/api/qa/exports?team=south"),
    "POST /api/reviews": Example(
        body={
            "act": {
                "type": "verdict",
                "call": NUMBER,
                "alert": "c1-1",
                "verdict": "upheld",
                "key": "matrix-1",
            }
        }
    ),
    "GET /api/alerts/{alert}/appeal": Example(),
    "POST /api/alerts/{alert}/appeal": Example(body={"text": "不对", "key": "matrix-2"}),
    "GET /api/rules": Example(),
    "POST /api/rules/try": Example(body={"text": "您好"}),
    "POST /api/rules/check": Example(body={"text": "x"}),
    "GET /api/rules/proposals": Example(),
    "POST /api/rules/proposals": Example(body={"text": "x"}),
    "GET /api/rules/proposals/{number}": Example(),
    "POST /api/rules/proposals/{number}/dry-run": Example(body={}),
    "POST /api/rules/proposals/{number}/decision": Example(body={"decision": "withdraw"}),
    "GET /api/rules/texts/{sha256}": Example(),
    "GET /api/rules/{pack}": Example(),
    "GET /api/rules/{pack}/diff": Example(),
    "GET /api/overview": Example(path="/api/overview?team=south"),
    "GET /api/audit": Example(),
    "GET /api/accounts": Example(),
    "POST /api/accounts": Example(body={"name": "x", "password": "y", "role": "admin"}),
    "PATCH /api/accounts/{name}": Example(body={}),
    "POST /api/accounts/{name}/totp": Example(body={}),
}
"""A new route without an entry fails the tests."""

SOCKETS = {"/ws/alerts": "alerts.watch", "/ws/agents/{agent}": "prompts.watch"}
SOCKETS |= {"/ingest/l16": "calls.send", "/ws/wall": "alerts.watch"}
SOCKETS |= {"/ws/calls/{call}/sound": "calls.listen"}

PARAMETERS: dict[str, object] = {
    "call": "c1",
    "alert": "c1-1",
    "agent": "8012",
    "name": "nobody",
    "id": "c1-1",
    "number": NUMBER,
    "pack": "base",
    "sha256": "0" * 64,
}


def keys() -> list[tuple[str, Route]]:
    return [
        (f"{method} {route.path}", route)
        for route in _routes()
        if isinstance(route, Route) and route.path not in (*PUBLIC, *SELF)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def test_every_route_has_an_action_and_an_example() -> None:
    found = dict(keys())
    assert set(found) == set(EXAMPLES)
    assert {key: action_of(route.endpoint) for key, route in found.items()}.keys() == found.keys()
    assert [key for key, route in found.items() if action_of(route.endpoint) not in EXPECTED] == []
    sockets = {route.path for route in _routes() if isinstance(route, WebSocketRoute)}
    assert sockets == set(SOCKETS)
    assert all(isinstance(route, Route | WebSocketRoute) for route in _routes())


async def test_what_is_open_to_everybody_shows_nothing_of_calls(
    client: httpx2.AsyncClient,
) -> None:
    for path in PUBLIC:
        answer = await client.get(path.replace("{path:path}", "app.css"))
        assert answer.status_code == 200
        assert "c1" not in answer.text
        assert "您好" not in answer.text
    for path in SELF:
        for method in ("GET", "POST", "DELETE"):
            answer = await client.request(method, path)
            assert answer.status_code in (401, 405, 415), (method, path)


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    words = Utterance(call="c1", channel=Role.AGENT, start=0.0, end=1.0, text="您好")
    begun = {"number": NUMBER, "team": "south", "call": "c1", "agent": "8012", "started_wall": 1.0}
    row = insert(calls).values(begun | {"industry": "other", "business": "marketing"})
    await house.state.store.write(lambda on: on.execute(row))
    await house.state.desk.publish(SOUTH, [SOUTH, words, alert("c1", 1)])
    async with httpx2.AsyncClient(base_url=house.url, timeout=60) as client:
        yield client


async def ask(
    client: httpx2.AsyncClient, key: str, token: str | None, cookie: str | None = None
) -> int:
    method, _, template = key.partition(" ")
    example = EXAMPLES[key]
    path = example.path or template.format(**PARAMETERS)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if cookie is not None:
        headers |= {"Cookie": f"{COOKIE}={cookie}", "X-CSRF-Token": csrf_of(cookie)}
    answer = await client.request(method, path, json=example.body, headers=headers)
    return int(answer.status_code)


def token_of(house: House, role: str, team: str, agent: str = "8012") -> str:
    return house.token(role, team, agent if role == "agent" else "")


@pytest.mark.parametrize("role", ROLES)
async def test_routes(house: House, client: httpx2.AsyncClient, role: str) -> None:
    own, other = token_of(house, role, "south"), token_of(house, role, "north")
    colleague = token_of(house, role, "south", agent="9")
    revoked = token_of(house, role, "south")
    house.revoke(revoked)
    for key, route in keys():
        action = action_of(route.endpoint) or ""
        reach = EXPECTED[action][role]
        says = EXAMPLES[key].says.get(role)
        if reach == "whole":
            # narrowed to a team it is nobody's, and without one the role's
            assert await ask(client, key, own) == 403, key
        asking = token_of(house, role, "") if reach == "whole" else own
        status = await ask(client, key, asking)
        assert status == (says or status), key
        if says is None:
            assert (status not in (401, 403)) == (reach != "-") or action == "accounts.manage", key
        assert reach != "-" or status == 403, key
        away = await ask(client, key, other)
        assert away in (403, 404) or reach == "all", (key, away)
        if reach == "own":
            beside = await ask(client, key, colleague)
            assert beside in (403, 404) or key == "GET /api/calls", (key, beside)
        assert await ask(client, key, revoked) == 401, key
        assert await ask(client, key, None) == 401, key


async def test_a_colleagues_calls_are_not_listed(house: House, client: httpx2.AsyncClient) -> None:
    for agent, seen in (("8012", ["c1"]), ("9", [])):
        headers = {"Authorization": f"Bearer {house.token('agent', 'south', agent)}"}
        calls = (await client.get("/api/calls", headers=headers)).json()["calls"]
        assert [call["call"] for call in calls] == seen


@pytest.mark.parametrize("role", ROLES)
async def test_sockets(house: House, client: httpx2.AsyncClient, role: str) -> None:
    own = token_of(house, role, "south")
    revoked = token_of(house, role, "south")
    house.revoke(revoked)
    for path, action in SOCKETS.items():
        reach = EXPECTED[action][role]
        for token, team, may in (
            (own, "south", reach != "-"),
            (own, "north", False),
            (revoked, "south", None),
        ):
            outcome = await greet(house, path, token, team, call=f"{role}-{team}")
            expected = "in" if may else 4401 if may is None else 4403
            assert outcome == expected, (path, team)


def over(house: House, role: str) -> dict[str, str]:
    """Cookies of an account of the role: disabled, unused for too long, begun too long ago."""
    door, made = house.state.door, {}
    agent = "8012" if role == "agent" else ""
    for name in ("disabled", "idle", "expired"):
        new = NewAccount(
            name=f"{role}-{name}",
            role=role,
            password="correct horse 电池",
            teams=("south",),
            agent=agent,
        )
        row = door.accounts.add(new)
        session, made[name] = door.sessions.begin(of_row(row))
        with closing(AccessFile(house.folder)) as file:
            mine = update(sessions).where(sessions.c.id == session.id)
            if name == "disabled":
                change = update(accounts).where(accounts.c.id == row.id).values(disabled_wall=1.0)
            else:
                column = "seen_wall" if name == "idle" else "created_wall"
                change = mine.values({column: 1.0})
            file.write(lambda on, change=change: on.execute(change))
    return made


@pytest.mark.parametrize("role", PERSONAL)
async def test_disabled_and_expired(house: House, client: httpx2.AsyncClient, role: str) -> None:
    gone = over(house, role)
    for key, _ in keys():
        for why, cookie in gone.items():
            assert await ask(client, key, None, cookie) == 401, (key, why)
    for path in SOCKETS:
        for why, cookie in gone.items():
            headers = {"Cookie": f"{COOKIE}={cookie}"}
            place = path.format(**PARAMETERS)
            async with house.socket(place, additional_headers=headers, origin=house.url) as socket:
                await say(socket, type="hello")
                if path == "/ingest/l16":
                    await say(socket, **registration("c9"))
                assert (await closed_with(socket))[0] == 4401, (path, why)


async def greet(house: House, path: str, token: str, team: str, call: str) -> int | str:
    async with house.socket(path.format(**PARAMETERS)) as socket:
        if path == "/ingest/l16":
            await say(socket, type="hello", token=token)
            await say(socket, **registration(call, team=team))
        else:
            await say(socket, type="hello", token=token, team=team)
        first = await hear(socket)
        if first["type"] in ("welcome", "accepted"):
            return "in"
        return (await closed_with(socket))[0]
