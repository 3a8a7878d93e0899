"""The routes of the QA desk, the rule desk and the overview."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

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
from monitor.web.api import Endpoint, guarded


def routes() -> list[BaseRoute]:
    """All of them behind a token or a session."""
    return [Route(path, guarded(endpoint), methods=[method]) for method, path, endpoint in _TABLE]


_TABLE: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/api/qa/calls", review_calls.call_list),
    ("GET", "/api/qa/choices", review_calls.choices),
    ("GET", "/api/qa/calls/{number}", review_calls.one_call),
    ("POST", "/api/qa/calls/{number}/rejudge", review_rejudge.rejudge),
    ("GET", "/api/qa/samples", review_samples.list_samples),
    ("POST", "/api/qa/samples", review_samples.post_sample),
    ("GET", "/api/qa/export", review_files.export),
    ("GET", "/api/qa/exports", review_files.export_list),
    ("POST", "/api/reviews", review_acts.post_review),
    ("GET", "/api/alerts/{alert}/appeal", review_acts.get_appeal),
    ("POST", "/api/alerts/{alert}/appeal", review_acts.post_appeal),
    ("GET", "/api/rules", rules_desk.pack_list),
    ("POST", "/api/rules/try", rules_desk.try_text),
    ("POST", "/api/rules/check", rules_desk_proposals.check),
    ("GET", "/api/rules/proposals", rules_desk_proposals.proposal_list),
    ("POST", "/api/rules/proposals", rules_desk_proposals.propose),
    ("GET", "/api/rules/proposals/{number}", rules_desk_proposals.one_proposal),
    ("POST", "/api/rules/proposals/{number}/dry-run", rules_desk_proposals.dry_run),
    ("POST", "/api/rules/proposals/{number}/decision", rules_desk_proposals.decide),
    ("GET", "/api/rules/texts/{sha256}", rules_desk.version_text),
    ("GET", "/api/rules/{pack}", rules_desk.one_pack),
    ("GET", "/api/rules/{pack}/diff", rules_desk.difference),
    ("GET", "/api/overview", overview.numbers),
)
