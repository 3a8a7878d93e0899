from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from websockets.sync.client import connect

from monitor import events
from monitor.access.accounts import Accounts, NewAccount
from monitor.access.seal import LOGINS, Seal
from monitor.clock import SystemClock
from monitor.events import AnyEvent, CallStarted
from monitor.evidence.opening import LateKeys
from monitor.settings import Settings, Store
from monitor.store.access_file import AccessFile
from tests.browser.chromium import chromium, open_browser
from tests.web.conftest import CHEAP, new_token, registration

PASSWORD = "correct horse 电池"

AXE = Path(__file__).with_name("axe.min.js").read_text("utf8")


expect.set_options(timeout=30_000)


class Floor:
    """A server that is told what is said on its calls."""

    def __init__(self, process: subprocess.Popen[str], data: Path, url: str, code: str) -> None:
        self.url = url
        self.code = code
        self._process = process
        self._data = data
        self._tokens: dict[tuple[str, str, str], str] = {}

    def tell(self, call: CallStarted, told: Sequence[AnyEvent]) -> None:
        """Publish events of a call; returns when they are committed."""
        order = {"call": events.as_dict(call), "events": [events.as_dict(each) for each in told]}
        self._order(order)
        assert self._answer() == "done\n"

    def traffic(
        self, team: str, *, calls: int, alerts_per_s: float, seconds: float
    ) -> Callable[[], dict[int, float]]:
        """Begin a busy floor; what is returned waits for its end: place -> time of the commit."""
        wanted = {"team": team, "calls": calls, "alerts_per_s": alerts_per_s, "seconds": seconds}
        self._order({"traffic": wanted})
        return lambda: {int(seq): at for seq, at in json.loads(self._answer()).items()}

    def _order(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def token(self, role: str, team: str, agent: str = "") -> str:
        key = (role, team, agent)
        if key not in self._tokens:
            self._tokens[key] = new_token(self._data, role, team=team, agent=agent)
        return self._tokens[key]

    def account(self, name: str, role: str, *teams: str, agent: str = "") -> None:
        """An account; its password is PASSWORD."""
        file = AccessFile(self._data)
        keys = LateKeys(Settings(store=Store(data=str(self._data))))
        accounts = Accounts(file, Seal(keys, LOGINS), CHEAP, SystemClock())
        accounts.add(NewAccount(name=name, password=PASSWORD, role=role, teams=teams, agent=agent))
        file.close()

    def record(self, team: str, call: str, sound: np.ndarray[Any, Any], **more: Any) -> None:
        """A call over the real intake, so that there is a recording of it; stereo."""
        headers = {"Authorization": f"Bearer {self.token('ingest', team)}"}
        address = self.url.replace("http", "ws", 1) + "/ingest/l16"
        about = {"roles": "agent,customer", "channels": 2, "team": team} | more
        raw = sound.astype("<i2").tobytes()
        with connect(address, additional_headers=headers) as socket:
            socket.send(json.dumps(registration(call, **about)))
            for at in range(0, len(raw), 3200):
                socket.send(raw[at : at + 3200])
            socket.send(json.dumps({"type": "end", "reason": "hangup"}))
            while json.loads(socket.recv())["type"] != "ended":
                pass

    @contextmanager
    def speaking(self, team: str, call: str, **more: Any) -> Iterator[None]:
        """A call whose two roles sound at the pace of a real one while the block runs."""
        headers = {"Authorization": f"Bearer {self.token('ingest', team)}"}
        address = self.url.replace("http", "ws", 1) + "/ingest/l16"
        about = {"roles": "agent,customer", "channels": 2, "team": team} | more
        over = threading.Event()
        # the scripted host raises alerts when a chunk begins with a number
        loud = np.stack([np.arange(800) % 50 * 300, np.arange(800) % 20 * 700], axis=1)
        with connect(address, additional_headers=headers) as socket:
            socket.send(json.dumps(registration(call, **about)))

            def speak() -> None:
                while not over.wait(0.1):
                    socket.send(loud.astype("<i2").tobytes())
                socket.send(json.dumps({"type": "end", "reason": "hangup"}))
                while json.loads(socket.recv())["type"] != "ended":
                    pass

            speaker = threading.Thread(target=speak)
            speaker.start()
            try:
                yield
            finally:
                over.set()
                speaker.join()

    def get(self, path: str, team: str) -> Any:
        """What the API answers a supervisor of the team."""
        headers = {"Authorization": f"Bearer {self.token('supervisor', team)}"}
        with urlopen(Request(self.url + path, headers=headers)) as answer:
            return json.load(answer)


class Desk:
    """A browser with the pages of one person."""

    def __init__(self, context: BrowserContext, floor: Floor) -> None:
        self.context = context
        self.floor = floor
        self.faults: list[str] = []

    def open(self, path: str = "/") -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("dialog", lambda dialog: self.faults.append(f"dialog {dialog.message}"))
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.goto(self.floor.url + path)
        return page

    def _hear(self, kind: str, text: str) -> None:
        # a browser says every 401 and every lost connection; those are no fault of the page
        if kind == "error" and "Failed to load resource" not in text and "WebSocket" not in text:
            self.faults.append(text)


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[Floor]:
    # many people sign in from here within a minute
    own = {"MONITOR_SERVER_PORT": "0", "MONITOR_ACCESS_TRIES_PER_MINUTE": "1000"}
    environ = {**os.environ, **own, "MONITOR_STORE_DATA": str(data)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environ | settings,
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        first, code = process.stdout.readline(), ""
        url = re.search(r"http://\S+", first)
        assert url is not None, first
        while not (found := re.search(r"one-time code (\d+)", code)):
            code = process.stdout.readline()
        try:
            yield Floor(process, data, url[0], found[1])
        finally:
            process.stdin.close()
            process.terminate()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("no chromium is installed (apt install chromium)")
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def floor(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Floor]:
    with serving(tmp_path_factory.mktemp("browser") / "data") as floor:
        yield floor


@pytest.fixture
def team(request: pytest.FixtureRequest) -> str:
    """Each test has a team of its own, so that one server serves them all."""
    return request.node.name[:60]  # type: ignore[no-any-return]


@pytest.fixture
def person(browser: Browser, floor: Floor, team: str) -> Iterator[Any]:
    """Opens browsers of people who are signed in; afterwards none may have met a fault."""
    desks: list[Desk] = []

    def sign_in(
        role: str = "supervisor",
        agent: str = "",
        name: str = "",
        at: Floor = floor,
        **options: Any,
    ) -> Desk:
        options = {"viewport": {"width": 1280, "height": 720}, "locale": "zh-CN"} | options
        context = browser.new_context(**options)
        context.set_default_timeout(30_000)
        desk = Desk(context, at)
        desks.append(desk)
        if name or role:
            given = {"name": name, "password": PASSWORD}
            proof = given if name else {"token": at.token(role, team, agent)}
            answer = context.request.post(f"{at.url}/api/session", data=proof)
            assert answer.ok, answer.text()
        return desk

    yield sign_in
    for desk in desks:
        desk.context.close()
        assert desk.faults == []


def findings(page: Page) -> list[str]:
    """What axe has to say against the page that is serious or critical, and what does not fit."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{wide} pixels wider than the window"
    page.evaluate(AXE)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run({runOnly: tags})", tags)
    return [
        f"{each['id']}: {node['target']} {node['failureSummary'][:200]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
