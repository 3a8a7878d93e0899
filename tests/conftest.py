from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from monitor.store.store import Store
from tests.store.postgres import IN_POSTGRES, address, everywhere

SLOW = ("process", "audio")
"""Marks of tests that take seconds each, longest first."""

# a machine that is busy makes an example slow, not wrong
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _keys_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Servers that tests start make their root key here, not in the folder of whoever tests."""
    folder = tmp_path_factory.mktemp("config")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        yield folder


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if IN_POSTGRES and item.get_closest_marker("sqlite"):
            item.add_marker(pytest.mark.skip(reason="the record is in PostgreSQL"))
    if hasattr(config, "workerinput"):
        items.sort(key=longest_file_first(items))


def longest_file_first(
    items: Sequence[pytest.Item],
) -> Callable[[pytest.Item], tuple[int, int, int]]:
    """Key of an order in which no file that takes long is left for the end, when one process
    works on it and the others have nothing to do; the tests of a file stay together."""
    places = {path: place for place, path in enumerate(dict.fromkeys(item.path for item in items))}
    sizes = Counter(item.path for item in items)
    slow = {mark: {item.path for item in items if item.get_closest_marker(mark)} for mark in SLOW}

    def key(item: pytest.Item) -> tuple[int, int, int]:
        for rank, mark in enumerate(SLOW):
            if item.path in slow[mark]:
                return rank, 0, places[item.path]
        return len(SLOW), -sizes[item.path], places[item.path]

    return key


@pytest.fixture(scope="session", autouse=True)
def _record_in_postgres() -> Iterator[None]:
    """With CALL_MONITOR_TEST_POSTGRES=1 every store of this process keeps its record there."""
    if not IN_POSTGRES:
        yield
        return
    sqlite = Store.__init__
    with everywhere(), pytest.MonkeyPatch.context() as patch:

        def opened(self: Store, folder: Path, *, url: str = "", **more: Any) -> None:
            sqlite(self, folder, url=url or address(folder), **more)

        patch.setattr(Store, "__init__", opened)
        yield
