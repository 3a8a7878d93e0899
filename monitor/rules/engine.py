"""The judge of one call: utterances, coverage and time in; alerts, disclosures, prompts out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import msgspec

from monitor.events import CallStarted, Coverage, Event, Signal, Utterance
from monitor.rules import context, refusal
from monitor.rules.compiler import REFERS
from monitor.rules.disclosure import Board
from monitor.rules.finding import Finding
from monitor.rules.found import Found, View, is_fresh, span, speaks, surest
from monitor.rules.incidents import Incidents, SegmentKey
from monitor.rules.law import AGENT, ANY, DutyLaw, Law
from monitor.rules.ledger import Ledger
from monitor.rules.misheard import doubts
from monitor.rules.questions import Questions
from monitor.rules.ruleset import RuleSet
from monitor.rules.second_look import SecondLook
from monitor.rules.states import States
from monitor.rules.timed import Timed
from monitor.rules.timing import instants
from monitor.rules.trial import Court, Dropped
from monitor.rules.turns import Mark, Memory, Turn
from monitor.text.fold import PIECE, join
from monitor.types import Role

_NUMBER: Final = re.compile("[0-9零幺一二两三四五六七八九]{2}")
"""A number given is given: a negator before it is a slip of the recogniser, not a denial."""


LOOP: Final = 400
"""Characters from which a text may be a loop of the recogniser: nobody says as much in a breath."""
FEW: Final = 8
"""Times that the runs of three characters in a loop come back, at least, on the average."""
SAID_ONCE: Final = 20
"""Characters of what is repeated that are judged, or all of it twice where that is longer:
whatever it holds is in them."""
_RUN: Final = re.compile(r"(.{1,20}?)\1{7,}", re.DOTALL)


class CallJudge:
    """Judges one call, in media time. Deterministic: the same input gives the same events.

    `hear` takes utterances in order of their end within a role; `advance` says that the audio of
    both roles is judged up to a time, which is when deadlines pass; `end` settles what is open.
    """

    def __init__(
        self, call: CallStarted, rules: RuleSet, *, dropped: list[Dropped] | None = None
    ) -> None:
        self.call: Final = call
        self.rules: Final = rules
        self._memory = Memory()
        self._ledger = Ledger()
        self._court = Court(rules, self._memory, self._ledger.missing, dropped)
        self._second = SecondLook(self._court, call.call)
        self._incidents = Incidents(call.call)
        duties = tuple(law.duty for law in rules.duties)
        self._board = Board(call.call, duties, call.at, opened=call.resumed)
        self._states = States(rules.limits)
        self._timed = Timed(self._court)
        self._questions = Questions(self._court)
        self._begun = False
        self._now_s = call.at

    def hear(self, utterance: Utterance) -> list[Event]:
        """What an utterance causes; a partial one (`final` False) only supposes."""
        events = self._begin()
        if utterance.suppressed or not utterance.text.strip():
            if utterance.final:
                events.extend(self._incidents.confirm([], utterance.end, _segment(utterance)))
            return events
        if not utterance.final:
            return [*events, *self._suppose(utterance)]
        for piece in _pieces(utterance):
            events.extend(self._judge(piece, utterance))
        return events

    def cover(self, coverage: Coverage) -> list[Event]:
        """What is known of a stretch of a role."""
        self._ledger.add(coverage)
        return self._begin()

    def advance(self, at_s: float) -> list[Event]:
        """Both roles are judged up to here: prompts and deadlines before it pass."""
        events = self._begin()
        if at_s <= self._now_s:
            return events
        self._now_s = at_s
        more, findings = self._board.advance(at_s, self._ledger.missing)
        events.extend(more)
        findings.extend(self._timed.due(at_s))
        for finding in findings:
            events.extend(self._incidents.confirm([finding], max(finding.end, finding.start)))
        return events

    def end(self, at_s: float, reason: str = "hangup") -> list[Event]:
        """The call is over: whatever is open is settled. `reason` is that of call.ended."""
        events = self.advance(at_s)
        events.extend(self._incidents.confirm(self._timed.due(at_s, ended=True), at_s))
        events.extend(self._incidents.settle(at_s))
        events.extend(self._board.end(at_s))
        return events

    def _begin(self) -> list[Event]:
        if self._begun:
            return []
        self._begun = True
        return self._board.begin()

    def _turn(self, utterance: Utterance) -> Turn:
        pieces = self._memory.joined(utterance)
        tail = "".join(piece.text for piece in pieces[:-1])
        folded = join(tail, utterance.text)
        # words that may still change suppose nothing by their sound
        doubtful = doubts(folded, pieces) if utterance.final else None
        return Turn(
            number=self._memory.count,
            utterance=utterance,
            pieces=pieces,
            folded=folded,
            fresh=folded.fresh,
            hits=self.rules.hits(folded, doubtful),
        )

    def _judge(self, utterance: Utterance, whole: Utterance) -> list[Event]:
        turn = self._turn(utterance)
        self._court.begin()
        self._memory.keep(turn)
        self._timed.spoke(turn.end)
        events: list[Event] = list(self._signals(turn))
        findings = self._rules(turn)
        if turn.role is not Role.CUSTOMER:
            findings.extend(self._questions.answered(turn))
            findings.extend(self._after_signals(turn))
        else:
            self._states.answer(turn.folded.text[turn.fresh :])
            self._questions.ask(turn, self._touched(turn, self.rules.rules_by))
        segment = _segment(whole)
        events.extend(self._incidents.confirm(findings, turn.end, segment))
        events.extend(self._second.told(findings))
        events.extend(self._said(turn))
        events.extend(self._triggered(turn))
        return events

    def _suppose(self, utterance: Utterance) -> list[Event]:
        """Provisional alerts: rules that nothing said later could answer."""
        if utterance.channel is Role.CUSTOMER:
            return []
        turn = self._turn(utterance)
        self._court.begin()
        findings = []
        for index in self._touched(turn, self.rules.rules_by):
            law = self.rules.rules[index]
            if not law.early or law.every_turn:
                continue
            for found in self._court.met(law, turn):
                sound = any(leaf.level == "homophone" for leaf in found.leaves)
                lawful = self._second.doubts(law, found, turn) is not None
                if found.leaves and not sound and not lawful and not self._court.pending(found):
                    findings.append(self._court.finding(law, found, turn))
        return list(self._incidents.suppose(findings, turn.end, _segment(utterance)))

    @staticmethod
    def _touched(turn: Turn, index: dict[int, tuple[int, ...]]) -> list[int]:
        """Laws that a phrase heard in this turn can meet, in the order of the packs."""
        return sorted({law for number in turn.hits if number in index for law in index[number]})

    def _signals(self, turn: Turn) -> Iterable[Event]:
        shown: dict[str, Signal] = {}
        for index in self._touched(turn, self.rules.signals_by):
            law = self.rules.signals[index]
            found = self._court.met(law, turn)
            if not found or law.signal is None or not speaks(turn.role, law.roles):
                continue
            if self._second.no_refusal(law, found[0], turn):
                continue
            finding = self._court.finding(law, found[0], turn)
            names = (law.signal, law.head.rule, law.head.rule.partition("/")[2])
            self._mark(names, finding, turn, law.strength)
            spoken = self._memory.spoken(Role.AGENT)
            self._states.signal(law.signal, law.strength, finding.end, finding.quote, spoken)
            before = shown.get(law.signal)
            if before is None or (before.strength == "weak" and law.strength == "strong"):
                shown[law.signal] = Signal(
                    call=self.call.call,
                    channel=turn.role,
                    signal=law.signal,
                    strength=law.strength,
                    quote=finding.quote,
                    start=round(finding.start, 3),
                    end=round(finding.end, 3),
                )
        if refusal.SIGNAL not in shown and (weak := self._second.refuses(turn)):
            shown[refusal.SIGNAL] = self._refused(weak, turn)
        return shown.values()

    def _refused(self, law: Law, turn: Turn) -> Signal:
        """A refusal that no pattern knows, in the name of the rule for weak ones."""
        names = (refusal.SIGNAL, law.head.rule, law.head.rule.partition("/")[2])
        start, end, quote = turn.start, turn.end, turn.utterance.text.strip()
        mark = Mark(names=names, start=start, end=end, turn=turn.number, strength=law.strength)
        self._memory.mark(mark)
        spoken = self._memory.spoken(Role.AGENT)
        if self._second.forbids(turn):
            self._states.signal(refusal.SIGNAL, law.strength, end, quote, spoken)
        return Signal(
            call=self.call.call,
            channel=turn.role,
            signal=refusal.SIGNAL,
            strength=law.strength,
            quote=quote,
            start=round(start, 3),
            end=round(end, 3),
        )

    def _mark(self, names: tuple[str, ...], finding: Finding, turn: Turn, strength: str) -> None:
        self._memory.mark(
            Mark(
                names=names,
                start=finding.start,
                end=finding.end,
                turn=turn.number,
                strength=strength,
            )
        )

    def _rules(self, turn: Turn) -> list[Finding]:
        findings = []
        touched = self._touched(turn, self.rules.rules_by)
        last = self.rules.every_turn
        order = [*(place for place in touched if place not in last), *last]
        for index in order:
            law = self.rules.rules[index]
            if law.timed:
                continue
            found = self._court.met(law, turn)
            found = self._second.left(law, found, turn)
            if not found or (turn.role is Role.CUSTOMER and not _about_agent(found, law, turn)):
                continue
            best = min(found, key=surest)
            finding = self._court.finding(law, best, turn)
            findings.append(finding)
            names = (law.head.rule, law.head.rule.partition("/")[2], law.head.category)
            self._mark(names, finding, turn, "")
        return findings

    def _after_signals(self, turn: Turn) -> list[Finding]:
        """What the agent must not say in a state that the customer opened."""
        findings = []
        spoken = self._memory.spoken(turn.role)
        for index, opened in self._states.current(turn.start, spoken).items():
            law = self.rules.states[index]
            ended = None
            if law.ends_by is not None:
                ended = self._court.raw(turn.end).find(law.ends_by, View(turn), law.roles)
                ended = [found for found in ended if is_fresh(found, turn)]
            found = [one for one in self._court.met(law, turn) if one.leaves]
            if ended:
                self._states.close(index)
                since = max(leaf.end for one in ended for leaf in one.leaves)
                found = [one for one in found if min(x.start for x in one.leaves) >= since]
            if found:
                findings.append(self._pestered(law, found[0], turn, opened.quote, opened.strength))
        return findings

    def _pestered(self, law: Law, found: Found, turn: Turn, refusal: str, strength: str) -> Finding:
        finding = self._court.finding(law, found, turn)
        severity = finding.severity
        if strength == "strong" and law.strong_severity and severity == law.head.severity:
            severity = law.strong_severity
        kind = "明确拒绝" if strength == "strong" else "婉拒"
        why = f"{finding.why}；此前客户{kind}：“{refusal}”"
        return replace(finding, match="state", severity=severity, why=why)

    def _said(self, turn: Turn) -> list[Event]:
        """Disclosures that this turn makes, in the order in which they are said."""
        if turn.role is Role.CUSTOMER:
            return []
        search = self._court.raw(turn.end)
        made: list[tuple[float, int, float, str]] = []
        for place in self._touched(turn, self.rules.duties_by):
            law = self.rules.duties[place]
            if not self._board.listens(law.duty):
                continue
            for found in search.find(law.satisfied_by, View(turn), AGENT):
                if is_fresh(found, turn) and not self._near_miss(law, found):
                    start, end = span(found)
                    words = (leaf.turn.folded.quote(leaf.start, leaf.end) for leaf in found.leaves)
                    made.append((end, place, start, "……".join(words)))
                    break
        events: list[Event] = []
        for end, place, start, quote in sorted(made):
            law = self.rules.duties[place]
            events.extend(self._board.said(law.duty, start, end, quote, law.note))
        return events

    def _near_miss(self, law: DutyLaw, found: Found) -> bool:
        """Words that look like the disclosure and are not, over or around what was found."""
        for leaf in found.leaves:
            for number in law.not_by & leaf.turn.hits.keys():
                for hit in leaf.turn.hits[number]:
                    if hit.start < leaf.end and leaf.start < hit.end:
                        return True
            if law.duty.kind == "opening":
                passage = self._court.passage(leaf.turn, leaf.start, leaf.end)
                if context.denied(passage) and not _NUMBER.search(
                    leaf.turn.folded.text, leaf.start, leaf.end
                ):
                    return True
        return False

    def _triggered(self, turn: Turn) -> list[Event]:
        """Clocks that this turn starts, and the closing that ends the time for others."""
        events: list[Event] = []
        started = self.rules.triggers_by
        for place in sorted({*self._touched(turn, started), *started.get(REFERS, ())}):
            law = self.rules.duties[place]
            if law.trigger is None or not self._board.waits(law.duty):
                continue
            found = self._court.trigger(law.trigger, turn)
            if not found or span(found[0])[0] < law.from_s:
                continue
            at_s = span(found[0])[1]
            if law.duty.kind == "before_close":
                at_s = max(at_s, turn.end)
            events.extend(self._board.trigger(law.duty, at_s))
            if law.duty.kind == "on_event" and turn.role is not Role.CUSTOMER:
                events.extend(self._said(turn))
        return events


def _segment(utterance: Utterance) -> SegmentKey:
    """What all revisions of an utterance share."""
    number = utterance.segment
    return utterance.channel, f"#{number}" if number is not None else f"{utterance.start:.1f}"


def _pieces(utterance: Utterance) -> list[Utterance]:
    """An utterance of any length in parts that are judged at once."""
    text = utterance.text
    stretches = _stretches(text)
    if stretches == [(0, len(text))]:
        return [utterance]
    times = instants(utterance)
    parts = []
    for low, high in stretches:
        parts.append(
            msgspec.structs.replace(
                utterance,
                text=text[low:high],
                words=(),
                start=times[low][0],
                end=times[high - 1][1],
            )
        )
    return parts


def _stretches(text: str) -> list[tuple[int, int]]:
    """What is judged of a text: all of it, but what a recogniser only says again and again."""
    length = len(text)
    kept = [(0, length)]
    if length > LOOP and len({text[at : at + 3] for at in range(length)}) * FEW < length:
        kept, at = [], 0
        for run in _RUN.finditer(text):
            once = max(SAID_ONCE, 2 * len(run[1]))
            if run.end() - run.start() > 2 * once:
                kept.append((at, run.start() + once))
                over = run[1].startswith(text[run.end() :])
                at = length if over else run.end() - SAID_ONCE
        if at < length:
            kept.append((at, length))
    return [
        (at, min(high, at + PIECE)) for low, high in kept for at in range(low, max(high, 1), PIECE)
    ]


def _about_agent(found: list[Found], law: Law, turn: Turn) -> bool:
    """Whether a customer's turn may complete a finding: only for manners, which both sides make."""
    return law.roles == ANY or law.every_turn
