from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.store.store import Store
from tests.store.postgres import postgres


@pytest.fixture(scope="session", autouse=True)
def _keys_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Servers that tests start make their root key here, not in the folder of whoever tests."""
    folder = tmp_path_factory.mktemp("config")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        yield folder


IN_POSTGRES = bool(os.environ.get("CALL_MONITOR_TEST_POSTGRES"))


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
    databases: dict[Path, str] = {}
    with postgres() as server, pytest.MonkeyPatch.context() as patch:

        def opened(self: Store, folder: Path, *, url: str = "", **more: Any) -> None:
            if not url:
                url = databases.get(folder) or databases.setdefault(folder, server.database())
            sqlite(self, folder, url=url, **more)

        patch.setattr(Store, "__init__", opened)
        yield
