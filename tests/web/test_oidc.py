"""Signing in at an identity provider that others wrote, as a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest

from monitor.settings import Oidc
from monitor.web.auth import COOKIE
from tests.web.conftest import SERVER, House, Opener

CLAIMS = [
    {"sub": "u1", "preferred_username": "li.na", "groups": ["cc-lead", "cc-south"]},
    {"sub": "u2", "preferred_username": "nobody", "groups": ["cleaners"]},
]


@contextmanager
def idp(port: int) -> Iterator[str]:
    """oidc-provider-mock; a new process has a new key."""
    users = [part for each in CLAIMS for part in ("--user-claims", json.dumps(each))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), *users]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(url)
            yield url
        finally:
            process.terminate()


def _wait(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url + "/.well-known/openid-configuration", timeout=5):
                return
        except OSError:
            assert time.monotonic() < until, "the provider does not listen"
            time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def house_with(open_house: Opener, url: str, folder: Path) -> House:
    secret = folder / "secret"
    secret.write_text("any secret\n")
    # the redirect names the port that the server will have
    port = free_port()
    chosen = Oidc(
        issuer=url,
        client_id="monitor",
        client_secret_file=str(secret),
        redirect=f"http://127.0.0.1:{port}/api/oidc/callback",
        label="集团账号",
        roles=("cc-lead=supervisor",),
        teams=("cc-south=south",),
    )
    return await open_house(oidc=chosen, server=msgspec.structs.replace(SERVER, port=port))


async def go(client: httpx2.AsyncClient, house: House, sub: str) -> httpx2.Response:
    """As a browser does when somebody signs in."""
    away = await client.get(f"{house.url}/api/oidc/start")
    assert away.status_code == 303, away.text
    back = await client.post(away.headers["location"], data={"sub": sub})
    assert back.status_code == 302, back.text
    return await client.get(back.headers["location"])


@pytest.mark.process
async def test_people_sign_in_at_the_provider(open_house: Opener, tmp_path: Path) -> None:
    port = free_port()
    with idp(port) as url:
        house = await house_with(open_house, url, tmp_path)
        async with httpx2.AsyncClient() as client:
            told = (await client.get(f"{house.url}/api/session")).json()
            assert told["oidc"] == {"label": "集团账号", "start": "/api/oidc/start"}
            done = await go(client, house, "u1")
            assert (done.status_code, done.headers["location"]) == (303, "/")
            who = (await client.get(f"{house.url}/api/session")).json()
            assert (who["name"], who["role"], who["teams"]) == ("li.na", "supervisor", ["south"])
        async with httpx2.AsyncClient() as client:
            refused = await go(client, house, "u2")
            assert refused.headers["location"] == "/?sign_in=oidc_no_role"
            assert COOKIE not in client.cookies
        async with httpx2.AsyncClient() as client:
            away = await client.get(f"{house.url}/api/oidc/start")
            back = await client.post(away.headers["location"], data={"sub": "u1"})
            answer = back.headers["location"]
            async with httpx2.AsyncClient() as other:
                # somebody else's browser cannot finish it, nor anybody another one's
                stolen = await other.get(answer)
                assert stolen.headers["location"] == "/?sign_in=oidc_expired"
            changed = await client.get(answer.replace("state=", "state=x"))
            assert changed.headers["location"] == "/?sign_in=oidc_expired"
        async with httpx2.AsyncClient() as client:
            away = await client.get(f"{house.url}/api/oidc/start")
            state = dict(
                part.split("=") for part in urlsplit(away.headers["location"]).query.split("&")
            )["state"]
            denied = f"{house.url}/api/oidc/callback?error=access_denied&state={state}"
            assert (await client.get(denied)).headers["location"] == "/?sign_in=oidc_refused"
    # away: said, and signing in by name still works
    async with httpx2.AsyncClient() as client:
        house.state.oidc.provider._about_at = float("-inf")  # type: ignore[union-attr]
        away = await client.get(f"{house.url}/api/oidc/start")
        assert away.headers["location"] == "/?sign_in=oidc_unavailable"
    with idp(port):
        house.state.oidc.provider._keys_at = float("-inf")  # type: ignore[union-attr]
        async with httpx2.AsyncClient() as client:
            assert (await go(client, house, "u1")).headers["location"] == "/"
