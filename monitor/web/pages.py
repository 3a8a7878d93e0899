"""The screens: static files of this folder, and the headers that keep what runs in them ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import StaticFiles

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

_HEADERS = {"content-security-policy": POLICY, "cache-control": "no-cache"}


def routes() -> list[BaseRoute]:
    """The screens and their files; they need no token."""
    screens: list[BaseRoute] = [Route(path, _page(FOLDER / name)) for path, name in PAGES.items()]
    return [*screens, Route(FILES, _file)]


def _page(file: Path) -> Callable[[Request], Awaitable[Response]]:
    async def page(_: Request) -> Response:
        return FileResponse(file, media_type="text/html; charset=utf-8", headers=_HEADERS)

    return page


_files = StaticFiles(directory=FOLDER)


async def _file(request: Request) -> Response:
    response = await _files.get_response(request.path_params["path"], request.scope)
    response.headers.update(_HEADERS)
    return response
