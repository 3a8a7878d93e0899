"""The least of an HTTP client: a soak asks a hundred thousand times, and this costs a tenth."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes


class Web:
    """One connection to one server, kept for the next question."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname, place.port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, token: str, body: Any = None) -> Answer:
        """POST where there is a body, GET where there is none."""
        sent = b"" if body is None else msgspec.json.encode(body)
        head = (
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\n"
            f"host: {self._host}:{self._port}\r\nauthorization: Bearer {token}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(sent)}\r\n\r\n"
        )
        try:
            return await self._answer(head.encode() + sent)
        except (asyncio.IncompleteReadError, ConnectionError):
            # a connection that nobody used for a while is closed
            self.close()
            return await self._answer(head.encode() + sent)

    async def _answer(self, question: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(question)
        async with asyncio.timeout(60):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
            answer = Answer(status=int(lines[0].split()[1]), body=await self._body(fields))
        if fields.get("connection") == "close":
            self.close()
        return answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _body(self, fields: dict[str, str]) -> bytes:
        assert self._streams is not None
        reader = self._streams[0]
        if "content-length" in fields:
            return await reader.readexactly(int(fields["content-length"]))
        assert fields["transfer-encoding"] == "chunked"
        made = b""
        while size := int(await reader.readline(), 16):
            made += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
        return made
