"""One rule before one turn: is it met, does the context excuse it, how grave is it, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from monitor.events import Match, Severity
from monitor.rules import context, cues, explain, frames, homophone, similar
from monitor.rules import expr as ex
from monitor.rules.context import Passage, Reading
from monitor.rules.expression import NEAR_HIT, Search
from monitor.rules.finding import Finding, at_most, lowered
from monitor.rules.found import Found, Leaf, View, is_fresh, speaks
from monitor.rules.law import AGENT, Law
from monitor.rules.negation import negators, reaches
from monitor.rules.pack import Excuses
from monitor.rules.ruleset import RuleSet
from monitor.rules.similar_model import Model
from monitor.rules.turns import Memory, Turn
from monitor.types import Role

LOW_CONFIDENCE: Final = 0.3
"""Recogniser confidence below which a finding is one step less grave. Not measured: a guess."""

CUSTOMER_EXCUSES: Final = Excuses(question=False, reported=False, conditional=False)
"""A customer's question is the natural form of a signal."""

NO_EXCUSES: Final = Excuses(negation=False, question=False, reported=False, conditional=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A phrase that was heard and is no finding."""

    rule: str
    quote: str
    reason: str


@dataclass(slots=True)
class Court:
    """What all trials of a call share."""

    rules: RuleSet
    memory: Memory
    missing: Callable[[Role, float, float], str] = lambda *_: ""
    dropped: list[Dropped] | None = None
    """Filled, when it is a list, with what the context removed."""
    _readings: dict[tuple[int, int, int, Excuses], Reading] = field(default_factory=dict)

    def begin(self) -> None:
        """A new turn: readings of the one before are of no more use."""
        self._readings.clear()

    def search(self, law: Law, now_s: float, *, ended: bool = False) -> Search:
        """A search that admits what stands for this law."""
        return Search(
            memory=self.memory,
            index=self.rules.index,
            admits=lambda leaf: self._admits(law, leaf),
            now_s=now_s,
            ended=ended,
            facts=self.rules.facts,
            missing=self.missing,
        )

    def unexcused(self, law: Law) -> Search:
        """A search that admits what was heard for this law, whatever the context says of it."""
        search = self.raw(0.0)
        search.admits = lambda leaf: not (self._allowed(law, leaf) or self._odd(law, leaf))
        return search

    def raw(self, now_s: float) -> Search:
        """A search that admits every phrase that is there."""
        return Search(
            memory=self.memory,
            index=self.rules.index,
            admits=lambda _: True,
            now_s=now_s,
            facts=self.rules.facts,
            missing=self.missing,
        )

    def met(self, law: Law, turn: Turn) -> list[Found]:
        """The ways in which a turn meets a law, what cancels it considered."""
        if isinstance(law.match, ex.Similar) and not self._alike(law, law.match, turn):
            return []
        search = self.search(law, turn.end)
        found = search.find(law.match, View(turn), law.roles)
        return [
            one
            for one in found
            if (is_fresh(one, turn) or one.at_s is not None)
            and not (law.unless is not None and self._cancelled(law, law.unless, one, turn))
        ]

    def _alike(self, law: Law, asked: ex.Similar, turn: Turn) -> bool:
        """Whether it is worth asking what a turn is like: mostly it is like nothing."""
        model = self.rules.facts.get("similar")
        return (
            isinstance(model, Model)
            and speaks(turn.role, law.roles)
            and similar.suspicious(turn, model, asked.over)
        )

    def finding(self, law: Law, found: Found, turn: Turn) -> Finding:
        """What was found, as a finding."""
        if not found.leaves:
            return at_time(law, found, turn.end)
        here = [leaf for leaf in found.leaves if leaf.turn is turn] or list(found.leaves)
        low, high = min(leaf.start for leaf in here), max(leaf.end for leaf in here)
        start, end = here[0].turn.times(low, high)
        if found.at_s is not None:
            end = max(end, found.at_s)
        quote = _quote(found, turn)
        match, notes = _match(found), []
        severity: Severity = law.head.severity
        if any(leaf.level == "homophone" for leaf in found.leaves):
            severity = at_most(severity, "high")
            notes.append("同音命中，最高按高风险处理")
        if match == "similar":
            severity = at_most(severity, "medium")
            model = self.rules.facts.get("similar")
            notes += [similar.note(model, law.head.category)] if isinstance(model, Model) else []
        role = turn.role if speaks(turn.role, law.roles) else min(law.roles)
        if role is Role.UNKNOWN:
            severity = lowered(severity)
            notes.append("声道角色未知，降一级")
        confidence = turn.utterance.confidence
        if confidence is not None and confidence < LOW_CONFIDENCE:
            severity = lowered(severity)
            notes.append(f"识别置信度 {confidence:.2f} 偏低，降一级")
        return Finding(
            head=law.head,
            role=role,
            start=start,
            end=end,
            quote=quote,
            phrase=" + ".join(dict.fromkeys(leaf.phrase for leaf in found.leaves)),
            match=match,
            severity=severity,
            why=explain.why(
                title=law.head.title,
                role=role,
                quote=found.note or quote,
                phrase="" if found.note else here[0].phrase,
                match=match,
                context=self._context(law, found),
                notes=tuple(notes),
            ),
            confidence=confidence,
        )

    def pending(self, found: Found) -> bool:
        """Whether words still to come may well excuse what a partial text shows."""
        for leaf in found.leaves:
            text = leaf.turn.folded.text
            before = text[max(0, leaf.start - 16) : leaf.start]
            open_end = leaf.end >= len(text) - 1
            waiting = (cues.WISH_BEFORE, cues.CONDITION_BEFORE, cues.REPORTED_ALL)
            if open_end and any(cue.search(before) for cue in waiting):
                return True
        return False

    def trigger(self, expr: ex.Expr, turn: Turn) -> list[Found]:
        """Whether a turn holds what starts a clock; said by the agent unless it says who."""
        search = Search(
            memory=self.memory,
            index=self.rules.index,
            admits=lambda leaf: not context.denied(self.passage(leaf.turn, leaf.start, leaf.end)),
            now_s=turn.end,
            facts=self.rules.facts,
            missing=self.missing,
        )
        found = search.find(expr, View(turn), AGENT)
        return [one for one in found if is_fresh(one, turn) or not one.leaves]

    def waived(self, law: Law, at_s: float) -> bool:
        """Whether what cancels a rule was said, for a rule that no phrase meets."""
        return law.unless is not None and bool(
            self.raw(at_s).find(law.unless, View(None), law.roles)
        )

    def passage(self, turn: Turn, start: int, end: int) -> Passage:
        """Folded text start..end of a turn with what surrounds it."""
        clause = turn.clause(start)
        after = turn.folded.original_span(clause[0], clause[1])[1]
        mark = turn.folded.original[after : after + 2]
        return Passage(
            text=turn.folded.text,
            start=start,
            end=end,
            clause=(clause[0], max(clause[1], end)),
            taken=turn.taken(self.rules.claims),
            quoted=frames.in_marks(turn.folded.original, turn.folded.original_span(start, end)),
            asked=mark.startswith(("？", "?")),
        )

    def reading(self, turn: Turn, start: int, end: int, excuses: Excuses) -> Reading:
        """What the context makes of folded text start..end of a turn."""
        key = (id(turn), start, end, excuses)
        found = self._readings.get(key)
        if found is None:
            found = context.read(self.passage(turn, start, end), excuses)
            self._readings[key] = found
        return found

    def _admits(self, law: Law, leaf: Leaf) -> bool:
        reason = self._objection(law, leaf)
        if reason and self.dropped is not None:
            quote = leaf.turn.folded.quote(leaf.start, leaf.end)
            self.dropped.append(Dropped(rule=law.head.rule, quote=quote, reason=reason))
        return not reason

    def _objection(self, law: Law, leaf: Leaf) -> str:
        """Why a phrase does not count for a law; empty if it does."""
        if odd := self._odd(law, leaf):
            return odd
        if taken := self._allowed(law, leaf):
            return f"属于放行短语“{taken}”"
        excuses = law.context
        if leaf.turn.role is Role.CUSTOMER:
            excuses = CUSTOMER_EXCUSES if excuses.negation else NO_EXCUSES
        if excuses.negation and (inner := self._denied_inside(leaf)):
            return f"否定词“{inner}”夹在短语中间"
        reading = self.reading(leaf.turn, leaf.start, leaf.end, excuses)
        return reading.reason if reading.kind else ""

    def _odd(self, law: Law, leaf: Leaf) -> str:
        """Why a phrase that only sounds like one of the law's is none; empty if it is one."""
        return self._misheard(law, leaf) if leaf.level == "homophone" else ""

    def _misheard(self, law: Law, leaf: Leaf) -> str:
        if not law.homophones:
            return "这条规则不按同音匹配"
        turn = leaf.turn
        text = turn.folded.text
        if homophone.sensible(text, leaf.start, leaf.end):
            return "同音，但识别出的文字本身通顺"
        around = text[: leaf.start] + text[leaf.end :]
        around += "".join(one.folded.text for one in self.memory.turns[-3:] if one is not turn)
        words = sum(high - low for low, high in leaf.parts or ((leaf.start, leaf.end),))
        if not homophone.supported(
            around,
            turn.utterance.confidence,
            selling=self.rules.facts.get("business") != "service",
            changed=leaf.alike / words,
        ):
            return "同音，但前后没有业务内容，识别置信度也不够"
        return ""

    def _allowed(self, law: Law, leaf: Leaf) -> str:
        """The allow pattern that takes the text of a phrase, if one does."""
        for number, hits in leaf.turn.hits.items():
            if number not in law.allow:
                continue
            for hit in hits:
                for low, high in leaf.parts or ((leaf.start, leaf.end),):
                    overlaps = hit.start < high and low < hit.end
                    longer = (
                        low <= hit.start and hit.end <= high and high - low > hit.end - hit.start
                    )
                    if overlaps and not longer:
                        return leaf.turn.folded.quote(hit.start, hit.end)
        return ""

    def _denied_inside(self, leaf: Leaf) -> str:
        """A negator in a gap of a phrase: 肯定不会保本 for 肯定~3保本."""
        text = leaf.turn.folded.text
        for (_, low), (high, _) in zip(leaf.parts, leaf.parts[1:], strict=False):
            if text[low:high].endswith(("零", "无")):
                return text[high - 1]
            for negator in negators(text, low, high, ()):
                whole = negator.end <= high and negator.kind in ("strong", "weak", "bare")
                if whole and reaches(text, negator, high):
                    return negator.word
        return ""

    def _cancelled(self, law: Law, unless: ex.Expr, found: Found, turn: Turn) -> bool:
        """Whether the turn holds what the rule names as making it harmless."""
        if isinstance(unless, ex.AnyOf) and not all(isinstance(x, ex.Phrase) for x in unless.of):
            return any(self._cancelled(law, part, found, turn) for part in unless.of)
        view = View(turn)
        whole = isinstance(unless, ex.Recent | ex.After | ex.Window | ex.Said | ex.ByRole)
        here = [leaf for leaf in found.leaves if leaf.turn is turn]
        if here and not whole and not isinstance(unless, ex.Scope):
            low, high = min(leaf.start for leaf in here), max(leaf.end for leaf in here)
            first, last = turn.clause(low)[0], turn.clause(max(low, high - 1))[1]
            view = view.within(max(first, low - NEAR_HIT), min(last, high + NEAR_HIT))
        met = [
            one for one in self.raw(turn.end).find(unless, view, law.roles) if _outside(one, here)
        ]
        if met and self.dropped is not None:
            words = "".join(leaf.turn.folded.quote(leaf.start, leaf.end) for leaf in met[0].leaves)
            quote = _quote(found, turn)
            reason = f"同句有“{words}”，规则写明不算"
            self.dropped.append(Dropped(rule=law.head.rule, quote=quote, reason=reason))
        return bool(met)

    def _context(self, law: Law, found: Found) -> str:
        """What the context said about the phrases that stand."""
        if found.note:
            return ""
        reasons = [
            self.reading(leaf.turn, leaf.start, leaf.end, law.context).reason
            for leaf in found.leaves
            if leaf.turn.role is not Role.CUSTOMER
        ]
        return "；".join(dict.fromkeys(reason for reason in reasons if reason))


def at_time(law: Law, found: Found, now_s: float) -> Finding:
    """A finding that no words made: silence, or something that was not said."""
    start = found.at_s if found.at_s is not None else now_s
    return Finding(
        head=law.head,
        role=min(law.roles),
        start=start,
        end=now_s if found.note else start,
        quote="",
        phrase="",
        match="state",
        severity=law.head.severity,
        why=f"{law.head.title}：{found.note or '该说的话到这时还没有说'}",
    )


def _outside(cancelling: Found, hit: list[Leaf]) -> bool:
    """Whether something stands beside a hit: its own words do not cancel it.

    A likeness has no words of its own: what takes it back mostly stands inside its stretch.
    """
    parts = [
        part
        for leaf in hit
        if leaf.level != "similar"
        for part in leaf.parts or ((leaf.start, leaf.end),)
    ]
    inside = [
        any(low <= leaf.start and leaf.end <= high for low, high in parts)
        for leaf in cancelling.leaves
        if hit and leaf.turn is hit[0].turn
    ]
    return not inside or not all(inside)


def _quote(found: Found, turn: Turn) -> str:
    """The words as heard, those of other turns first."""
    quotes = []
    turns = {leaf.turn.number: leaf.turn for leaf in found.leaves}
    for number in sorted(turns, key=lambda n: (n == turn.number, n)):
        leaves = [leaf for leaf in found.leaves if leaf.turn.number == number]
        low, high = min(leaf.start for leaf in leaves), max(leaf.end for leaf in leaves)
        quotes.append(turns[number].folded.quote(low, high))
    return "……".join(quotes)


def _match(found: Found) -> Match:
    levels = {leaf.level for leaf in found.leaves}
    if "homophone" in levels:
        return "homophone"
    if "similar" in levels:
        return "similar"
    if len(found.leaves) != 1 or "pattern" in levels:
        return "pattern" if found.leaves else "state"
    return "normalised" if "normalised" in levels else "exact"
