"""States that a signal of the customer opens: what the agent must not do after a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Strength = Literal["strong", "weak"]

_YES: Final = re.compile(
    "(?:嗯|哦|啊|那){0,2}(?:好|好的|好吧|好啊|行|行的|行吧|行啊|可以|可以的|可以啊|没问题"
    "|(?:那)?(?:你|您)?(?:先)?(?:说|讲)(?:吧|说看|一下|来听听)?|(?:那)?(?:你|您)(?:先)?(?:说|讲)|说吧|讲吧){1,2}"
)
"""Folded words of a customer that are, as a whole, a yes to what the agent just said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What opens a state and how long it lasts."""

    signal: str
    strength: tuple[Strength, ...]
    turns: int | None
    """Turns of the agent."""
    seconds: float | None


@dataclass(slots=True)
class Opened:
    """A state that is open."""

    since_s: float
    strength: Strength
    quote: str
    agent_turns: int
    """Turns the agent had spoken when it opened."""


class States:
    """The open states of one call, by the number of their rule."""

    def __init__(self, limits: tuple[Limits, ...]) -> None:
        self._limits = limits
        self._open: dict[int, Opened] = {}

    def signal(
        self, name: str, strength: Strength, at_s: float, quote: str, agent_turns: int
    ) -> None:
        """The customer showed a signal; a stronger refusal stays when a weaker one follows."""
        for number, limits in enumerate(self._limits):
            if limits.signal != name or strength not in limits.strength:
                continue
            before = self._open.get(number)
            kept: Strength = "strong" if before and before.strength == "strong" else strength
            self._open[number] = Opened(at_s, kept, quote, agent_turns)

    def current(self, at_s: float, agent_turns: int) -> dict[int, Opened]:
        """The states open at a time, when the agent has spoken this many turns."""
        for number, opened in list(self._open.items()):
            limits = self._limits[number]
            late = limits.seconds is not None and at_s - opened.since_s > limits.seconds
            far = limits.turns is not None and agent_turns - opened.agent_turns > limits.turns
            if late or far:
                del self._open[number]
        return {n: opened for n, opened in self._open.items() if at_s >= opened.since_s - 1.0}

    def answer(self, text: str) -> None:
        """The customer spoke, folded: a yes takes back a soft no (没有多余的钱 … 好的)."""
        if _YES.fullmatch(text):
            self._open = {n: one for n, one in self._open.items() if one.strength == "strong"}

    def close(self, number: int) -> None:
        """The agent took note of it."""
        self._open.pop(number, None)
