"""What the wall knows of every live call: a card, and how loud each role is just now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from monitor.clock import Clock
from monitor.errors import Conflict, Overloaded
from monitor.events import (
    AnyEvent,
    CallEnded,
    CallStarted,
    Coverage,
    Disclosure,
    DisclosureState,
    Prompt,
    Signal,
    Utterance,
)
from monitor.types import Role, Samples
from monitor.web.ears import MOST_EARS, Ear, piece
from monitor.web.loudness import FRESH_S, Sound

OPENING = ("company", "identity", "purpose")
"""Statements on the opening checklist, in the order in which they are shown."""

WORDS_CHARS = 80
"""Most characters of the last words on a card."""

STALLED_S = 2.0
"""A call whose sound stopped coming for so long says so."""

_LOST = ("gap", "failed", "unmonitored")


class Item(Struct, frozen=True, kw_only=True):
    """A statement of the opening."""

    item: str
    state: DisclosureState
    at: float
    deadline: float | None = None


class Words(Struct, frozen=True, kw_only=True):
    """The last words."""

    channel: Role
    text: str


class Card(Struct, frozen=True, kw_only=True, tag="card"):
    """A live call as the wall shows it; the newest card of a call is all there is to know."""

    call: str
    agent: str
    industry: str
    business: str
    company: str
    started: float
    """Wall time."""
    items: tuple[Item, ...] = ()
    words: Words | None = None
    gap_s: float = 0.0
    """Seconds, of any role, that were lost or could not be read."""
    paused: bool = False
    resumed: bool = False
    """It came back after its source was lost: its opening was before."""
    unmonitored: bool = False
    """Nobody listens: too much speech waits (未监控)."""
    signals: tuple[str, ...] = ()
    """What the customer showed, by name."""
    prompt: str = ""
    """What the agent's screen says."""
    prompt_reason: str = ""
    """Why it says so."""
    listeners: tuple[str, ...] = ()
    """Who hears it live just now."""
    ended: str = ""
    """Why it is over; empty while it is live."""


@dataclass(slots=True)
class _Live:
    started: CallStarted
    card: Card
    sounds: dict[Role, Sound] = field(default_factory=dict)
    heard_s: dict[Role, float] = field(default_factory=dict)
    sound_at: float = 0.0
    """Monotonic time of the last sound."""
    ears: list[Ear] = field(default_factory=list)


class Screen:
    """One wall: the calls whose cards it has not seen."""

    def __init__(self) -> None:
        self._changed: dict[str, Card] = {}

    def put(self, card: Card) -> None:
        """The call's newest card."""
        self._changed[card.call] = card

    def take(self) -> list[Card]:
        """The cards that changed since the last time; at most one per call."""
        cards = list(self._changed.values())
        self._changed.clear()
        return cards


class Wall:
    """Listens to the desk and to the sound; memory only, the record is elsewhere."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[tuple[str, str], _Live] = {}
        self._screens: dict[str, set[Screen]] = {}

    def hear(self, call: CallStarted, events: Sequence[AnyEvent]) -> None:
        """A `Desk` listener."""
        key = (call.team, call.call)
        for event in events:
            if isinstance(event, CallStarted):
                self._calls[key] = self._begun(call, self._calls.get(key))
        live = self._calls.get(key)
        if live is None:
            return
        card = live.card
        for event in events:
            card = _changed(card, event)
        if card is not live.card or any(isinstance(event, CallStarted) for event in events):
            live.card = card
            self._show(live)
        if card.ended:
            del self._calls[key]
            for ear in live.ears:
                ear.end()

    def sound(self, team: str, call: str, role: Role, samples: Samples, rate: int) -> None:
        """Sound of a live call arrived."""
        live = self._calls.get((team, call))
        if live is None or not len(samples):
            return
        seconds = len(samples) / rate
        live.heard_s[role] = live.heard_s.get(role, 0.0) + seconds
        live.sound_at = self._clock.monotonic()
        if team in self._screens:
            live.sounds.setdefault(role, Sound()).add(samples, seconds)
        if live.ears:
            heard = piece(role, samples, rate)
            for ear in live.ears:
                ear.put(heard, seconds)

    @contextmanager
    def listened(self, team: str, call: str, name: str) -> Iterator[Ear]:
        """What arrives of a live call, for this person; raises `Conflict`, `Overloaded`."""
        live = self._calls.get((team, call))
        if live is None:
            raise Conflict("no_call", "no such call is live")
        if len(live.ears) >= MOST_EARS:
            raise Overloaded("too_many_listeners", f"{MOST_EARS} people listen to this call")
        ear = Ear(name)
        live.ears.append(ear)
        self._name_listeners(live)
        try:
            yield ear
        finally:
            live.ears.remove(ear)
            self._name_listeners(live)

    def started(self, team: str, call: str) -> CallStarted | None:
        """The registration of a live call."""
        live = self._calls.get((team, call))
        return None if live is None else live.started

    def heard_s(self, team: str, call: str) -> float:
        """Seconds of sound that arrived of a live call, the longer role."""
        live = self._calls.get((team, call))
        return 0.0 if live is None else round(max(live.heard_s.values(), default=0.0), 3)

    def of_agent(self, team: str, agent: str) -> list[tuple[str, float]]:
        """The live calls of an agent, and the seconds heard of each."""
        return [
            (call, self.heard_s(of, call))
            for (of, call), live in self._calls.items()
            if of == team and live.started.agent == agent
        ]

    def levels(self, team: str) -> dict[str, tuple[float, int, int, int]]:
        """Of every live call: seconds heard, loudness 0..9 of agent and customer, 1 if stalled."""
        now = self._clock.monotonic()
        return {call: _levels(live, now) for (of, call), live in self._calls.items() if of == team}

    @contextmanager
    def shown(self, team: str) -> Iterator[Screen]:
        """A screen that holds, to begin with, the cards of all live calls of the team."""
        screen = Screen()
        for (of, _), live in self._calls.items():
            if of == team:
                screen.put(live.card)
        screens = self._screens.setdefault(team, set())
        screens.add(screen)
        try:
            yield screen
        finally:
            screens.discard(screen)
            if not screens:
                self._screens.pop(team, None)

    def _begun(self, call: CallStarted, before: _Live | None) -> _Live:
        """Whoever listened to the call before it came back goes on listening."""
        ears = [] if before is None else before.ears
        live = _Live(call, _card(call, self._clock.wall()), ears=ears)
        live.card = msgspec.structs.replace(live.card, listeners=_names(ears))
        live.sound_at = self._clock.monotonic()
        return live

    def _name_listeners(self, live: _Live) -> None:
        if not live.card.ended:
            live.card = msgspec.structs.replace(live.card, listeners=_names(live.ears))
            self._show(live)

    def _show(self, live: _Live) -> None:
        for screen in self._screens.get(live.started.team, ()):
            screen.put(live.card)


def _levels(live: _Live, now: float) -> tuple[float, int, int, int]:
    silent_s = now - live.sound_at
    fresh = silent_s < FRESH_S
    loud = {role: sound.level(now) for role, sound in live.sounds.items()}
    agent, customer = loud.get(Role.AGENT, loud.get(Role.UNKNOWN, 0)), loud.get(Role.CUSTOMER, 0)
    heard = round(max(live.heard_s.values(), default=0.0), 1)
    return heard, agent * fresh, customer * fresh, int(silent_s > STALLED_S)


def _names(ears: Sequence[Ear]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ear.name for ear in ears))


def _card(call: CallStarted, wall: float) -> Card:
    return Card(
        call=call.call,
        agent=call.agent,
        industry=call.industry,
        business=call.business,
        company=call.aliases[0] if call.aliases else call.company,
        started=wall,
        resumed=call.resumed,
    )


def _changed(card: Card, event: AnyEvent) -> Card:
    replace = msgspec.structs.replace
    match event:
        case Utterance() if event.text and not event.suppressed:
            return replace(card, words=Words(channel=event.channel, text=event.text[-WORDS_CHARS:]))
        case Disclosure() if event.item in OPENING:
            return replace(card, items=_with(card.items, event))
        case Coverage():
            lost = event.end - event.start if event.state in _LOST else 0.0
            paused, unmonitored = event.state == "paused", event.state == "unmonitored"
            if not lost and (paused, unmonitored) == (card.paused, card.unmonitored):
                return card
            gap_s = round(card.gap_s + lost, 3)
            return replace(card, gap_s=gap_s, paused=paused, unmonitored=unmonitored)
        case Signal() if event.signal not in card.signals:
            return replace(card, signals=(*card.signals, event.signal))
        case Prompt(state="shown"):
            return replace(card, prompt=event.text, prompt_reason=event.reason)
        case Prompt() if event.reason == card.prompt_reason:
            return replace(card, prompt="", prompt_reason="")
        case CallEnded():
            return replace(card, ended=event.reason or "hangup")
    return card


def _with(items: tuple[Item, ...], event: Disclosure) -> tuple[Item, ...]:
    new = Item(item=event.item, state=event.state, at=event.at, deadline=event.deadline)
    found = {each.item: each for each in items} | {event.item: new}
    return tuple(found[name] for name in OPENING if name in found)
