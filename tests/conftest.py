from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from monitor.store.store import Store
from tests.store.postgres import IN_POSTGRES, address, everywhere

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if IN_POSTGRES and item.get_closest_marker("sqlite"):
            item.add_marker(pytest.mark.skip(reason="the record is in PostgreSQL"))


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
