"""The second look at what meets a rule: what is probably lawful is told to quality assurance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.events import Suspicion
from monitor.rules import refusal
from monitor.rules.doubt import Opinion, note
from monitor.rules.finding import Finding
from monitor.rules.found import Found, surest
from monitor.rules.law import Law
from monitor.rules.trial import Court, Dropped
from monitor.rules.turns import Turn
from monitor.types import Role


@dataclass(slots=True)
class SecondLook:
    """Parts what meets a rule into what stands and what is doubted, turn by turn."""

    court: Court
    call: str
    _doubted: list[Suspicion] = field(default_factory=list)
    _turn: Turn | None = None
    _opinions: dict[tuple[int, int, str], Opinion] = field(default_factory=dict)
    """Of this turn: many patterns meet in the same words."""

    def doubts(self, law: Law, found: Found, turn: Turn) -> Opinion | None:
        """Why it is probably no violation; None when it stands.

        Only words of the agent are weighed, and only those of one turn: an answer to a customer's
        question and a likeness have their own measure.
        """
        scorer = self.court.rules.doubts
        if scorer is None or not law.doubt or turn.role is Role.CUSTOMER or not found.leaves:
            return None
        if turn is not self._turn:
            self._turn = turn
            self._opinions.clear()
        if any(leaf.turn is not turn or leaf.level == "similar" for leaf in found.leaves):
            return None
        low = min(leaf.start for leaf in found.leaves)
        high = max(leaf.end for leaf in found.leaves)
        key = (low, high, law.head.category)
        opinion = self._opinions.get(key)
        if opinion is None:
            opinion = self._opinions[key] = scorer.opinion(turn.folded.text, *key)
        return opinion if opinion.doubted else None

    def left(self, law: Law, several: Sequence[Found], turn: Turn) -> list[Found]:
        """The surest that stands, alone; when none does, the likeliest is kept for `told`."""
        if not law.doubt or turn.role is Role.CUSTOMER:
            return list(several)
        doubted: list[tuple[Opinion, Found]] = []
        for found in sorted(several, key=surest):
            opinion = self.doubts(law, found, turn)
            if opinion is None:
                return [found]
            doubted.append((opinion, found))
        if doubted:
            opinion, found = max(doubted, key=lambda one: one[0].chance)
            self._keep(law, found, turn, opinion)
        return []

    def no_refusal(self, law: Law, found: Found, turn: Turn) -> bool:
        """Whether what the patterns take for a refusal is most unlikely one."""
        scorer = self.court.rules.refusals
        if scorer is None or law.signal != refusal.SIGNAL or not law.doubt:
            return False
        if scorer.stands(_fresh(turn)):
            return False
        if self.court.dropped is not None:
            quote = self.court.finding(law, found, turn).quote
            reason = f"拒绝模型认为多半不是拒绝（可能性 {scorer.chance(_fresh(turn)):.0%}）"
            self.court.dropped.append(Dropped(rule=law.head.rule, quote=quote, reason=reason))
        return True

    def refuses(self, turn: Turn) -> Law | None:
        """The rule for weak refusals, where a customer refuses in words that no pattern knows."""
        scorer = self.court.rules.refusals
        if scorer is None or turn.role is not Role.CUSTOMER or not scorer.sure(_fresh(turn)):
            return None
        weak = (law for law in self.court.rules.signals if law.doubt and law.strength == "weak")
        return next((law for law in weak if law.signal == refusal.SIGNAL), None)

    def forbids(self, turn: Turn) -> bool:
        """Whether a refusal that no pattern knows is plain enough to forbid going on."""
        scorer = self.court.rules.refusals
        return scorer is not None and scorer.certain(_fresh(turn))

    def told(self, findings: Iterable[Finding]) -> list[Suspicion]:
        """What was doubted since the last time, of each category the likeliest; what the same
        words are alerted for needs no suspicion beside it."""
        known = {finding.head.category for finding in findings}
        chosen: dict[str, Suspicion] = {}
        for one in sorted(self._doubted, key=lambda s: (-s.chance, s.start, s.rule)):
            if one.category not in known:
                chosen.setdefault(one.category, one)
        self._doubted.clear()
        return sorted(chosen.values(), key=lambda one: (one.start, one.rule))

    def _keep(self, law: Law, found: Found, turn: Turn, opinion: Opinion) -> None:
        scorer, finding = self.court.rules.doubts, self.court.finding(law, found, turn)
        why = note(opinion, scorer.card) if scorer else ""
        if self.court.dropped is not None:
            one = Dropped(rule=law.head.rule, quote=finding.quote, reason=f"存疑：{why}")
            self.court.dropped.append(one)
        self._doubted.append(
            Suspicion(
                call=self.call,
                channel=finding.role,
                category=law.head.category,
                rule=law.head.rule,
                pack=law.head.pack,
                start=round(finding.start, 3),
                end=round(finding.end, 3),
                quote=finding.quote,
                phrase=finding.phrase,
                match=finding.match,
                chance=round(opinion.chance, 3),
                why=f"{finding.why}；{why}",
            )
        )


def _fresh(turn: Turn) -> str:
    return turn.folded.text[turn.fresh :]
