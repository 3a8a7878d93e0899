"""20 secrets given to a real server, rightly and by mistake: none of them is in what it keeps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner
from websockets.asyncio.client import connect

from monitor.commands import user
from monitor.evidence.backup import backup
from monitor.evidence.keyring import Keyring
from monitor.evidence.root import FileRoot
from monitor.web.auth import COOKIE
from tests.web.conftest import closed_with, new_token
from tests.web.process import Forge, ServerProcess
from tests.web.test_planted_numbers import PATIENT, files

pytestmark = pytest.mark.process

PEOPLE = {"wang": "admin", "chen": "compliance", "qian": "qa", "sun": "supervisor"}
WRONG = ("wrong horse 电池 one", "password typed as name 1", "wrong horse 电池 two")


def password(name: str) -> str:
    return f"correct horse 电池 staple {len(name)}{name[::-1]}"


async def signed_in(server: ServerProcess, name: str, word: str) -> tuple[str, str]:
    """The session's cookie and its csrf value."""
    async with httpx2.AsyncClient(base_url=server.url, timeout=60) as client:
        body = {"name": name, "password": word}
        answer = await client.post("/api/session", json=body)
        assert answer.status_code == 200, answer.text
        return client.cookies[COOKIE], answer.json()["csrf"]


async def with_session(
    server: ServerProcess, session: tuple[str, str], method: str, path: str, body: Any
) -> httpx2.Response:
    headers = {"Cookie": f"{COOKIE}={session[0]}", "X-CSRF-Token": session[1]}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
        return await client.request(method, path, json=body)


async def misuse(server: ServerProcess, tokens: list[str]) -> None:
    """As people do: a token in an address, a password as a name, wrong passwords."""
    async with httpx2.AsyncClient(base_url=server.url, timeout=60) as client:
        assert (await client.get(f"/api/calls?token={tokens[0]}")).status_code == 400
        for name, word in (("sun", WRONG[0]), (WRONG[1], "x"), ("nobody", WRONG[2])):
            body = {"name": name, "password": word}
            assert (await client.post("/api/session", json=body)).status_code == 401
        broken = '{"name":"sun","password":"' + WRONG[0] + '"'
        headers = {"Content-Type": "application/json"}
        await client.post("/api/session", content=broken.encode(), headers=headers)
    async with connect(server.ws + f"/ws/alerts?token={tokens[1]}") as socket:
        assert (await closed_with(socket))[1] == "token_in_url"


@pytest.mark.sqlite
async def test_planted_secrets_are_found_nowhere(forged: Forge, tmp_path: Path) -> None:
    apart, log = tmp_path / "apart", tmp_path / "server.log"
    apart.mkdir()
    root, oidc = apart / "root.key", "client secret of the provider"
    (apart / "oidc").write_text(oidc)
    cheap = {"MONITOR_ACCESS_HASH_MIB": "7", "MONITOR_ACCESS_HASH_PASSES": "1"}
    server = forged.server(
        tmp_path,
        log=log,
        **PATIENT,
        **cheap,
        MONITOR_KEYS_ROOT=str(root),
        MONITOR_OIDC_ISSUER="http://127.0.0.1:9",
        MONITOR_OIDC_CLIENT_ID="monitor",
        MONITOR_OIDC_CLIENT_SECRET_FILE=str(apart / "oidc"),
        MONITOR_OIDC_REDIRECT="http://127.0.0.1:1/api/oidc/callback",
    )
    _people(server.data, root, cheap)
    server.start()
    tokens = [new_token(server.data, role, team="south") for role in ("supervisor", "qa", "ingest")]
    sessions = [await signed_in(server, name, password(name)) for name in PEOPLE]
    totp = await with_session(server, sessions[0], "POST", "/api/accounts/sun/totp", {})
    assert totp.status_code == 200, totp.text
    changed = {"old": password("chen"), "new": "another long 电池 staple"}
    done = await with_session(server, sessions[1], "POST", "/api/session/password", changed)
    assert done.status_code in (200, 204), done.text
    await misuse(server, tokens)
    async with httpx2.AsyncClient(base_url=server.url, timeout=60) as client:
        await client.get("/api/oidc/start")
        await client.get("/api/oidc/callback?code=code-of-a-sign-in&state=x")
    data = server.data
    backup(data, data / "recordings", tmp_path / "b", tmp_path / "k", wall=0.0)
    server.stop()
    ring = Keyring(data, FileRoot(root))
    keys = [ring.named(name, make=False) for name in ("words", "access", "audit")]
    secrets = [
        *tokens,
        *map(password, PEOPLE),
        changed["new"],
        *WRONG,
        *(part for session in sessions[:2] for part in session),
        totp.json()["secret"],
        oidc,
        "code-of-a-sign-in",
        root.read_text().split()[-1],
    ]
    wanted = [each.encode() for each in secrets] + [key for key in keys if key]
    assert len(wanted) >= 20
    places = {name: content for name, content in files(tmp_path).items() if "apart/" not in name}
    assert {"data/access.db", "data/keyring.json", "server.log"} <= set(places)
    found = [(name, one) for name, content in places.items() for one in wanted if one in content]
    assert found == []


def _people(data: Path, root: Path, environ: dict[str, str]) -> None:
    """The accounts, as `monitor user` makes them before the first start."""
    for name, role in PEOPLE.items():
        team = ("--team", "south") if role == "supervisor" else ()
        arguments = ["add", name, "--role", role, *team, "--data", str(data)]
        made = CliRunner().invoke(
            user.app,
            arguments,
            input=password(name) + "\n",
            env=os.environ | environ | {"MONITOR_KEYS_ROOT": str(root)},
        )
        assert made.exit_code == 0, made.output
