"""The clock of what must be said: pending, then met, missed, or honestly undetermined.

All of it is media time. Nothing passes a deadline before `advance` says that the audio up to it has
been judged, and nothing is called missing where the agent's audio was not heard in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from monitor.events import Disclosure, Event, Prompt
from monitor.rules.finding import Finding, Head
from monitor.types import Role

Missing = Callable[[Role, float, float], str]
"""Why start..end of a role was not heard in full; empty if it was."""

Kind = Literal["opening", "before_close", "on_event"]

ENDED_EARLY: Final = "call_ended_before_deadline"

_ASK: Final = re.compile(
    "^请(?:您|先|再|及时|主动|务必)*(?:说明|告知|提示|说出|说清|说|补充)(?:一下|清楚)?[：:]?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A statement that must be said."""

    item: str
    kind: Kind
    head: Head
    prompt: str
    deadline_s: float = 30.0
    """Seconds after the start of the call (opening) or after the trigger (on_event)."""
    prompt_at_s: float | None = None

    @property
    def label(self) -> str:
        """What is asked for, without the asking: 公司名称."""
        return _ASK.sub("", self.prompt).rstrip("。") or self.prompt

    @property
    def statement(self) -> str:
        """What had to be done, without by when: 告知公司名称."""
        return re.sub("^(?:开场|促成之?前)", "", self.head.title)


@dataclass(slots=True)
class _Status:
    duty: Duty
    state: Literal["waiting", "pending", "met", "missed", "undetermined"] = "waiting"
    since_s: float = 0.0
    deadline_s: float = 0.0
    prompt_s: float | None = None
    """When the prompt is due; None once shown or not wanted."""
    prompting: bool = False
    said: bool = False


class Board:
    """The duties of one call and how they stand."""

    def __init__(
        self, call: str, duties: tuple[Duty, ...], start_s: float, *, opened: bool = False
    ) -> None:
        """`opened`: the call goes on; its opening was before."""
        self._call = call
        self._opened = opened
        self._start_s = start_s
        self._statuses = {duty.item: _Status(duty) for duty in duties}
        self._shown: dict[str, tuple[str, str]] = {}

    def begin(self) -> list[Event]:
        """The opening duties begin with the call."""
        if self._opened:
            return []
        opening = [s for s in self._statuses.values() if s.duty.kind == "opening"]
        return [self._open(status, self._start_s) for status in opening]

    def listens(self, duty: Duty) -> bool:
        """Whether saying it now could meet the duty, or clear its prompt."""
        status = self._statuses[duty.item]
        return not status.said and self._listens(status)

    def waits(self, duty: Duty) -> bool:
        """Whether a trigger of the duty would still start anything."""
        return self._statuses[duty.item].state == "waiting"

    def said(
        self, duty: Duty, start_s: float, end_s: float, quote: str, reason: str
    ) -> list[Event]:
        """The agent said it, in words that end at `end_s`."""
        status = self._statuses[duty.item]
        if status.said or not self._listens(status):
            return []
        status.said = True
        events: list[Event] = []
        in_time = status.state == "waiting" or end_s <= status.deadline_s + 1e-6
        if status.state in ("waiting", "pending") and in_time:
            status.state = "met"
            deadline = status.deadline_s if duty.kind != "before_close" else None
            events.append(self._event(status, end_s, deadline, quote, reason))
        status.prompting, status.prompt_s = False, None
        return [*events, *self._refresh(status, end_s)]

    def trigger(self, duty: Duty, at_s: float) -> list[Event]:
        """What starts an on_event clock, or the closing before which it had to be said.

        A closing is judged by the next `advance`: only then is the audio before it accounted for.
        """
        status = self._statuses[duty.item]
        if status.state != "waiting":
            return []
        if duty.kind == "before_close":
            status.state, status.since_s, status.deadline_s = "pending", self._start_s, at_s
            return []
        events = [self._open(status, at_s)]
        if duty.prompt_at_s is None or duty.prompt_at_s <= 0:
            status.prompting, status.prompt_s = True, None
            events.extend(self._refresh(status, at_s))
        return events

    def advance(self, at_s: float, missing: Missing) -> tuple[list[Event], list[Finding]]:
        """Prompts and deadlines up to `at_s`, in order of time."""
        events: list[Event] = []
        findings: list[Finding] = []
        while (due := self._next_due(at_s)) is not None:
            when, status, is_prompt = due
            if is_prompt:
                status.prompting, status.prompt_s = True, None
                together = [s for s in self._statuses.values() if s.prompt_s == when]
                for other in together:
                    other.prompting, other.prompt_s = True, None
                for one in (status, *together):
                    events.extend(self._refresh(one, when))
                continue
            more, found = self._overdue(status, missing)
            events.extend(more)
            findings.extend(found)
        return events, findings

    def end(self, at_s: float) -> list[Event]:
        """The call is over: open clocks are undetermined, prompts go."""
        events: list[Event] = []
        for status in self._statuses.values():
            if status.state == "pending":
                status.state = "undetermined"
                events.append(self._event(status, at_s, status.deadline_s, "", ENDED_EARLY))
        events.extend(self._prompt(*shown, "cleared", at_s) for shown in self._shown.values())
        self._shown.clear()
        return events

    def _listens(self, status: _Status) -> bool:
        if status.duty.kind == "on_event":
            return status.state != "waiting"
        return True

    def _open(self, status: _Status, at_s: float) -> Event:
        duty = status.duty
        status.state, status.since_s = "pending", at_s
        status.deadline_s = at_s + duty.deadline_s
        status.prompt_s = None if duty.prompt_at_s is None else at_s + duty.prompt_at_s
        return self._event(status, at_s, status.deadline_s, "", "")

    def _next_due(self, at_s: float) -> tuple[float, _Status, bool] | None:
        due = [
            (when, order, status, is_prompt)
            for order, status in enumerate(self._statuses.values())
            if status.state == "pending"
            for when, is_prompt in ((status.prompt_s, True), (status.deadline_s, False))
            if when is not None and when <= at_s and not (is_prompt and status.said)
        ]
        if not due:
            return None
        when, _, status, is_prompt = min(due, key=lambda one: (one[0], not one[3], one[1]))
        return when, status, is_prompt

    def _overdue(self, status: _Status, missing: Missing) -> tuple[list[Event], list[Finding]]:
        duty, deadline = status.duty, status.deadline_s
        reason = missing(Role.AGENT, status.since_s, deadline)
        if not status.said:
            status.prompting = True
        if reason:
            status.state = "undetermined"
            event = self._event(status, deadline, deadline, "", reason)
            return [event, *self._refresh(status, deadline)], []
        status.state = "missed"
        reason = "said_late" if status.said else ""
        events = [self._event(status, deadline, deadline, "", reason)]
        return [*events, *self._refresh(status, deadline)], [self._finding(duty, status)]

    def _finding(self, duty: Duty, status: _Status) -> Finding:
        if duty.kind == "before_close":
            why = f"促成之前没有{duty.statement}"
        else:
            since = "开场" if duty.kind == "opening" else f"第 {status.since_s:.0f} 秒之后"
            why = f"{since} {duty.deadline_s:g} 秒内没有{duty.statement}，这段坐席语音没有缺失"
        return Finding(
            head=duty.head,
            role=Role.AGENT,
            start=status.deadline_s,
            end=status.deadline_s,
            quote="",
            phrase="",
            match="state",
            severity=duty.head.severity,
            why=why,
        )

    def _event(
        self, status: _Status, at_s: float, deadline_s: float | None, quote: str, reason: str
    ) -> Disclosure:
        assert status.state != "waiting"
        return Disclosure(
            call=self._call,
            item=status.duty.item,
            state=status.state,
            at=round(at_s, 3),
            deadline=None if deadline_s is None else round(deadline_s, 3),
            quote=quote,
            reason=reason,
        )

    def _refresh(self, changed: _Status, at_s: float) -> list[Event]:
        """The prompt line of the group of a duty as it must read now."""
        opening = changed.duty.kind == "opening"
        group = "opening" if opening else changed.duty.item
        lacking = [
            s.duty
            for s in self._statuses.values()
            if s.prompting and not s.said and (s.duty.kind == "opening") == opening
            if opening or s is changed
        ]
        wanted = None
        if lacking:
            labels = "、".join(duty.label for duty in lacking)
            text = lacking[0].prompt if len(lacking) == 1 else f"请说明：{labels}"
            wanted = (text, ",".join(duty.head.category for duty in lacking))
        before = self._shown.get(group)
        if wanted == before:
            return []
        events: list[Event] = []
        if before:
            del self._shown[group]
            events.append(self._prompt(*before, "cleared", at_s))
        if wanted:
            self._shown[group] = wanted
            events.append(self._prompt(*wanted, "shown", at_s))
        return events

    def _prompt(
        self, text: str, reason: str, state: Literal["shown", "cleared"], at_s: float
    ) -> Prompt:
        return Prompt(call=self._call, text=text, reason=reason, state=state, at=round(at_s, 3))
