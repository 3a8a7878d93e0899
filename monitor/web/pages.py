"""The screens: static files of this folder, and the headers that keep what runs in them ours."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

FOLDER = Path(__file__).with_name("static")

PAGES = {
    "/": "wall.html",
    "/agent": "agent.html",
    "/qa": "qa.html",
    "/rules": "rules.html",
    "/overview": "overview.html",
}
"""Address of a screen -> its file. A page holds no content: that comes from the API."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Nothing inline, nothing from elsewhere, and no text ever becomes markup."""

FILES = "/static/{path:path}"
"""Address of what the screens are made of."""

_PREFIX: Final = "/static/"
_ASK_AGAIN: Final = "no-cache"
_KEEP: Final = "public, max-age=31536000, immutable"
_VERSION_CHARS: Final = 12
_KINDS: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    content: bytes
    media_type: str


class Files:
    """The files of a folder, read once. Their address names their content: a browser that has
    them need not ask again, and asks for all of them when one has changed."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        self._files = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        digest = hashlib.sha256()
        for name, file in self._files.items():
            digest.update(f"{name}\n{len(file.content)}\n".encode())
            digest.update(file.content)
        self.version = f"v-{digest.hexdigest()[:_VERSION_CHARS]}"

    def page(self, name: str) -> bytes:
        """A screen; modules name each other relative to their own address, so this is enough."""
        text = self._files[name].content
        return text.replace(_PREFIX.encode(), f"{_PREFIX}{self.version}/".encode())

    def answer(self, path: str) -> Response:
        """A file, to be kept for ever if the address names the content that it has."""
        first, _, rest = path.partition("/")
        # a page of an earlier version may still be open: it gets what there is, until it asks again
        name = rest if first.startswith("v-") else path
        file = self._files.get(name)
        if file is None:
            raise HTTPException(404)
        keep = _KEEP if first == self.version else _ASK_AGAIN
        return _answer(file.content, file.media_type, keep)


def routes() -> list[BaseRoute]:
    """The screens and their files; they need no token."""
    files = Files(FOLDER)

    async def file(request: Request) -> Response:
        return files.answer(request.path_params["path"])

    screens: list[BaseRoute] = [
        Route(path, _page(files.page(name))) for path, name in PAGES.items()
    ]
    return [*screens, Route(FILES, file)]


def _page(content: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def page(_: Request) -> Response:
        return _answer(content, "text/html; charset=utf-8", _ASK_AGAIN)

    return page


def _answer(content: bytes, media_type: str, keep: str) -> Response:
    headers = {"content-security-policy": POLICY, "cache-control": keep}
    return Response(content, media_type=media_type, headers=headers)


def _read(path: Path) -> _File:
    return _File(content=path.read_bytes(), media_type=_KINDS[path.suffix])
