"""The packs that apply to a call: what is compiled for its kind, and the names it is made by."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from threading import Lock
from typing import Final, Generic, TypeVar

from monitor.events import CallStarted
from monitor.rules import pack as pk
from monitor.rules.compiler import Compiled, Compiler, Kind
from monitor.rules.hits import Hit
from monitor.rules.register import Register, for_call
from monitor.rules.slots import Filled
from monitor.rules.spans import Span
from monitor.rules.uncollected import uncollected
from monitor.text.fold import Folded
from monitor.types import Industry

_T = TypeVar("_T")

_SIGNS: Final = (
    ("bank", re.compile("银行|信用社|农商行")),
    ("insurer", re.compile("保险|人寿|财险|产险")),
    ("securities", re.compile("证券|期货|基金")),
)
"""What the name of a company says of its kind, the first that fits."""

CACHED: Final = 64
"""Compiled rule sets kept; a centre runs few kinds of calls at a time."""


@dataclass(slots=True)
class RuleSet(Compiled):
    """Everything that judges a call. Never changed once made: live calls keep the one they have."""

    facts: dict[str, object]
    register: Register

    @classmethod
    def for_call(cls, packs: Sequence[pk.Pack], call: CallStarted) -> RuleSet:
        """The rule set of a call; the same object for calls that the packs cannot tell apart.

        Only the first call of a kind waits for its rules to be compiled: the company and what the
        metadata say besides are no part of them.
        """
        several, kind = tuple(packs), _kind(packs, call)
        names = (call.company, call.aliases, call.product, tuple(sorted(call.meta.items())))
        found = _CALLS.get(several, kind, names)
        if found is None:
            with _COMPILING:  # calls of a kind that begin together compile it once
                compiled = _KINDS.get(several, kind, ())
                if compiled is None:
                    with uncollected():
                        compiled = Compiler(several, kind).compiled()
                    _KINDS.keep(several, kind, (), compiled)
                found = _CALLS.get(several, kind, names)
                if found is None:
                    found = cls._made(compiled, call)
                    _CALLS.keep(several, kind, names, found)
        return found

    @classmethod
    def _made(cls, compiled: Compiled, call: CallStarted) -> RuleSet:
        companies = [company for pack in compiled.packs for company in pack.companies]
        shared = {one.name: getattr(compiled, one.name) for one in fields(compiled)}
        facts: dict[str, object] = {
            "industry": compiled.industry,
            "business": call.business,
            "product": call.product,
            "meta": {**_kinds_of_company(call), **call.meta},
            "similar": compiled.model,
        }
        return cls(
            **shared,
            facts=facts,
            register=for_call(call.company, call.aliases, companies),
        )

    def hits(self, folded: Folded, doubtful: Sequence[bool] | None = None) -> dict[int, list[Hit]]:
        """The phrases in a text, by number of their pattern, each in order of place.

        `doubtful` marks the folded characters that a recogniser may have misheard; None for text
        that is certain.
        """
        slots = Filled(folded, partial(self._names, folded, doubtful))
        found: dict[int, list[Hit]] = {}
        senseless = self.model is not None and self.model.senseless(folded.text)
        for hit in self.matcher.find(folded, slots, doubtful, loosely=not senseless):
            found.setdefault(hit.pattern, []).append(hit)
        return found

    def _names(
        self, folded: Folded, doubtful: Sequence[bool] | None
    ) -> dict[str, tuple[Span, ...]]:
        return self.register.spans(folded, doubtful) if self.register else {}

    @property
    def pack_names(self) -> str:
        """base@1, wealth@3."""
        return ", ".join(pack.name for pack in self.packs)


def _kinds_of_company(call: CallStarted) -> dict[str, str]:
    """`company_kind` for a call whose company is registered: whose name it may speak in."""
    names = (call.company, *call.aliases)
    if not any(names):
        return {}
    kinds = (kind for name in names for kind, sign in _SIGNS if sign.search(name))
    return {"company_kind": next(kinds, "other")}


def known_industry(name: str) -> str:
    """The industry, or `other` for a word that is none."""
    return name if name in set(Industry) else Industry.OTHER.value


def _kind(packs: Sequence[pk.Pack], call: CallStarted) -> Kind:
    """What the conditions of the packs ask of a call, and nothing else of it."""
    asked: list[pk.When] = []
    for pack in packs:
        for items in (pack.rules, pack.disclosures, pack.signals, pack.states):
            asked += [item.when for item in items]
    products = {name for when in asked for name in (*when.product, *when.not_product)}
    fields_asked = {name for when in asked for name in when.meta}
    return Kind(
        industry=known_industry(call.industry),
        business=call.business,
        product=call.product if call.product in products else "",
        meta=tuple(sorted((k, v) for k, v in call.meta.items() if k in fields_asked)),
        registered=bool(call.company or call.aliases),
    )


class _Kept(Generic[_T]):
    """What was made last, with the packs it was made of: they are known by their `id`s, which
    must not pass to others meanwhile.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: OrderedDict[object, tuple[Sequence[pk.Pack], _T]] = OrderedDict()

    def get(self, packs: Sequence[pk.Pack], kind: Kind, names: tuple[object, ...]) -> _T | None:
        key = self._key(packs, kind, names)
        with self._lock:
            if key not in self._made:
                return None
            self._made.move_to_end(key)
            return self._made[key][1]

    def keep(
        self, packs: Sequence[pk.Pack], kind: Kind, names: tuple[object, ...], made: _T
    ) -> None:
        with self._lock:
            self._made[self._key(packs, kind, names)] = (packs, made)
            while len(self._made) > CACHED:
                self._made.popitem(last=False)

    @staticmethod
    def _key(packs: Sequence[pk.Pack], kind: Kind, names: tuple[object, ...]) -> object:
        return tuple(id(pack) for pack in packs), kind, names


_COMPILING: Final = Lock()
_KINDS: Final[_Kept[Compiled]] = _Kept()
_CALLS: Final[_Kept[RuleSet]] = _Kept()
