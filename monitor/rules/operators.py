"""The operators of expressions: nodes of a pack into `expr` trees."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, get_args

from monitor.rules import expr as ex
from monitor.rules import scalars
from monitor.rules.nodes import FaultError, Node
from monitor.rules.pack import SaidCategory
from monitor.types import Industry, Role

if TYPE_CHECKING:
    from monitor.rules.reading import Reader

COMPANIONS: Final[dict[str, tuple[str, ...]]] = {
    "any": (),
    "all": (),
    "none": (),
    "n_of": (),
    "near": ("within",),
    "ordered": ("within",),
    "said": ("times", "within_s"),
    "not_said": ("by_s", "before", "after", "within_s"),
    "recent": (),
    "product": (),
    "industry": (),
    "meta": (),
    "speech_rate": (),
    "silence": (),
    "talk_over": (),
    "interruption": (),
    "similar": (),
    "in": ("of",),
    "short": ("of",),
    "window": ("of",),
    "first_s": ("of",),
    "last_s": ("of",),
    "role": ("of",),
    "after": ("of", "within_s", "turns"),
    "before": ("of", "within_s", "turns"),
    "signal": ("strength",),
}
"""Each operator and the fields that may stand beside it."""

WRAPPERS: Final = ("in", "short", "window", "first_s", "last_s", "role", "after", "before")
"""Operators over `of`; instead of `of` another operator may stand beside them."""

MAX_DEPTH: Final = 12


class Operators:
    """Reads expressions for one `Reader`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._readers: dict[str, Callable[[Node, Node, bool], ex.Expr]] = {
            "any": lambda node, _, single: ex.AnyOf(of=self._list(node, single), line=node.line),
            "all": lambda node, _, __: ex.AllOf(of=self._all(node), line=node.line),
            "none": lambda node, _, __: ex.NoneOf(of=self._list(node, True), line=node.line),
            "n_of": self._n_of,
            "near": lambda node, whole, _: ex.Near(**self._row(node, whole)),
            "ordered": lambda node, whole, _: ex.Ordered(**self._row(node, whole)),
            "said": self._said,
            "not_said": self._not_said,
            "recent": self._recent,
            "product": lambda node, _, __: ex.ProductIs(names=_words(node), line=node.line),
            "industry": self._industry,
            "meta": self._meta,
            "speech_rate": lambda node, _, __: self._timed(ex.SpeechRate, node),
            "silence": lambda node, _, __: self._timed(ex.Silence, node),
            "talk_over": lambda node, _, __: self._timed(ex.TalkOver, node),
            "interruption": lambda node, _, __: self._timed(ex.Interruption, node),
            "similar": lambda node, _, __: self._similar(node),
        }

    def read(self, node: Node, *, single: bool = False, depth: int = 0) -> ex.Expr:
        """The expression in a node. `single` allows phrases of a single character."""
        if depth > MAX_DEPTH:
            raise FaultError(node.line, f"operators nested more than {MAX_DEPTH} deep")
        if node.kind == "scalar":
            return ex.Phrase(pattern=self._reader.pattern(node, single=single), line=node.line)
        if node.kind == "list":
            return ex.AnyOf(of=self._list(node, single), line=node.line)
        if (signal := node.get("signal")) is not None:
            return _signal(signal, node)
        for name in WRAPPERS:
            value = node.get(name)
            if value is not None and not _is_companion(name, node):
                return self._wrapper(name, value, node, single, depth)
        return self._operator(node, single)

    def _operator(self, node: Node, single: bool) -> ex.Expr:
        names = [key.text for key, _ in node.pairs]
        found = [name for name in names if name in self._readers]
        if not found:
            _hint_list(node)
            first = node.pairs[0][0] if node.pairs else node
            close = scalars.nearest(first.text, COMPANIONS)
            raise FaultError(first.line, f"unknown operator {first.text!r}{close}")
        if len(found) > 1:
            message = f"{found[0]} and {found[1]} side by side; put them into all or any"
            raise FaultError(node.line, message)
        name = found[0]
        for key, _ in node.pairs:
            if key.text != name and key.text not in COMPANIONS[name]:
                close = scalars.nearest(key.text, (name, *COMPANIONS[name]))
                raise FaultError(key.line, f"{key.text!r} does not belong beside {name}{close}")
        value = node.get(name)
        assert value is not None
        return self._readers[name](value, node, single)

    def _wrapper(self, name: str, value: Node, node: Node, single: bool, depth: int) -> ex.Expr:
        own = (name, *(field for field in COMPANIONS[name] if field != "of"))
        rest = tuple(pair for pair in node.pairs if pair[0].text not in own)
        if len(rest) == 1 and rest[0][0].text == "of":
            inner = rest[0][1]
        elif rest and all(key.text != "of" for key, _ in rest):
            inner = Node("map", node.line, pairs=rest)
        else:
            raise FaultError(node.line, f"{name} needs `of` beside it, or one other operator")
        of = self.read(inner, single=single or name == "short", depth=depth + 1)
        return self._wrapped(name, value, node, of)

    def _wrapped(self, name: str, value: Node, node: Node, of: ex.Expr) -> ex.Expr:
        line = node.line
        if name == "in":
            if value.text not in ("clause", "utterance"):
                raise FaultError(value.line, f"in: clause or utterance, not {scalars.shown(value)}")
            return ex.Scope(scope="clause" if value.text == "clause" else "utterance", of=of)
        if name == "window":
            limits = self._numbers(value, {"seconds": float, "turns": int})
            if not limits:
                raise FaultError(value.line, "window: seconds or turns is missing")
            return ex.Window(of=of, line=line, **limits)
        if name == "short":
            return ex.Short(chars=scalars.scalar(int, value), of=of, line=line)
        if name == "first_s":
            return ex.First(seconds=scalars.scalar(float, value), of=of, line=line)
        if name == "last_s":
            return ex.Last(seconds=scalars.scalar(float, value), of=of, line=line)
        if name == "role":
            return ex.ByRole(role=_role(value), of=of, line=line)
        limits = self._limits(node, {"within_s": float, "turns": int})
        kind = ex.After if name == "after" else ex.Before
        return kind(ref=self._ref(value), of=of, line=line, **limits)

    def _list(self, node: Node, single: bool, none: bool = False) -> tuple[ex.Expr, ...]:
        nodes = node.items if node.kind == "list" else (node,)
        if not nodes:
            raise FaultError(node.line, "an empty list is never met")
        found = tuple(self.read(one, single=single, depth=1) for one in nodes)
        for item in found:
            if isinstance(item, ex.NoneOf) and not none:
                raise FaultError(item.line, "none stands only inside all")
        return found

    def _all(self, node: Node) -> tuple[ex.Expr, ...]:
        found = self._list(node, True, none=True)
        if all(isinstance(item, ex.NoneOf) for item in found):
            raise FaultError(node.line, "all needs something besides none")
        return found

    def _row(self, node: Node, whole: Node) -> dict[str, Any]:
        of = self._list(node, True)
        if len(of) < 2:
            raise FaultError(node.line, "at least two phrases are needed here")
        return {"of": of, "line": node.line, **self._limits(whole, {"within": int})}

    def _n_of(self, node: Node, whole: Node, single: bool) -> ex.Expr:
        _only(node, ("n", "of", "weights"))
        of, n = node.get("of"), node.get("n")
        if of is None or n is None:
            raise FaultError(node.line, "n_of needs n and of")
        found = self._list(of, True)
        count: int = scalars.scalar(int, n)
        weights = _weights(node.get("weights"), len(found))
        if not 0 < count <= sum(weights or (1,) * len(found)):
            raise FaultError(n.line, f"n_of: {count} of {sum(weights) or len(found)}")
        return ex.NOf(n=count, of=found, weights=weights, line=node.line)

    def _said(self, node: Node, whole: Node, single: bool) -> ex.Expr:
        limits = self._limits(whole, {"times": int, "within_s": float})
        return ex.Said(of=self.read(node, single=single, depth=1), line=node.line, **limits)

    def _not_said(self, node: Node, whole: Node, single: bool) -> ex.Expr:
        limits: dict[str, Any] = self._limits(whole, {"by_s": float, "within_s": float})
        for name in ("before", "after"):
            if (value := whole.get(name)) is not None:
                limits[name] = self._ref(value)
        if not limits:
            raise FaultError(node.line, "not_said needs by_s, before or after")
        return ex.NotSaid(of=self.read(node, single=True, depth=1), line=node.line, **limits)

    def _recent(self, node: Node, whole: Node, single: bool) -> ex.Expr:
        _only(node, ("role", "of", "within_s"))
        of, role = node.get("of"), node.get("role")
        if of is None:
            raise FaultError(node.line, "recent needs of")
        limits = self._limits(node, {"within_s": float})
        who = _role(role) if role else None
        return ex.Recent(of=self.read(of, single=True, depth=1), role=who, line=node.line, **limits)

    def _industry(self, node: Node, whole: Node, single: bool) -> ex.Expr:
        names, known = _words(node), [str(name) for name in Industry]
        for name in names:
            if name not in known:
                raise FaultError(
                    node.line, f"unknown industry {name!r}{scalars.nearest(name, known)}"
                )
        return ex.IndustryIs(names=names, line=node.line)

    def _meta(self, node: Node, whole: Node, single: bool) -> ex.Expr:
        if node.kind != "map" or not node.pairs:
            raise FaultError(node.line, "meta: a mapping of field to value is needed here")
        found = tuple((key.text, scalars.scalar(str, value)) for key, value in node.pairs)
        return ex.MetaIs(fields=found, line=node.line)

    def _similar(self, node: Node) -> ex.Expr:
        if node.kind == "scalar":
            node = Node("map", node.line, pairs=((Node("scalar", node.line, "category"), node),))
        found: ex.Similar = self._reader.record(ex.Similar, node)
        known = get_args(SaidCategory)
        if found.category not in known:
            close = scalars.nearest(found.category, known)
            raise FaultError(node.line, f"unknown category {found.category!r}{close}")
        if found.over is not None and not 0 < found.over <= 1:
            raise FaultError(node.line, f"over: {found.over:g}; more than 0, at most 1")
        return found

    def _timed(self, kind: type[Any], node: Node) -> Any:
        return self._reader.record(kind, node)

    def _ref(self, node: Node) -> ex.Expr:
        if node.kind == "scalar" and scalars.RULE_NAME.fullmatch(node.text):
            return ex.Ref(name=node.text, line=node.line)
        return self.read(node, single=False, depth=1)

    def _limits(self, node: Node, kinds: dict[str, type]) -> dict[str, Any]:
        return {
            name: scalars.scalar(kind, value)
            for name, kind in kinds.items()
            if (value := node.get(name)) is not None
        }

    def _numbers(self, node: Node, kinds: dict[str, type]) -> dict[str, Any]:
        _only(node, tuple(kinds))
        return self._limits(node, kinds)


def _weights(node: Node | None, count: int) -> tuple[int, ...]:
    """What each part of `n_of` weighs, where the pack says so."""
    if node is None:
        return ()
    items = node.items if node.kind == "list" else (node,)
    found = tuple(scalars.scalar(int, item) for item in items)
    if len(found) != count or min(found, default=0) < 1:
        raise FaultError(node.line, f"weights: {count} whole numbers from 1 are needed")
    return found


def _signal(signal: Node, node: Node) -> ex.Ref:
    """A signal of the customer: `{signal: opt_out, strength: [strong]}`."""
    _only(node, ("signal", "strength"))
    strength = _words(node.get("strength") or Node("list", node.line))
    if unknown := [name for name in strength if name not in ("strong", "weak")]:
        raise FaultError(node.line, f"strength: strong or weak, not {unknown[0]!r}")
    return ex.Ref(name=scalars.scalar(str, signal), strength=strength, line=node.line)


def _is_companion(name: str, node: Node) -> bool:
    """`before` and `after` beside `not_said` belong to it."""
    return name in ("before", "after") and node.get("not_said") is not None


def _only(node: Node, names: tuple[str, ...]) -> None:
    if node.kind != "map":
        raise FaultError(node.line, f"a mapping with {' and '.join(names)} is needed here")
    for key, _ in node.pairs:
        if key.text not in names:
            raise FaultError(
                key.line, f"unknown field {key.text!r}{scalars.nearest(key.text, names)}"
            )


def _hint_list(node: Node) -> None:
    """`- {保本词}的` without quotes is a mapping to YAML."""
    if len(node.pairs) == 1 and node.pairs[0][1].empty:
        raise FaultError(node.line, f'quote the phrase: "{{{node.pairs[0][0].text}}}"')


def _role(node: Node) -> Role:
    if node.text not in ("agent", "customer"):
        raise FaultError(node.line, f"role: agent or customer, not {scalars.shown(node)}")
    return Role(node.text)


def _words(node: Node) -> tuple[str, ...]:
    nodes = node.items if node.kind == "list" else (node,)
    return tuple(scalars.scalar(str, one) for one in nodes)
