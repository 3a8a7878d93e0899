"""A server on a town of calls, for browsers: `python -m tests.desk.server FOLDER READY [CALLS]`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from monitor.clock import SystemClock
from monitor.settings import Server, Settings, Store
from monitor.web.server import run
from monitor.web.state import State
from tests.desk.town import settle
from tests.web.conftest import new_token
from tests.web.scripted import open_scripted

HOLDERS = (
    ("qa", ""),
    ("second", ""),
    ("compliance", ""),
    ("officer", ""),
    ("supervisor", "south"),
)
ROLES = {"second": "qa", "officer": "compliance"}


async def serve(folder: Path, ready_file: Path, count: int, port: int = 0) -> None:
    settings = Settings(server=Server(port=port), store=Store(data=str(folder)))
    begun: list[asyncio.Task[None]] = []

    async def people(url: str, state: State) -> None:
        now = SystemClock().wall()
        await state.store.write(lambda on: settle(on, now=now, count=count))
        await state.review.catch_up()
        told = {name: new_token(folder, ROLES.get(name, name), team=team) for name, team in HOLDERS}
        told["agent"] = new_token(folder, "agent", team="south", agent="8012")
        draft = ready_file.with_suffix(".draft")
        draft.write_text(json.dumps(told | {"url": url}), "utf8")
        draft.rename(ready_file)

    await run(
        settings,
        open_scripted,
        clock=SystemClock(),
        ready=lambda url, state: begun.append(asyncio.create_task(people(url, state))),
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(
        serve(Path(given[0]), Path(given[1]), int((given[2:] or ["120"])[0]), *map(int, given[3:]))
    )
