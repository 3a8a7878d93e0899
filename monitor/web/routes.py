"""Addresses of accounts, audit, approvals and retention, each with its action."""

from __future__ import annotations

from starlette.routing import Route

from monitor.web import accounts, approvals, audit, oidc, privacy, retention, sessions
from monitor.web.guarded import guarded_route


def access_routes() -> list[Route]:
    """Who people are, what they may do, what they did."""
    return [
        Route("/api/session", sessions.sign_in, methods=["POST"]),
        Route("/api/session", sessions.show, methods=["GET"]),
        Route("/api/session", sessions.sign_out, methods=["DELETE"]),
        Route("/api/oidc/start", oidc.start, methods=["GET"]),
        Route("/api/oidc/callback", oidc.callback, methods=["GET"]),
        Route("/api/session/password", accounts.own_password, methods=["POST"]),
        Route("/api/setup", accounts.set_up, methods=["POST"]),
        guarded_route("/api/accounts", accounts.listed, "accounts.read"),
        guarded_route("/api/accounts", accounts.add, "accounts.manage", methods=("POST",)),
        guarded_route(
            "/api/accounts/{name}", accounts.change, "accounts.manage", methods=("PATCH",)
        ),
        guarded_route(
            "/api/accounts/{name}/totp", accounts.give_totp, "accounts.manage", methods=("POST",)
        ),
        guarded_route("/api/audit", audit.listed, "audit.read"),
        guarded_route(
            "/api/calls/{call}/reveal", privacy.reveal, "privacy.reveal", methods=("POST",)
        ),
    ]


def keeping_routes() -> list[Route]:
    """How long things are kept, and what needs a second person."""
    return [
        guarded_route("/api/retention", retention.policies, "retention.read"),
        guarded_route(
            "/api/retention", retention.add_policy, "retention.manage", methods=("POST",)
        ),
        guarded_route(
            "/api/retention/run", retention.run_now, "retention.manage", methods=("POST",)
        ),
        guarded_route(
            "/api/retention/{number}",
            retention.retire_policy,
            "retention.manage",
            methods=("DELETE",),
        ),
        guarded_route("/api/holds", retention.holds, "retention.read"),
        guarded_route("/api/holds", retention.add_hold, "holds.manage", methods=("POST",)),
        guarded_route(
            "/api/holds/{number}", retention.release_hold, "holds.manage", methods=("DELETE",)
        ),
        guarded_route("/api/persons", retention.answer_person, "persons.answer", methods=("POST",)),
        guarded_route("/api/approvals", approvals.listed, "approvals.read"),
        guarded_route("/api/approvals", approvals.ask, "approvals.take_part", methods=("POST",)),
        guarded_route(
            "/api/approvals/{number}", approvals.decide, "approvals.take_part", methods=("POST",)
        ),
    ]
