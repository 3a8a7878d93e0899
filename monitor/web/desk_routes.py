"""The routes of the QA desk, the rule desk and the overview."""

from __future__ import annotations

from starlette.routing import BaseRoute

from monitor.access.permissions import Action
from monitor.web import (
    overview,
    review_acts,
    review_calls,
    review_files,
    review_rejudge,
    review_samples,
    rules_desk,
    rules_desk_proposals,
)
from monitor.web.guarded import Endpoint, guarded_route


def routes() -> list[BaseRoute]:
    """Each behind the guard, with the action it is."""
    return [
        guarded_route(path, endpoint, action, methods=(method,))
        for method, path, endpoint, action in _TABLE
    ]


_TABLE: tuple[tuple[str, str, Endpoint, Action], ...] = (
    ("GET", "/api/qa/calls", review_calls.call_list, "calls.read"),
    ("GET", "/api/qa/choices", review_calls.choices, "calls.read"),
    ("GET", "/api/qa/calls/{number}", review_calls.one_call, "calls.read"),
    ("POST", "/api/qa/calls/{number}/rejudge", review_rejudge.rejudge, "calls.read"),
    ("GET", "/api/qa/samples", review_samples.list_samples, "calls.read"),
    ("POST", "/api/qa/samples", review_samples.post_sample, "alerts.review"),
    ("GET", "/api/qa/export", review_files.export, "calls.export"),
    ("GET", "/api/qa/exports", review_files.export_list, "calls.export"),
    ("POST", "/api/reviews", review_acts.post_review, "alerts.review"),
    ("GET", "/api/alerts/{alert}/appeal", review_acts.get_appeal, "alerts.appeal"),
    ("POST", "/api/alerts/{alert}/appeal", review_acts.post_appeal, "alerts.appeal"),
    ("GET", "/api/rules", rules_desk.pack_list, "rules.read"),
    ("POST", "/api/rules/try", rules_desk.try_text, "rules.try"),
    ("POST", "/api/rules/check", rules_desk_proposals.check, "rules.try"),
    ("GET", "/api/rules/proposals", rules_desk_proposals.proposal_list, "rules.read"),
    ("POST", "/api/rules/proposals", rules_desk_proposals.propose, "rules.propose"),
    ("GET", "/api/rules/proposals/{number}", rules_desk_proposals.one_proposal, "rules.read"),
    (
        "POST",
        "/api/rules/proposals/{number}/dry-run",
        rules_desk_proposals.dry_run,
        "rules.propose",
    ),
    (
        "POST",
        "/api/rules/proposals/{number}/decision",
        rules_desk_proposals.decide,
        "rules.propose",
    ),
    ("GET", "/api/rules/texts/{sha256}", rules_desk.version_text, "rules.read"),
    ("GET", "/api/rules/{pack}", rules_desk.one_pack, "rules.read"),
    ("GET", "/api/rules/{pack}/diff", rules_desk.difference, "rules.read"),
    ("GET", "/api/overview", overview.numbers, "overview.read"),
)
