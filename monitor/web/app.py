"""The app: its routes, the headers every answer has, and how errors read."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.errors import BadMessage, Conflict, NeedsSecondPerson, Overloaded, Refused, Unavailable
from monitor.web import actions, agent_view, api, audio, demo_calls, desk_routes, pages, taking_out
from monitor.web.agents import prompts
from monitor.web.guarded import guarded_route
from monitor.web.intake import intake
from monitor.web.listen import listen
from monitor.web.routes import access_routes, keeping_routes
from monitor.web.state import State
from monitor.web.supervise import supervise
from monitor.web.wall import wall
from monitor.web.wall_view import wall_view

PUBLIC = (*pages.PAGES, pages.FILES, "/healthz", "/readyz", "/version")
"""Paths that need no token: they hold nothing of any call."""

SELF = (
    "/api/session",
    "/api/session/password",
    "/api/setup",
    "/api/oidc/start",
    "/api/oidc/callback",
)
"""Paths that find out for themselves who asks, and show nothing else."""

_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def create_app(state: State) -> Starlette:
    """The ASGI app over a state; the state outlives it."""
    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(_SafeHeaders)],
        exception_handlers={
            HTTPException: _refusal,
            Refused: _forbidden,
            Conflict: _conflict,
            BadMessage: _bad_request,
            Unavailable: _unavailable,
            Overloaded: _unavailable,
        },
    )
    app.state.monitor = state
    return app


def _routes() -> list[BaseRoute]:
    return [
        *pages.routes(),
        Route("/healthz", api.healthz),
        Route("/readyz", api.readyz),
        Route("/version", api.version),
        Route("/metrics", api.numbers),
        *access_routes(),
        *keeping_routes(),
        guarded_route("/api/calls", api.call_list, "calls.read"),
        guarded_route("/api/calls/{call}/events", api.call_events, "calls.read"),
        guarded_route("/api/calls/{call}/audio", audio.call_audio, "recordings.play"),
        guarded_route(
            "/api/calls/{call}/grants", audio.call_grant, "recordings.play", methods=("POST",)
        ),
        guarded_route("/api/calls/{call}/peaks", audio.call_peaks, "recordings.play"),
        guarded_route("/api/calls/{call}/recording", audio.call_recording, "recordings.play"),
        guarded_route("/api/calls/{call}/export", taking_out.call_export, "recordings.export"),
        guarded_route("/api/alerts", api.alert_list, "calls.read"),
        guarded_route("/api/wall", wall_view, "alerts.watch"),
        guarded_route("/api/alerts/{alert}/actions", actions.act, "alerts.act", methods=("POST",)),
        guarded_route(
            "/api/calls/{call}/prompts", actions.message, "prompts.send", methods=("POST",)
        ),
        guarded_route("/api/agents/{agent}/alerts", agent_view.own_alerts, "calls.read"),
        guarded_route(
            "/api/agents/{agent}/feedback", agent_view.give, "prompts.watch", methods=("POST",)
        ),
        guarded_route("/api/demo", demo_calls.status, "alerts.act"),
        guarded_route("/api/demo", demo_calls.play, "alerts.act", methods=("POST",)),
        *desk_routes.routes(),
        WebSocketRoute("/ws/alerts", supervise),
        WebSocketRoute("/ws/wall", wall),
        WebSocketRoute("/ws/calls/{call}/sound", listen),
        WebSocketRoute("/ws/agents/{agent}", prompts),
        WebSocketRoute("/ingest/l16", intake),
    ]


class _SafeHeaders:
    """Adds the headers that keep a browser from doing more than it should."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


async def _refusal(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    code, _colon, message = fault.detail.partition(": ")
    if not message:
        code, message = f"http_{fault.status_code}", fault.detail
    answer = _error(fault.status_code, code, message)
    answer.headers.update(fault.headers or {})
    return answer


async def _forbidden(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, Refused)
    if isinstance(fault, NeedsSecondPerson):
        return _error(403, fault.code, fault.message, action=fault.action, about=fault.about)
    return _error(403, fault.code, fault.message)


async def _bad_request(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, BadMessage)
    return _error(400, fault.code, str(fault))


async def _conflict(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, Conflict)
    status = 404 if fault.code in ("no_alert", "no_call") else 409
    return _error(status, fault.code, fault.message)


async def _unavailable(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, Unavailable | Overloaded)
    return _error(503, fault.code, fault.message)


def _error(status: int, code: str, message: str, **more: str) -> Response:
    error = {"code": code, "message": message} | more
    return JSONResponse({"error": error}, status_code=status)
