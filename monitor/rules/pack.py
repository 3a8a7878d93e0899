"""A rule pack: what a compliance officer wrote, checked and with its phrases parsed.

The field names are the names in the YAML file. `line` is where the thing begins in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from monitor.events import Severity, SignalName
from monitor.rules.expr import Expr
from monitor.rules.pattern import Pattern
from monitor.types import Business, Industry

SaidCategory = Literal[
    "guaranteed_return",
    "absolute_claim",
    "false_urgency",
    "misleading_comparison",
    "impersonation",
    "threat_abuse",
    "improper_benefit",
    "privacy_violation",
    "pestering",
    "loan_overpromise",
    "education_overpromise",
    "medical_claim",
    "concealment",
    "disparagement",
    "surrender_inducement",
    "illegal_solicitation",
    "off_platform",
    "service_taboo",
]
MissingCategory = Literal[
    "missing_company",
    "missing_identity",
    "missing_purpose",
    "missing_price",
    "missing_risk_disclosure",
    "missing_cooling_off",
    "missing_recording_notice",
    "missing_opt_out_notice",
    "missing_product_nature",
    "missing_source_answer",
    "missing_promo_terms",
]
Category = Literal[SaidCategory, MissingCategory]
BasisStatus = Literal["law", "regulation", "standard", "draft", "house_policy", "unverified"]
SpeakingRole = Literal["agent", "customer", "any"]
Strength = Literal["strong", "weak"]
DisclosureKind = Literal["opening", "before_close", "on_event"]

CATEGORIES: Final[tuple[str, ...]] = (*get_args(SaidCategory), *get_args(MissingCategory))


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Why a rule exists: the text cited, and what kind of text that is."""

    cite: str
    status: BasisStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Which calls a rule is for; empty means all."""

    industry: tuple[Industry, ...] = ()
    business: tuple[Business, ...] = ()
    product: tuple[str, ...] = ()
    not_product: tuple[str, ...] = ()
    meta: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuses:
    """Which contexts excuse a hit; False: the rule is immune to it."""

    negation: bool = True
    question: bool = True
    reported: bool = True
    conditional: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """`count` incidents within `within_s` seconds raise the severity."""

    count: int
    within_s: float
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExamples:
    """Sentences or dialogues that must, and must not, raise the rule."""

    violation: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What must not be said."""

    id: str
    category: Category
    title: str
    severity: Severity
    match: Expr
    role: SpeakingRole = "agent"
    basis: tuple[Basis, ...] = ()
    advice: str = ""
    when: When = When()
    unless: Expr | None = None
    """A `Scope` over the utterance, else it is looked for in the clause of the hit."""
    allow: tuple[Pattern, ...] = ()
    context: Excuses = Excuses()
    homophones: bool = True
    doubt: bool = True
    """False: what meets the rule is never doubted, where the pack has its hits doubted."""
    answer: tuple[Pattern, ...] = ()
    """What a customer asks; the agent's yes to it within 8 s is a hit."""
    answer_no: tuple[Pattern, ...] = ()
    """What a customer asks; the agent's no to it within 8 s is a hit."""
    cooldown_s: float = 30.0
    escalate: Escalate | None = None
    examples: RuleExamples = RuleExamples()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureExamples:
    """What the agent may say to meet a disclosure, and near misses."""

    met: tuple[str, ...] = ()
    not_met: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What must be said."""

    id: str
    category: MissingCategory
    title: str
    kind: DisclosureKind
    severity: Severity
    satisfied_by: Expr
    prompt: str
    deadline_s: float | None = None
    """Media time from the call's start (opening) or from the trigger (on_event)."""
    from_s: float | None = None
    """Media time from the call's start before which the words do not count, or triggers do not."""
    prompt_at_s: float | None = None
    basis: tuple[Basis, ...] = ()
    advice: str = ""
    when: When = When()
    unregistered: Expr | None = None
    """What satisfies it instead where the call has no registered name."""
    not_by: tuple[Pattern, ...] = ()
    trigger: Expr | None = None
    clears: str = ""
    homophones: bool = True
    examples: DisclosureExamples = DisclosureExamples()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalExamples:
    """What shows a signal, and what does not."""

    signal: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule:
    """What the customer shows."""

    id: str
    signal: SignalName
    match: Expr
    title: str = ""
    strength: Strength = "strong"
    role: SpeakingRole = "customer"
    when: When = When()
    unless: Expr | None = None
    allow: tuple[Pattern, ...] = ()
    context: Excuses = Excuses()
    homophones: bool = True
    examples: SignalExamples = SignalExamples()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSignal:
    """Where a state begins: a signal of one of these strengths."""

    signal: SignalName
    strength: tuple[Strength, ...] = ("weak", "strong")
    turns: int | None = None
    """Agent turns the state lasts at most."""
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRule:
    """What the agent must not say after the customer showed something."""

    id: str
    category: Category
    severity: Severity
    after: AfterSignal
    match: Expr
    title: str = ""
    strong_severity: Severity | None = None
    """Instead of `severity` after a strong signal."""
    ends_by: Expr | None = None
    basis: tuple[Basis, ...] = ()
    advice: str = ""
    when: When = When()
    unless: Expr | None = None
    allow: tuple[Pattern, ...] = ()
    context: Excuses = Excuses()
    homophones: bool = True
    cooldown_s: float = 30.0
    examples: RuleExamples = RuleExamples()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One company of the register: its legal name and what people call it."""

    name: str
    short: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A versioned set of rules."""

    pack: str
    version: int
    title: str
    industries: tuple[Industry, ...] | Literal["all"]
    author: str = ""
    date: str = ""
    business: tuple[Business, ...] = ()
    description: str = ""
    doubt: bool = False
    """Its hits get a learned second look: what is probably lawful becomes a suspicion; of refusals
    a learned vote counts beside its patterns."""
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    allow: tuple[Pattern, ...] = ()
    rules: tuple[Rule, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    signals: tuple[SignalRule, ...] = ()
    states: tuple[StateRule, ...] = ()
    companies: tuple[Company, ...] = ()
    file: str = ""
    """Where it was read from; not a field of the file."""

    @property
    def name(self) -> str:
        """`wealth@3`."""
        return f"{self.pack}@{self.version}"

    def covers(self, industry: str, business: str) -> bool:
        """Whether the pack is for calls of this industry and business."""
        return (self.industries == "all" or industry in self.industries) and (
            not self.business or business in self.business
        )
