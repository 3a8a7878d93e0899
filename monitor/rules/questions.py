"""Questions of the customer that wait for the agent's answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from monitor.rules import answers, explain
from monitor.rules.answers import Asked, Reply
from monitor.rules.finding import Finding
from monitor.rules.found import View, is_fresh
from monitor.rules.law import AGENT, CUSTOMER, Law
from monitor.rules.trial import Court
from monitor.rules.turns import Turn

MAX_OPEN: Final = 32
"""Questions that wait at once; each lasts 8 s."""

NEVER_IMPLIED: Final = frozenset({"threat_abuse", "service_taboo", "pestering", "disparagement"})
"""Categories about manners: repeating them in a question asks for no claim."""

_Asked = tuple[int, int, Law, Asked, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A question that an agent's yes (or no, for a harm) would turn into a claim."""

    law: Law
    asked: Asked
    quote: str
    phrase: str
    start: float
    end: float
    turn: int
    named: bool
    """The pack lists it as a question."""


class Questions:
    """The open questions of one call."""

    def __init__(self, court: Court) -> None:
        self._court = court
        self._open: list[_Question] = []

    def ask(self, turn: Turn, touched: Iterable[int]) -> None:
        """Take the questions of a customer's turn; `touched` are the rules it has phrases of."""
        asked = [*self._named(turn), *self._implied(turn, touched)]
        asked.sort(key=lambda one: (one[0] - one[1], one[0], one[2].head.rule, not one[4]))
        longest: dict[str, tuple[int, int]] = {}
        for low, high, law, kind, named in asked:
            before = longest.get(law.head.rule)
            if before and before[0] < high and low < before[1]:
                continue
            longest[law.head.rule] = (low, high)
            self._open.append(_question(turn, law, kind, (low, high), named))
        del self._open[:-MAX_OPEN]

    def answered(self, turn: Turn) -> list[Finding]:
        """Claims that the agent makes by answering with this turn."""
        text = turn.folded.text[turn.fresh :]
        kept: list[_Question] = []
        findings: list[Finding] = []
        cleared: set[int] = set()
        for question in self._open:
            if turn.start - question.end > answers.WINDOW_S:
                continue
            if turn.start < question.end - answers.OVERLAP_S:
                kept.append(question)
                continue
            outcome = answers.reply(text, question.asked, named=question.named)
            if outcome is Reply.NEITHER:
                kept.append(question)
            elif outcome is Reply.MAKES:
                findings.append(_claim(question, turn, text))
            else:
                cleared.add(question.turn)
        self._open = [question for question in kept if question.turn not in cleared]
        return findings

    def _named(self, turn: Turn) -> Iterator[_Asked]:
        """Questions that the packs name."""
        questions = self._court.rules.questions
        for number in turn.hits.keys() & questions.keys():
            for hit in turn.hits[number]:
                if hit.end <= turn.fresh or hit.level == "homophone":
                    continue
                text = turn.folded.text[hit.start : hit.end]
                for index, kind in questions[number]:
                    sort = kind
                    if kind is Asked.CLAIM:
                        sort = answers.kind_of(text, turn.folded.text[: hit.start])
                    yield hit.start, hit.end, self._court.rules.rules[index], sort, True

    def _implied(self, turn: Turn, touched: Iterable[int]) -> Iterator[_Asked]:
        """Phrases of the rules themselves, asked about."""
        text = turn.folded.text
        for index in touched:
            law = self._court.rules.rules[index]
            manners = law.head.category in NEVER_IMPLIED
            if law.roles != AGENT or law.every_turn or law.timed or manners:
                continue
            search = self._court.search(law, turn.end)
            for found in search.find(law.match, View(turn), CUSTOMER):
                if any(leaf.turn is not turn for leaf in found.leaves) or not is_fresh(found, turn):
                    continue
                low = min(leaf.start for leaf in found.leaves)
                high = max(leaf.end for leaf in found.leaves)
                if answers.question(text, low, high):
                    yield low, high, law, answers.kind_of(text[low:high], text[:low]), False


def _question(turn: Turn, law: Law, kind: Asked, place: tuple[int, int], named: bool) -> _Question:
    low, high = place
    return _Question(
        law=law,
        asked=kind,
        quote=turn.folded.quote(low, high),
        phrase=turn.folded.text[low:high],
        start=turn.times(low, high)[0],
        end=turn.end,
        turn=turn.number,
        named=named,
    )


def _claim(question: _Question, turn: Turn, text: str) -> Finding:
    reply = text[: answers.HEAD]
    start, end = turn.times(turn.fresh, turn.fresh + len(reply))
    head = question.law.head
    return Finding(
        head=head,
        role=turn.role,
        start=start,
        end=end,
        quote=question.quote,
        phrase=question.phrase,
        match="pattern",
        severity=head.severity,
        why=explain.answered(
            title=head.title, question=question.quote, at_s=question.start, reply=reply
        ),
        confidence=turn.utterance.confidence,
    )
