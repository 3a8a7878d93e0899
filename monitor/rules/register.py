"""The company register: which names satisfy the opening, by their words or by their sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from monitor.rules.earshot import blurred, nearest
from monitor.rules.hits import Hit
from monitor.rules.matcher import Matcher
from monitor.rules.pack import Company
from monitor.rules.pattern import Part, Pattern
from monitor.rules.spans import Span
from monitor.text.fold import Folded, plain

_LEGAL_FORMS: Final = (
    "股份有限公司",
    "有限责任公司",
    "集团有限公司",
    "有限公司",
    "股份公司",
    "公司",
)
_SHORTEST: Final = 3
"""Characters that a name must keep without its legal form."""

COMPANY: Final = "company"
ALIAS: Final = "alias"


class Register:
    """Names of companies, compiled."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self.companies: Final = tuple(companies)
        names: dict[str, str] = {}
        for company in self.companies:
            for name in (company.name, *company.short):
                for form in spoken_forms(name):
                    names.setdefault(form, COMPANY)
            for name in company.aliases:
                names.setdefault(plain(name), ALIAS)
        self._names: Final = tuple(names)
        self._kinds: Final = tuple(kind for name, kind in names.items() if len(name) > 1)
        self._matcher: Final = Matcher(
            Pattern(name, ((Part(literals=(name,)),),)) for name in names if len(name) > 1
        )

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def hits(self, folded: Folded) -> list[tuple[str, Hit]]:
        """Each name that is said, `company` or `alias` first; the longest of those that overlap."""
        kept: list[tuple[str, Hit]] = []
        for hit in sorted(self._matcher.find(folded), key=lambda hit: hit.start - hit.end):
            if all(hit.end <= one.start or one.end <= hit.start for _, one in kept):
                kept.append((self._kinds[hit.pattern], hit))
        return sorted(kept, key=lambda one: one[1].start)

    def spans(
        self, folded: Folded, doubtful: Sequence[bool] | None = None
    ) -> dict[str, tuple[Span, ...]]:
        """The spans that fill {company} and {alias}.

        Text with doubtful characters, where no name is found, is searched for something that
        sounds like one, or that must have been one.
        """
        hits = self.hits(folded)
        if doubtful is not None and not hits:
            near = nearest(self._names, folded.text) or blurred(self._names, folded.text, doubtful)
            if near:
                return {COMPANY: (near,), ALIAS: ()}
        return {
            name: tuple((hit.start, hit.end) for kind, hit in hits if kind == name)
            for name in (COMPANY, ALIAS)
        }


def spoken_forms(name: str) -> tuple[str, ...]:
    """A legal name and how it is said: 江海银行股份有限公司, 江海银行股份公司, 江海银行."""
    full = plain(name)
    for form in _LEGAL_FORMS:
        if full.endswith(form) and len(full) - len(form) >= _SHORTEST:
            short = full.removesuffix(form)
            return tuple(dict.fromkeys((full, short + "股份公司", short + "公司", short)))
    return (full,)


def for_call(company: str, aliases: Iterable[str], companies: Iterable[Company] = ()) -> Register:
    """The register of one call: the names it was registered with, and those that the tenant's
    register knows the same company by. Empty when the call names no company.
    """
    said = tuple(aliases)
    if not company and not said:
        return Register(())
    own = {plain(name) for name in (company, *said) if name}
    known = [
        one
        for one in companies
        if own & {plain(name) for name in (one.name, *one.short, *one.aliases)}
    ]
    called = Company(name=company or said[0], short=said)
    return Register((called, *known))
