from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

import msgspec
import pytest

from monitor.access.chain import Entry, Flaw, Head, Link, flaws, hash_of, link

SIZE = 1000
Change = Callable[[list[Link], int], None]


@cache
def log() -> tuple[Link, ...]:
    links: list[Link] = []
    head = Head()
    for number in range(SIZE):
        made = link(head, Entry(seq=0, wall=float(number), actor="user:李", action="calls.read"))
        links.append(made)
        head = Head(size=made.seq, hash=made.hash)
    return tuple(links)


def anchor() -> list[Head]:
    return [Head(size=SIZE, hash=log()[-1].hash)]


def delete(links: list[Link], at: int) -> None:
    del links[at]


def insert(links: list[Link], at: int) -> None:
    links.insert(at, links[at])
    change(links, at)


def change(links: list[Link], at: int) -> None:
    body = links[at].body.replace("calls.read", "calls.none")
    links[at] = msgspec.structs.replace(links[at], body=body)


def swap(links: list[Link], at: int) -> None:
    other = at + 1 if at + 1 < len(links) else at - 1
    links[at], links[other] = links[other], links[at]


def truncate(links: list[Link], at: int) -> None:
    del links[at:]


CHANGES = [delete, insert, change, swap, truncate]


def made_anew(links: list[Link]) -> list[Link]:
    """As somebody does who knows how the chain is made: numbers and hashes all fit again."""
    head, found = Head(), list[Link]()
    for each in links:
        made = link(head, msgspec.json.decode(each.body, type=Entry))
        found.append(made)
        head = Head(size=made.seq, hash=made.hash)
    return found


def test_an_untouched_log_has_no_flaw() -> None:
    assert flaws(log(), anchor()) == (anchor()[0], [])


@pytest.mark.parametrize("how", CHANGES)
def test_every_change_of_every_entry_is_found(how: Change) -> None:
    for at in range(SIZE):
        links = list(log())
        how(links, at)
        first = max(0, at - 2)
        # what stands before the change is as it was: no need to look at it a thousand times
        start = Head(size=first, hash=log()[first - 1].hash) if first else Head()
        assert flaws(links[first:], anchor(), start=start)[1], at


@pytest.mark.parametrize("how", CHANGES)
def test_whoever_writes_the_chain_anew_is_found_by_the_checkpoint(how: Change) -> None:
    for at in {0, 1, SIZE - 2, SIZE - 1, *random.Random(7).sample(range(SIZE), 20)}:
        links = list(log())
        how(links, at)
        forged = made_anew(links)
        assert flaws(forged, [])[1] == []
        assert flaws(forged, anchor())[1], at


def test_renumbered_rows_are_found_without_a_checkpoint() -> None:
    links = list(log())
    del links[500]
    moved = [msgspec.structs.replace(each, seq=n) for n, each in enumerate(links, start=1)]
    assert flaws(moved, [])[1][0].seq == 501


def test_a_flaw_says_where() -> None:
    links = list(log())
    change(links, 41)
    assert flaws(links, [])[1] == [Flaw(seq=42, what="the entry or the one before it was changed")]


def test_an_entry_that_is_no_entry_is_a_flaw() -> None:
    bad = Link(seq=1, body="[]", hash=hash_of(Head().hash, "[]"))
    assert flaws([bad], [])[1] == [Flaw(seq=1, what="the entry cannot be read")]
