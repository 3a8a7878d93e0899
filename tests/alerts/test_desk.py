from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from monitor.alerts.desk import Desk
from monitor.alerts.feed import TAIL, Feed
from monitor.alerts.log import Logged, Place
from monitor.clock import VirtualClock
from monitor.events import Alert, AnyEvent, CallStarted, Utterance
from monitor.store import calls
from monitor.store.store import Store
from monitor.types import Role
from tests.alerts.test_log import SOUTH, alert


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    with Store(tmp_path) as store:
        yield store


@pytest.fixture
def feed(store: Store) -> Feed:
    return Feed(store)


@pytest.fixture
def desk(store: Store, feed: Feed) -> Desk:
    return Desk(store, feed, VirtualClock())


def words(*, final: bool) -> Utterance:
    return Utterance(call="c1", channel=Role.AGENT, start=0.0, end=1.0, text="您好", final=final)


async def test_listeners_hear_after_the_commit(store: Store, desk: Desk) -> None:
    heard: list[Sequence[AnyEvent]] = []

    def listener(call: CallStarted, events: Sequence[AnyEvent]) -> None:
        rows = store.read_now(lambda on: calls.find(on, "c1", teams=["south"]))
        assert len(rows) == 1
        heard.append(events)

    desk.listen(listener)
    await desk.publish(SOUTH, [SOUTH, words(final=True), alert("a"), alert("a")])
    assert [type(event).__name__ for event in heard[0]] == ["CallStarted", "Utterance", "Alert"]
    assert isinstance(heard[0][2], Alert)
    assert heard[0][2].seq == 1


async def test_words_that_may_change_are_passed_on_and_not_kept(store: Store, desk: Desk) -> None:
    heard: list[AnyEvent] = []
    desk.listen(lambda call, events: heard.extend(events))
    await desk.publish(SOUTH, [words(final=False)])
    assert heard == [words(final=False)]
    assert store.read_now(lambda on: calls.listed(on, teams=None, limit=9)) == []
    await desk.publish(SOUTH, [words(final=False), words(final=True)])
    rows = store.read_now(lambda on: calls.listed(on, teams=None, limit=9))
    kept = store.read_now(lambda on: calls.exported(on, rows[0].number))
    assert len(kept) == 1
    assert len(heard) == 3


async def test_a_cancelled_caller_does_not_undo_it(desk: Desk, feed: Feed) -> None:
    caller = asyncio.create_task(desk.publish(SOUTH, [alert("a")]))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await desk.drain()
    assert (await feed.head("south")).seq == 1
    assert len(await feed.read("south", after=0, limit=9)) == 1


async def test_a_commit_wakes_the_team_and_no_other(desk: Desk, feed: Feed) -> None:
    south, north = asyncio.Event(), asyncio.Event()
    with feed.subscribed("south", south), feed.subscribed("north", north):
        assert feed.subscribers == 2
        await desk.publish(SOUTH, [alert("a")])
        assert south.is_set()
        assert not north.is_set()
    assert feed.subscribers == 0


async def test_where_a_subscriber_goes_on(desk: Desk, feed: Feed) -> None:
    await desk.publish(SOUTH, [alert("a"), alert("b")])
    head = await feed.head("south")
    starts = {
        "end": await feed.start("south", None),
        "beginning": await feed.start("south", Place(epoch="", seq=0)),
        "resumed": await feed.start("south", Place(epoch=head.epoch, seq=1)),
        "other epoch": await feed.start("south", Place(epoch="x", seq=1)),
        "ahead": await feed.start("south", Place(epoch=head.epoch, seq=3)),
    }
    assert {name: (start.place.seq, start.resumed) for name, start in starts.items()} == {
        "end": (2, True),
        "beginning": (0, True),
        "resumed": (1, True),
        "other epoch": (0, False),
        "ahead": (0, False),
    }


async def test_memory_and_log_say_the_same(store: Store, desk: Desk, feed: Feed) -> None:
    for n in range(6):
        await desk.publish(SOUTH, [alert(f"a{n}")])
    cold = Feed(store)
    for after in range(8):
        warm_read = await feed.read("south", after=after, limit=3)
        assert list(warm_read) == list(await cold.read("south", after=after, limit=3))


def placed(*numbers: int) -> list[Logged]:
    return [Logged(seq=n, alert=f"a{n}", state="confirmed", body="{}") for n in numbers]


async def test_commits_told_out_of_order_leave_no_hole(desk: Desk, feed: Feed) -> None:
    await desk.publish(SOUTH, [alert(f"a{n}") for n in range(1, 6)])
    fresh = Feed(desk._store)
    for numbers in ((1,), (3,), (2,), (4, 5)):
        fresh.committed("south", placed(*numbers))
    for after in range(5):
        assert (await fresh.read("south", after=after, limit=1))[0].seq == after + 1


async def test_memory_is_bounded(feed: Feed) -> None:
    for n in range(1, 4 * TAIL):
        feed.committed("south", placed(n))
    assert len(feed._tails["south"]) <= 2 * TAIL
