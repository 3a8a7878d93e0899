"""Packs into the laws of a call: one matcher, rules by the phrases that can meet them.

Nothing here knows the company or the customer of a call, so that calls share what is compiled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakValueDictionary

from monitor.events import Severity
from monitor.rules import expr as ex
from monitor.rules import pack as pk
from monitor.rules.answers import Asked
from monitor.rules.basis import cited
from monitor.rules.disclosure import Duty
from monitor.rules.doubt import Doubts, doubts_for
from monitor.rules.expression import Index, index
from monitor.rules.finding import Head
from monitor.rules.law import AGENT, ROLES, DutyLaw, Law
from monitor.rules.matcher import Matcher
from monitor.rules.pattern import Pattern
from monitor.rules.refusal import Refusals, refusals_for
from monitor.rules.similar import model_for
from monitor.rules.similar_model import Model
from monitor.rules.states import Limits

REFERS: Final = -1
"""Stands for no pattern: what refers to a rule or a signal by name."""

NAMING: Final = frozenset({"impersonation"})
"""Categories about names: 这边是中诚 is the name of a company, not 这边是中国人民银行 misheard."""

_EVERY_TURN: Final = (ex.SpeechRate, ex.TalkOver, ex.Interruption, ex.Before, ex.Ref, ex.Similar)

_MATCHERS: Final[WeakValueDictionary[object, Matcher]] = WeakValueDictionary()
"""Of the kinds of calls in use: those that look for the same phrases share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the packs can tell of a call before anything is said."""

    industry: str
    business: str
    product: str
    meta: tuple[tuple[str, str], ...]
    """Fields that some condition asks for."""
    registered: bool
    """Whether it names a company."""


@dataclass(slots=True)
class Compiled:
    """What judges all calls of a kind. Never changed once made."""

    packs: tuple[pk.Pack, ...]
    industry: str
    model: Model | None
    """Of likeness, where a rule asks for it."""
    doubts: Doubts | None
    """The scorer of hits, where a pack asks for it."""
    refusals: Refusals | None
    """The scorer of refusals, likewise."""
    matcher: Matcher
    index: Index
    patterns: tuple[Pattern, ...]
    rules: tuple[Law, ...]
    signals: tuple[Law, ...]
    states: tuple[Law, ...]
    limits: tuple[Limits, ...]
    duties: tuple[DutyLaw, ...]
    rules_by: dict[int, tuple[int, ...]]
    """Pattern number to the rules it can meet."""
    signals_by: dict[int, tuple[int, ...]]
    duties_by: dict[int, tuple[int, ...]]
    """Pattern number to the disclosures it can meet."""
    triggers_by: dict[int, tuple[int, ...]]
    """Pattern number to the disclosures it can start; those started by a signal are under -1."""
    every_turn: tuple[int, ...]
    timed: tuple[int, ...]
    questions: dict[int, tuple[tuple[int, Asked], ...]]
    """Pattern number to the rules a customer's question of it concerns."""
    claims: frozenset[int]
    """Patterns whose own negators are no negation."""


def _positive(expr: ex.Expr) -> Iterable[ex.Phrase]:
    """Phrases that can meet the expression when they are said."""
    if isinstance(expr, ex.NoneOf | ex.NotSaid | ex.Recent):
        return
    if isinstance(expr, ex.Phrase):
        yield expr
        return
    inner = (expr.of,) if isinstance(expr, ex.After) else ex.children(expr)
    for child in inner:
        yield from _positive(child)


def _is_timed(expr: ex.Expr) -> bool:
    return any(
        isinstance(node, ex.Silence | ex.Last)
        or (isinstance(node, ex.NotSaid) and node.before is None)
        for node in ex.walk(expr)
    )


@dataclass(slots=True)
class Compiler:
    """Compiles packs for calls of a kind."""

    packs: tuple[pk.Pack, ...]
    kind: Kind
    numbers: dict[int, int] = field(default_factory=dict)
    patterns: list[Pattern] = field(default_factory=list)
    same: dict[Pattern, int] = field(default_factory=dict)
    soft: set[int] = field(default_factory=set)
    """Numbers of patterns that may be met by sound alone."""
    guessed: set[int] = field(default_factory=set)
    """Numbers of those that may be met by text that the recogniser was not sure of, with a syllable
    that is another."""

    def compiled(self) -> Compiled:
        """The laws in force."""
        kind = self.kind
        covering = [pack for pack in self.packs if pack.covers(kind.industry, kind.business)]
        packs = tuple(sorted(covering, key=lambda pack: pack.industries != "all"))
        self.packs = packs
        rules = [(p, r) for p in packs for r in p.rules if self._applies(r.when)]
        states = [(p, s) for p in packs for s in p.states if self._applies(s.when)]
        signals = [(p, s) for p in packs for s in p.signals if self._applies(s.when)]
        laws = tuple(self._rule(p, r) for p, r in rules)
        signal_laws = tuple(self._signal(p, s) for p, s in signals)
        state_laws = tuple(self._state(p, s) for p, s in states)
        duties = tuple(self._duties())
        questions = self._questions([rule for _, rule in rules])
        claims = {n for law in (*laws, *state_laws) for n in self._numbers(law.match)}
        return Compiled(
            packs=packs,
            industry=kind.industry,
            model=_similar(packs),
            doubts=next((doubts_for(pack.file) for pack in packs if pack.doubt), None),
            refusals=next((refusals_for(pack.file) for pack in packs if pack.doubt), None),
            matcher=self._matcher(),
            index=self._searched((*laws, *signal_laws, *state_laws), duties),
            patterns=tuple(self.patterns),
            rules=laws,
            signals=signal_laws,
            states=state_laws,
            limits=tuple(_limits(state) for _, state in states),
            duties=duties,
            rules_by=self._by([law.match for law in laws]),
            signals_by=self._by([law.match for law in signal_laws]),
            duties_by=self._by([law.satisfied_by for law in duties]),
            triggers_by=self._by([law.trigger for law in duties]),
            every_turn=tuple(n for n, law in enumerate(laws) if law.every_turn),
            timed=tuple(n for n, law in enumerate(laws) if law.timed),
            questions=questions,
            claims=frozenset(claims),
        )

    def _applies(self, when: pk.When) -> bool:
        kind = self.kind
        meta = dict(kind.meta)
        return (
            (not when.industry or kind.industry in when.industry)
            and (not when.business or kind.business in when.business)
            and (not when.product or kind.product in when.product)
            and (not when.not_product or kind.product not in when.not_product)
            and all(meta.get(name) == value for name, value in when.meta.items())
        )

    def _number(self, pattern: Pattern, *, soft: bool) -> int:
        number = self.numbers.get(id(pattern))
        if number is None:
            number = self.same.setdefault(pattern, len(self.patterns))
            self.numbers[id(pattern)] = number
            if number == len(self.patterns):
                self.patterns.append(pattern)
        if soft:
            self.soft.add(number)
        return number

    def _take(self, expr: ex.Expr | None, *, soft: bool = False) -> None:
        for phrase in ex.patterns(expr):
            self._number(phrase.pattern, soft=soft)

    def _numbers(self, expr: ex.Expr) -> set[int]:
        return {self.numbers[id(phrase.pattern)] for phrase in _positive(expr)}

    def _allow(self, pack: pk.Pack, own: tuple[Pattern, ...]) -> frozenset[int]:
        return frozenset(self._number(p, soft=False) for p in (*pack.allow, *own))

    def _rule(self, pack: pk.Pack, rule: pk.Rule) -> Law:
        self._take(rule.match, soft=rule.homophones)
        if rule.homophones and rule.category not in NAMING:
            self.guessed |= self._numbers(rule.match)
        self._take(rule.unless)
        nodes = list(ex.walk(rule.match))
        early = not any(
            isinstance(n, ex.NoneOf | ex.NotSaid | ex.Last | ex.Silence | ex.Similar) for n in nodes
        )
        return Law(
            head=_head(pack, rule),
            match=rule.match,
            roles=ROLES[rule.role],
            unless=rule.unless,
            allow=self._allow(pack, rule.allow),
            context=rule.context,
            homophones=rule.homophones,
            doubt=pack.doubt and rule.doubt,
            every_turn=any(isinstance(n, _EVERY_TURN) for n in nodes)
            or any(isinstance(n, ex.NotSaid) and n.before is not None for n in nodes),
            timed=_is_timed(rule.match),
            early=early,
        )

    def _signal(self, pack: pk.Pack, signal: pk.SignalRule) -> Law:
        self._take(signal.match, soft=signal.homophones)
        self._take(signal.unless)
        title = signal.title or signal.id
        return Law(
            head=Head(
                rule=f"{pack.pack}/{signal.id}",
                pack=pack.name,
                category=signal.signal,
                title=title,
                severity="low",
            ),
            match=signal.match,
            roles=ROLES[signal.role],
            unless=signal.unless,
            allow=self._allow(pack, signal.allow),
            context=signal.context,
            homophones=signal.homophones,
            doubt=pack.doubt,
            signal=signal.signal,
            strength=signal.strength,
        )

    def _state(self, pack: pk.Pack, state: pk.StateRule) -> Law:
        self._take(state.match, soft=state.homophones)
        self._take(state.unless)
        self._take(state.ends_by)
        return Law(
            head=_head(pack, state),
            match=state.match,
            roles=AGENT,
            unless=state.unless,
            allow=self._allow(pack, state.allow),
            context=state.context,
            homophones=state.homophones,
            ends_by=state.ends_by,
            strong_severity=state.strong_severity or _strong(state),
        )

    def _duties(self) -> Iterable[DutyLaw]:
        chosen: dict[str, tuple[pk.Pack, pk.Disclosure]] = {}
        for pack in self.packs:
            for disclosure in pack.disclosures:
                if self._applies(disclosure.when):
                    chosen[disclosure.id] = (pack, disclosure)
        for pack, disclosure in chosen.values():
            yield self._duty(pack, disclosure)

    def _duty(self, pack: pk.Pack, disclosure: pk.Disclosure) -> DutyLaw:
        met, note = disclosure.satisfied_by, ""
        if disclosure.unregistered is not None and not self.kind.registered:
            met, note = disclosure.unregistered, "no_registered_name"
        # whichever is met, both are looked for: calls with and without a name share their matcher
        self._take(disclosure.satisfied_by, soft=disclosure.homophones)
        self._take(disclosure.unregistered, soft=disclosure.homophones)
        self._take(disclosure.trigger)
        duty = Duty(
            item=disclosure.id,
            kind=disclosure.kind,
            head=_head(pack, disclosure),
            prompt=disclosure.prompt,
            deadline_s=30.0 if disclosure.deadline_s is None else disclosure.deadline_s,
            prompt_at_s=disclosure.prompt_at_s,
        )
        return DutyLaw(
            duty=duty,
            satisfied_by=met,
            not_by=frozenset(self._number(p, soft=False) for p in disclosure.not_by),
            trigger=disclosure.trigger,
            from_s=disclosure.from_s or 0.0,
            note=note,
        )

    def _questions(self, rules: list[pk.Rule]) -> dict[int, tuple[tuple[int, Asked], ...]]:
        found: dict[int, list[tuple[int, Asked]]] = {}
        for place, rule in enumerate(rules):
            asked = [(p, Asked.CLAIM) for p in rule.answer]
            asked += [(p, Asked.HARM) for p in rule.answer_no]
            for pattern, kind in asked:
                number = self._number(pattern, soft=False)
                found.setdefault(number, []).append((place, kind))
        return {number: tuple(entries) for number, entries in found.items()}

    def _by(self, exprs: Sequence[ex.Expr | None]) -> dict[int, tuple[int, ...]]:
        """Pattern number to the places of the expressions it can meet; -1 for references."""
        found: dict[int, list[int]] = {}
        for place, expr in enumerate(exprs):
            if expr is None:
                continue
            for number in sorted(self._numbers(expr)):
                found.setdefault(number, []).append(place)
            if any(isinstance(node, ex.Ref) for node in ex.walk(expr)):
                found.setdefault(REFERS, []).append(place)
        return {number: tuple(places) for number, places in found.items()}

    def _searched(self, laws: Iterable[Law], duties: Iterable[DutyLaw]) -> Index:
        roots: list[ex.Expr | None] = []
        for law in laws:
            roots += [law.match, law.unless, law.ends_by]
        for duty in duties:
            roots += [duty.satisfied_by, duty.trigger]
        return index((root for root in roots if root is not None), self.numbers)

    def _matcher(self) -> Matcher:
        sounded = [number in self.soft for number in range(len(self.patterns))]
        return _shared(self.patterns, tuple(sounded), frozenset(self.guessed))


def _shared(
    patterns: Sequence[Pattern], sounded: tuple[bool, ...], guessed: frozenset[int]
) -> Matcher:
    """The matcher of these patterns, made once. The `id`s hold: a matcher keeps its patterns."""
    key = tuple(map(id, patterns)), sounded, guessed
    found = _MATCHERS.get(key)
    if found is None:
        found = _MATCHERS[key] = Matcher(patterns, homophones=sounded, misheard=guessed)
    return found


def _similar(packs: Iterable[pk.Pack]) -> Model | None:
    """The similarity model of the first pack that asks for one."""
    for pack in packs:
        if any(isinstance(n, ex.Similar) for rule in pack.rules for n in ex.walk(rule.match)):
            return model_for(pack.file)
    return None


def _limits(state: pk.StateRule) -> Limits:
    after = state.after
    return Limits(
        signal=after.signal, strength=after.strength, turns=after.turns, seconds=after.seconds
    )


def _strong(state: pk.StateRule) -> Severity | None:
    """Going on after a plain refusal is critical unless the pack says otherwise."""
    grave = state.category == "pestering" and state.severity == "high"
    return "critical" if grave else None


def _head(pack: pk.Pack, item: pk.Rule | pk.StateRule | pk.Disclosure) -> Head:
    cooldown = 0.0 if isinstance(item, pk.Disclosure) else item.cooldown_s
    return Head(
        rule=f"{pack.pack}/{item.id}",
        pack=pack.name,
        category=item.category,
        title=item.title or item.id,
        severity=item.severity,
        basis=cited(item.basis),
        basis_status=item.basis[0].status if item.basis else "",
        advice=item.advice,
        cooldown_s=cooldown,
        escalation=item.escalate if isinstance(item, pk.Rule) else None,
    )
