"""A cable between browser and server that can be cut: open connections die without a word, and new
ones are refused, until it is mended."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

_PIECE = 65536


class Cable:
    """Carries bytes to `address`; runs in a thread of its own."""

    def __init__(self, address: str) -> None:
        target = urlsplit(address)
        self._target = (target.hostname, target.port)
        self._loop = asyncio.new_event_loop()
        self._ends: set[asyncio.StreamWriter] = set()
        self._whole = True
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._carry, "127.0.0.1", 0))
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def cut(self) -> None:
        """Nothing goes through any more."""
        self._do(self._cut())

    def mend(self) -> None:
        """New connections go through again."""
        self._whole = True

    def close(self) -> None:
        """Cut for good."""
        self.cut()
        self._do(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _cut(self) -> None:
        self._whole = False
        for end in self._ends:
            end.transport.abort()

    async def _closed(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        there_reader, there = await asyncio.open_connection(*self._target)
        self._ends |= {writer, there}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_pump(reader, there))
                tasks.create_task(_pump(there_reader, writer))
        finally:
            self._ends -= {writer, there}


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(_PIECE):
            sink.write(piece)
            await sink.drain()
    with contextlib.suppress(OSError):
        sink.close()


@contextmanager
def cable(address: str) -> Iterator[Cable]:
    """A cable to the server at `address`."""
    laid = Cable(address)
    try:
        yield laid
    finally:
        laid.close()
