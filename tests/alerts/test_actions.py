from __future__ import annotations

import pytest

from monitor.alerts.actions import (
    SYSTEM,
    Action,
    Deed,
    Facts,
    Limits,
    Standing,
    Verb,
    check,
    standing,
)
from monitor.errors import Conflict

LIMITS = Limits(critical=60, high=180, medium=0, low=0)
RAISED = 1000.0


def facts(severity: str = "critical", state: str = "confirmed") -> Facts:
    return Facts(call="c1", severity=severity, state=state, raised=RAISED)  # type: ignore[arg-type]


def done(seq: int, action: Verb, *, by: str = "li", undoes: int | None = None) -> Action:
    at = RAISED + 10 * seq
    return Action(seq=seq, alert="a", call="c1", action=action, by=by, at=at, undoes=undoes)


def deed(action: Verb, **more: object) -> Deed:
    return Deed(action=action, key="k" * 8, **more)  # type: ignore[arg-type]


def test_a_new_alert_waits_for_its_severity() -> None:
    assert standing(facts(), [], LIMITS) == Standing(due=RAISED + 60)
    assert standing(facts("high"), [], LIMITS).due == RAISED + 180
    assert standing(facts("medium"), [], LIMITS).due is None
    assert standing(facts(state="withdrawn"), [], LIMITS).due is None


def test_the_last_word_that_counts_decides() -> None:
    past = [done(1, "acknowledge"), done(2, "false_alarm", by="wang")]
    now = standing(facts(), past, LIMITS)
    assert (now.status, now.by, now.at, now.due) == ("false_alarm", "wang", RAISED + 20, None)
    past.append(done(3, "undo", undoes=2))
    assert standing(facts(), past, LIMITS).status == "acknowledged"
    past.append(done(4, "undo", undoes=1))
    # somebody looked at it: it waits anew from there
    assert standing(facts(), past, LIMITS) == Standing(due=RAISED + 40 + 60)


def test_escalation_has_an_end() -> None:
    past = [done(1, "escalate", by=SYSTEM)]
    assert standing(facts(), past, LIMITS) == Standing(level=1, due=RAISED + 10 + 60)
    past.append(done(2, "escalate"))
    assert standing(facts(), past, LIMITS) == Standing(level=2, due=None)
    with pytest.raises(Conflict, match="as far as it goes"):
        check(deed("escalate"), past, standing(facts(), past, LIMITS))


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (deed("false_alarm", reason=" "), "no_reason"),
        (deed("prompt"), "no_text"),
        (deed("acknowledge"), "done_before"),
        (deed("undo", undoes=7), "nothing_to_undo"),
        (deed("undo", undoes=2), "nothing_to_undo"),
    ],
)
def test_deeds_without_sense_are_refused(wanted: Deed, code: str) -> None:
    past = [done(1, "acknowledge"), done(2, "escalate", by=SYSTEM)]
    with pytest.raises(Conflict) as fault:
        check(wanted, past, standing(facts(), past, LIMITS))
    assert fault.value.code == code


def test_undo_takes_back_the_last_that_counts_of_a_person() -> None:
    past = [done(1, "acknowledge"), done(2, "prompt"), done(3, "undo", undoes=2)]
    assert check(deed("undo"), past, Standing()) == 1
    past.append(done(4, "undo", undoes=1))
    with pytest.raises(Conflict):
        check(deed("undo"), past, Standing())
