from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest

from monitor.events import Severity
from monitor.rules.finding import Finding, Head, best
from monitor.rules.incidents import Incidents, alert_id
from monitor.rules.pack import Escalate
from monitor.types import Role

AGENT = Role.AGENT


def finding(
    start: float = 1.0,
    *,
    rule: str = "p/r",
    category: str = "guaranteed_return",
    severity: Severity = "high",
    cooldown_s: float = 0.0,
    escalation: Escalate | None = None,
    quote: str = "保本",
) -> Finding:
    head = Head(
        rule=rule,
        pack="p@1",
        category=category,
        title="t",
        severity=severity,
        cooldown_s=cooldown_s,
        escalation=escalation,
    )
    return Finding(
        head=head,
        role=AGENT,
        start=start,
        end=start + 1,
        quote=quote,
        phrase=quote,
        match="exact",
        severity=severity,
        why="w",
    )


def test_the_id_is_the_published_one() -> None:
    digest = hashlib.sha256(b"c|agent|p/r|31").digest()
    expected = base64.b32encode(digest).decode().lower()[:26]
    assert alert_id("c", AGENT, "p/r", 31.99) == expected


def test_one_incident_in_half_a_minute() -> None:
    incidents = Incidents("c")
    assert len(incidents.confirm([finding(1.0)], 2.0)) == 1
    assert incidents.confirm([finding(20.0, rule="p/other")], 21.0) == []
    assert len(incidents.confirm([finding(31.0)], 32.0)) == 1


def test_categories_are_apart() -> None:
    incidents = Incidents("c")
    found = [finding(1.0), finding(1.5, category="false_urgency", rule="p/f")]
    assert len(incidents.confirm(found, 3.0)) == 2


def test_a_graver_hit_raises_the_same_alert_again() -> None:
    incidents = Incidents("c")
    [first] = incidents.confirm([finding(1.0)], 2.0)
    [second] = incidents.confirm([finding(5.0, rule="p/x", severity="critical")], 6.0)
    assert second.id == first.id
    assert (second.severity, second.count, second.quote) == ("critical", 2, "保本")
    assert second.raised_at == 6.0


def test_said_again_and_again_it_gets_graver() -> None:
    rule = Escalate(count=3, within_s=120, severity="critical")
    incidents = Incidents("c")
    severities = []
    for at in (1.0, 40.0, 80.0):
        [alert] = incidents.confirm([finding(at, escalation=rule)], at)
        severities.append(alert.severity)
    assert severities == ["high", "high", "critical"]


def test_a_cooldown_longer_than_an_incident() -> None:
    incidents = Incidents("c")
    assert incidents.confirm([finding(1.0, cooldown_s=60)], 2.0)
    assert incidents.confirm([finding(40.0, cooldown_s=60)], 41.0) == []
    assert incidents.confirm([finding(102.0, cooldown_s=60)], 103.0)


def test_the_final_text_confirms_under_the_same_id() -> None:
    incidents = Incidents("c")
    key = (AGENT, "#1")
    [early] = incidents.suppose([finding(1.2)], 2.0, key)
    assert early.state == "provisional"
    assert incidents.suppose([finding(1.3)], 2.5, key) == []
    [final] = incidents.confirm([finding(3.7)], 4.0, key)
    assert (final.id, final.state) == (early.id, "confirmed")
    assert incidents.settle(9.0) == []


def test_the_final_text_withdraws() -> None:
    incidents = Incidents("c")
    key = (AGENT, "#1")
    [early] = incidents.suppose([finding(1.2)], 2.0, key)
    [gone] = incidents.confirm([], 4.0, key)
    assert (gone.id, gone.state) == (early.id, "withdrawn")
    assert incidents.confirm([finding(6.0)], 7.0), "what was withdrawn hides nothing"


def test_a_partial_says_nothing_new_within_an_incident() -> None:
    incidents = Incidents("c")
    incidents.confirm([finding(1.0)], 2.0)
    assert incidents.suppose([finding(10.0)], 11.0, (AGENT, "#2")) == []


def test_a_partial_whose_final_never_came_is_withdrawn_at_the_end() -> None:
    incidents = Incidents("c")
    incidents.suppose([finding(1.2)], 2.0, (AGENT, "#1"))
    assert [alert.state for alert in incidents.settle(9.0)] == ["withdrawn"]


@pytest.mark.parametrize(
    ("found", "rules"),
    [
        ([finding(2.0, rule="p/b"), finding(1.0, rule="p/a")], ["p/a"]),
        ([finding(1.0, rule="p/a"), finding(2.0, rule="p/b", severity="critical")], ["p/b"]),
        ([finding(2.0), finding(1.0, category="x", rule="p/x")], ["p/x", "p/r"]),
    ],
)
def test_best(found: list[Finding], rules: list[str]) -> None:
    assert [one.head.rule for one in best(found)] == rules


def test_one_insult_is_not_two_offences() -> None:
    abuse = finding(1.0, category="threat_abuse", rule="p/abuse", severity="critical")
    manners = finding(9.0, category="service_taboo", rule="p/taboo", severity="medium")
    assert [one.head.rule for one in best([manners, abuse])] == ["p/abuse"]
    assert [one.head.rule for one in best([manners])] == ["p/taboo"]


def test_a_general_category_yields_the_words_that_a_particular_one_claims() -> None:
    cure = finding(1.0, category="medical_claim", rule="p/cure")
    best_of_all = finding(1.0, category="absolute_claim", rule="p/best", severity="medium")
    assert [one.head.rule for one in best([cure, best_of_all])] == ["p/cure"]
    beside = replace(best_of_all, start=0.5)
    assert len(best([cure, beside])) == 2


def test_a_suspicion_does_not_hold_what_is_said_in_words_later() -> None:
    incidents = Incidents("c")
    like = replace(finding(1.0, rule="s/like", severity="medium"), match="similar")
    [first] = incidents.confirm([like], 2.0)
    [second] = incidents.confirm([finding(9.0)], 10.0)
    assert (first.start, first.severity) == (1.0, "medium")
    assert (second.start, second.severity, second.count) == (9.0, "high", 1)
    assert second.id != first.id
    again = replace(like, start=12.0, end=13.0)
    assert incidents.confirm([again, finding(14.0)], 15.0) == []
