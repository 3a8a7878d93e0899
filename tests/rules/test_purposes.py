"""The purpose of a call, as authors say it and as they only seem to."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.events import CallStarted, Disclosure, Utterance
from monitor.rules.engine import CallJudge
from monitor.rules.load import load_packs
from monitor.rules.ruleset import RuleSet
from monitor.types import Role

ROOT = Path(__file__).parents[2]
CALL = CallStarted(call="c", industry="wealth", business="marketing")


def test_purposes_are_told_from_what_only_leads_up_to_them() -> None:
    rules = RuleSet.for_call(load_packs(ROOT / "lexicons"), CALL)
    lines = (ROOT / "tests/evaluation/openings/purposes.jsonl").read_text(encoding="utf-8").splitlines()
    labelled = [(item["text"], bool(item["purpose"])) for item in map(json.loads, lines)]
    missed = [text for text, stated in labelled if stated and not taken(rules, text)]
    wrong = [text for text, stated in labelled if not stated and taken(rules, text)]
    assert len(labelled) == 184
    assert len(missed) <= 3, missed
    assert len(wrong) <= 1, wrong


def taken(rules: RuleSet, text: str) -> bool:
    judge = CallJudge(CALL, rules)
    heard = Utterance(call="c", channel=Role.AGENT, start=3.0, end=8.0, text=text)
    return any(
        isinstance(event, Disclosure) and event.item == "purpose" and event.state == "met"
        for event in judge.hear(heard)
    )
