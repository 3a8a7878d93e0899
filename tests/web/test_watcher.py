from __future__ import annotations

import asyncio

import pytest

from monitor.errors import BadInput, Refused
from monitor.events import Alert, CallStarted
from monitor.settings import Server
from monitor.web.messages import Last
from monitor.web.watcher import Remark, Watcher, feed_url
from tests.web.conftest import House, Opener, until
from tests.web.scripted import alert

CALL = CallStarted(call="c1", team="south", agent="8012")


async def collect(watcher: Watcher, until: str) -> list[str]:
    """Ids of alerts and kinds of remarks, up to the alert `until`."""
    got: list[str] = []
    async with asyncio.timeout(20):
        async for each in watcher.seen():
            if isinstance(each, Alert):
                got.append(each.id)
                if each.id == until:
                    break
            elif isinstance(each, Remark):
                got.append(each.kind)
    return got


async def test_shows_everything_from_the_start(house: House) -> None:
    await house.state.desk.publish(CALL, [CALL, *(alert("c1", n) for n in range(1, 200))])
    watcher = Watcher(house.url, house.token("supervisor", "south"), last=Last(seq=0))
    got = await collect(watcher, "c1-199")
    assert got == ["connected", *(f"c1-{n}" for n in range(1, 200))]


async def test_comes_back_where_it_was(open_house: Opener) -> None:
    first = await open_house()
    token = first.token("supervisor", "south")
    await first.state.desk.publish(CALL, [CALL, alert("c1", 1)])
    watcher = Watcher(first.ws, token, last=Last(seq=0))
    port = int(first.url.rsplit(":", 1)[1])
    watching = asyncio.create_task(collect(watcher, "c1-2"))
    await until(lambda: watcher.last is not None and watcher.last.seq == 1)
    await first.stop()
    second = await open_house(server=Server(port=port))
    await second.state.desk.publish(CALL, [alert("c1", 2)])
    got = await watching
    assert [each for each in got if each != "lost"] == ["connected", "c1-1", "connected", "c1-2"]
    assert "lost" in got


@pytest.mark.parametrize("token", ["cm_1_2", ""])
async def test_a_token_that_is_refused_is_not_tried_again(house: House, token: str) -> None:
    with pytest.raises(Refused, match="refused"):
        await collect(Watcher(house.url, token), "never")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ws://127.0.0.1:1", "ws://127.0.0.1:1/ws/alerts"),
        ("http://h:2/", "ws://h:2/ws/alerts"),
        ("https://h/x?token=y", "wss://h/ws/alerts"),
    ],
)
def test_feed_url(url: str, expected: str) -> None:
    assert feed_url(url) == expected


@pytest.mark.parametrize("url", ["127.0.0.1:8765", "ftp://h", "", "ws://"])
def test_bad_url(url: str) -> None:
    with pytest.raises(BadInput):
        feed_url(url)
