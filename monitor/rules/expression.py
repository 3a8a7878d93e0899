"""Whether what a rule asks for was said: every operator of a pack over the turns of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Final

from monitor.rules import expr as ex
from monitor.rules import similar, talk
from monitor.rules.found import (
    Found,
    Leaf,
    Roles,
    View,
    in_row,
    is_fresh,
    is_short,
    span,
    speaks,
    together,
    turn_of,
)
from monitor.rules.similar_model import Model
from monitor.rules.turns import Memory, Turn
from monitor.types import Role

MAX_FOUND: Final = 48
"""Ways in which any of many phrases is met that are looked at; speech has a handful, a loop
hundreds."""
MAX_WAYS: Final = 200
"""Combinations of parts tried for one `near` or `ordered`."""

NEAR_HIT: Final = 15
"""Folded characters around a hit that still are its clause where punctuation is missing."""


@dataclass(frozen=True, slots=True)
class Index:
    """Where to find the phrases of expressions; keys are `id`s of what the packs hold."""

    numbers: Mapping[int, int]
    """Patterns to their number in the rule set."""
    choices: Mapping[int, tuple[dict[int, ex.Phrase], tuple[ex.Expr, ...]]]
    """AnyOf to its phrases by number, and the rest of it."""


@dataclass(slots=True)
class Search:
    """One look at the call for one rule."""

    memory: Memory
    index: Index
    admits: Callable[[Leaf], bool]
    """Whether context leaves a phrase standing."""
    now_s: float
    ended: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)
    missing: Callable[[Role, float, float], str] = lambda *_: ""
    """Why a stretch of a role was not heard."""

    def find(self, expr: ex.Expr, view: View, roles: Roles) -> list[Found]:
        """The ways in which the expression is met."""
        match expr:
            case ex.Phrase():
                return [Found((leaf,)) for leaf in self._leaves(expr, view, roles)]
            case ex.AnyOf():
                return self._any(expr, view, roles)
            case ex.AllOf():
                return self._all(expr.of, view, roles)
            case ex.NOf():
                return self._n_of(expr, view, roles)
            case ex.NoneOf():
                return [] if self._any_raw(expr.of, view, roles) else [Found()]
            case ex.Near() | ex.Ordered():
                return self._row(expr, view, roles)
            case ex.Scope():
                return self._scope(expr, view, roles)
            case ex.Short():
                return [f for f in self.find(expr.of, view, roles) if is_short(f, expr.chars)]
            case ex.ByRole():
                return self.find(expr.of, view, frozenset({expr.role}))
            case _:
                return self._in_time(expr, view, roles)

    def _in_time(self, expr: ex.Expr, view: View, roles: Roles) -> list[Found]:
        match expr:
            case ex.Window():
                return self._window(expr, view, roles)
            case ex.Said():
                return self._said(expr, view, roles)
            case ex.First():
                return [f for f in self.find(expr.of, view, roles) if span(f)[1] <= expr.seconds]
            case ex.Last():
                return self._last(expr, roles)
            case ex.After():
                return self._after(expr, view, roles)
            case ex.Before():
                return self._before(expr, view, roles)
            case ex.NotSaid():
                return self._not_said(expr, view, roles)
            case ex.Recent():
                return self._recent(expr, roles)
            case ex.Ref():
                return self._ref_now(expr, view)
            case _:
                return self._plain(expr, view, roles)

    def _plain(self, expr: ex.Expr, view: View, roles: Roles) -> list[Found]:
        match expr:
            case ex.ProductIs():
                return [Found()] if self.facts.get("product") in expr.names else []
            case ex.IndustryIs():
                return [Found()] if self.facts.get("industry") in expr.names else []
            case ex.MetaIs():
                meta = self.facts.get("meta")
                known = meta if isinstance(meta, dict) else {}
                met = all(known.get(name) == value for name, value in expr.fields)
                return [Found()] if met else []
            case ex.Similar():
                return self._similar(expr, view, roles)
            case ex.SpeechRate() | ex.TalkOver() | ex.Interruption() if view.turn is not None:
                note = talk.noticed(expr, view.turn, self.memory, roles)
                turn = view.turn
                leaf = Leaf(turn, turn.fresh, len(turn.folded.text), (), note, "pattern")
                return [Found((leaf,), note=note)] if note else []
            case _:
                return []

    def _similar(self, expr: ex.Similar, view: View, roles: Roles) -> list[Found]:
        turn, model = view.turn, self.facts.get("similar")
        if turn is None or not isinstance(model, Model) or not speaks(turn.role, roles):
            return []
        like = similar.noticed(expr, turn, model)
        if like is None:
            return []
        leaf = Leaf(turn, like.start, like.end, (), like.words, "similar")
        return [Found((leaf,))] if self.admits(leaf) else []

    def _leaves(self, expr: ex.Phrase, view: View, roles: Roles) -> Iterator[Leaf]:
        number = self.index.numbers[id(expr.pattern)]
        turns: Iterable[Turn] = reversed(self.memory.turns) if view.turn is None else (view.turn,)
        for turn in turns:
            if not speaks(turn.role, roles):
                continue
            for hit in turn.hits.get(number, ()):
                if hit.start < view.low or hit.end > view.high:
                    continue
                parts, phrase = hit.parts, hit.phrase
                leaf = Leaf(turn, hit.start, hit.end, parts, phrase, hit.level, hit.alike)
                if self.admits(leaf):
                    yield leaf

    def _any_raw(self, of: tuple[ex.Expr, ...], view: View, roles: Roles) -> bool:
        """Whether any is there at all, whatever the context."""
        raw = self.unquestioning()
        return any(raw.find(part, view, roles) for part in of)

    def unquestioning(self) -> Search:
        """The same look with every phrase admitted."""
        return Search(
            self.memory, self.index, _always, self.now_s, self.ended, self.facts, self.missing
        )

    def _any(self, expr: ex.AnyOf, view: View, roles: Roles) -> list[Found]:
        phrases, rest = self.index.choices[id(expr)]
        numbers: Iterable[int] = phrases
        if view.turn is not None:
            numbers = sorted(phrases.keys() & view.turn.hits.keys())
        parts = [*(phrases[number] for number in numbers), *rest]
        ways = (found for part in parts for found in self.find(part, view, roles))
        return list(islice(ways, MAX_FOUND))

    def _all(self, of: tuple[ex.Expr, ...], view: View, roles: Roles) -> list[Found]:
        chosen = []
        for part in of:
            found = self.find(part, view, roles)
            if not found:
                return []
            chosen.append(max(found, key=lambda f: span(f)[1]))
        return [together(chosen)]

    def _n_of(self, expr: ex.NOf, view: View, roles: Roles) -> list[Found]:
        weights = expr.weights or (1,) * len(expr.of)
        met = [
            (found[0], weight)
            for part, weight in zip(expr.of, weights, strict=True)
            if (found := self.find(part, view, roles))
        ]
        enough = sum(weight for _, weight in met) >= expr.n
        return [together([one for one, _ in met])] if enough else []

    def _row(self, expr: ex.Near | ex.Ordered, view: View, roles: Roles) -> list[Found]:
        choices = [self.find(part, view, roles) for part in expr.of]
        ordered = isinstance(expr, ex.Ordered)
        ways = islice(product(*choices), MAX_WAYS)
        return [together(way) for way in ways if in_row(way, expr.within, ordered)]

    def _scope(self, expr: ex.Scope, view: View, roles: Roles) -> list[Found]:
        if expr.scope == "utterance" or view.turn is None:
            return self.find(expr.of, view, roles)
        found: list[Found] = []
        at = 0
        while at < len(view.turn.folded.text):
            low, high = view.turn.clause(at)
            found.extend(self.find(expr.of, view.within(low, high), roles))
            at = max(high, at + 1)
        return found

    def _recent_turns(self, seconds: float | None, turns: int | None, now: float) -> list[Turn]:
        past = self.memory.turns[-turns:] if turns else self.memory.turns
        return [turn for turn in past if seconds is None or now - turn.end <= seconds]

    def _window(self, expr: ex.Window, view: View, roles: Roles) -> list[Found]:
        turns = self._recent_turns(expr.seconds, expr.turns, self.now_s)
        parts = expr.of.of if isinstance(expr.of, ex.AllOf) else (expr.of,)
        chosen: list[Found] = []
        for part in parts:
            if isinstance(part, ex.NoneOf):
                if any(self._any_raw(part.of, View(turn), roles) for turn in turns):
                    return []
                continue
            found = [one for turn in reversed(turns) for one in self.find(part, View(turn), roles)]
            if not found:
                return []
            chosen.append(found[0])
        return [together(chosen)] if chosen else []

    def _said(self, expr: ex.Said, view: View, roles: Roles) -> list[Found]:
        seen: list[Found] = []
        for turn in reversed(self.memory.turns):
            if expr.within_s is not None and self.now_s - turn.end > expr.within_s:
                break
            seen.extend(f for f in self.find(expr.of, View(turn), roles) if is_fresh(f, turn))
        if len(seen) < expr.times:
            return []
        return [together(list(reversed(seen[: expr.times])))]

    def _last(self, expr: ex.Last, roles: Roles) -> list[Found]:
        if not self.ended:
            return []
        turns = [t for t in self.memory.turns if t.start >= self.now_s - expr.seconds]
        return [found for turn in turns for found in self.find(expr.of, View(turn), roles)]

    def _after(self, expr: ex.After, view: View, roles: Roles) -> list[Found]:
        met = []
        for found in self.find(expr.of, view, roles):
            start, turn = span(found)[0], turn_of(found)
            for end, number, _ in self._occurrences(expr.ref, roles):
                late = expr.within_s is not None and start - end > expr.within_s
                far = expr.turns is not None and self._between(number, turn, roles) > expr.turns
                if end <= start + 1e-6 and not late and not far:
                    met.append(found)
                    break
        return met

    def _before(self, expr: ex.Before, view: View, roles: Roles) -> list[Found]:
        current = view.turn
        if current is None:
            return []
        met = []
        for _, number, start in self._occurrences(expr.ref, roles):
            if number != current.number:
                continue
            for turn in self._recent_turns(expr.within_s, None, start):
                for found in self.find(expr.of, View(turn), roles):
                    far = expr.turns and self._between(turn.number, number, roles) > expr.turns
                    if span(found)[1] <= start + 1e-6 and not far:
                        met.append(Found(found.leaves, at_s=span(found)[1]))
        return met

    def _occurrences(self, ref: ex.Expr, roles: Roles) -> Iterator[tuple[float, int, float]]:
        """End, turn and start of each time the reference was met, the newest first."""
        if isinstance(ref, ex.Ref):
            for mark in reversed(self.memory.marks):
                strong = not ref.strength or mark.strength in ref.strength
                if ref.name in mark.names and strong:
                    yield mark.end, mark.turn, mark.start
            return
        for turn in reversed(self.memory.turns):
            for found in self.find(ref, View(turn), roles):
                start, end = span(found)
                yield end, turn.number, start

    def _between(self, number: int, later: int, roles: Roles) -> int:
        """Turns of the roles after turn `number`, up to and with turn `later`."""
        turns = (t for t in self.memory.turns if number < t.number <= later)
        return sum(1 for turn in turns if speaks(turn.role, roles))

    def _not_said(self, expr: ex.NotSaid, view: View, roles: Roles) -> list[Found]:
        if expr.before is not None:
            return self._not_said_before(expr, expr.before, view, roles)
        if view.turn is not None:
            return []
        spans: list[tuple[float, float]] = []
        if expr.by_s is not None and self.now_s >= expr.by_s:
            spans.append((0.0, expr.by_s))
        if expr.after is not None and expr.within_s is not None:
            ends = [end for end, _, _ in self._occurrences(expr.after, roles)]
            spans.extend((end, end + expr.within_s) for end in reversed(ends))
        role = next(iter(sorted(roles)))
        return [
            Found(at_s=until)
            for since, until in spans
            if until <= self.now_s
            and not self.missing(role, since, until)
            and not self._said_between(expr.of, since, until, roles)
        ]

    def _not_said_before(
        self, expr: ex.NotSaid, before: ex.Expr, view: View, roles: Roles
    ) -> list[Found]:
        current = view.turn
        if current is None:
            return []
        for end, number, start in self._occurrences(before, roles):
            if number == current.number:
                since = 0.0 if expr.within_s is None else start - expr.within_s
                if self._said_between(expr.of, since, start, roles):
                    return []
                return [Found(at_s=end)]
        return []

    def _said_between(self, expr: ex.Expr, since: float, until: float, roles: Roles) -> bool:
        raw = self.unquestioning()
        for turn in self.memory.turns:
            if turn.end < since or turn.start > until:
                continue
            for found in raw.find(expr, View(turn), roles):
                start, end = span(found)
                if start >= since - 1e-6 and end <= until + 1e-6:
                    return True
        return False

    def _recent(self, expr: ex.Recent, roles: Roles) -> list[Found]:
        who = roles if expr.role is None else frozenset({expr.role})
        raw = self.unquestioning()
        for turn in self.memory.since(self.now_s - expr.within_s):
            if found := raw.find(expr.of, View(turn), who):
                return found[:1]
        return []

    def _ref_now(self, expr: ex.Ref, view: View) -> list[Found]:
        """A bare reference: met in the turn in which its rule or signal was met."""
        for mark in reversed(self.memory.marks):
            if view.turn is not None and mark.turn < view.turn.number:
                break
            if expr.name in mark.names and (not expr.strength or mark.strength in expr.strength):
                return [Found(at_s=mark.end)]
        return []


def index(roots: Iterable[ex.Expr], numbers: Mapping[int, int]) -> Index:
    """The index of some expressions, their patterns being numbered."""
    choices: dict[int, tuple[dict[int, ex.Phrase], tuple[ex.Expr, ...]]] = {}
    for root in roots:
        for node in ex.walk(root):
            if isinstance(node, ex.AnyOf):
                phrases = [part for part in node.of if isinstance(part, ex.Phrase)]
                rest = tuple(part for part in node.of if not isinstance(part, ex.Phrase))
                choices[id(node)] = ({numbers[id(p.pattern)]: p for p in phrases}, rest)
    return Index(numbers, choices)


def _always(_: Leaf) -> bool:
    return True
