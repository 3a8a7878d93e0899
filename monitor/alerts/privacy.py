"""Between the pipeline and the record: what everybody sees has its private numbers masked.

The judge hears the words as they were said; what it found goes through here before it is written
or shown. What was changed is handed on as it was, to be kept sealed.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from monitor.events import (
    Alert,
    AnyEvent,
    CallEnded,
    CallStarted,
    Disclosure,
    Prompt,
    Signal,
    Suspicion,
    Utterance,
    Word,
)
from monitor.text.private import masked, numbers, tail
from monitor.types import Role

JOIN_S: Final = 10.0
"""A number may be said in pieces this far apart."""
_KNOWN: Final = 64
_CALLS: Final = 10_000
"""Calls remembered; the one quiet longest is forgotten first."""

_TEXTS: Final[dict[type[AnyEvent], tuple[str, ...]]] = {
    Alert: ("quote", "why"),
    Disclosure: ("quote", "reason"),
    Signal: ("quote",),
    Suspicion: ("quote", "why"),
    Prompt: ("text",),
}
"""Parts of events that may repeat what was said."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be seen, and what must not be but is worth keeping sealed."""

    call: CallStarted
    events: tuple[AnyEvent, ...]
    hidden: tuple[AnyEvent, ...] = ()
    """Events that were changed, as they were; words that may still change are not among them."""


@dataclass(frozen=True, slots=True)
class _Said:
    """The last utterance of a channel."""

    start: float
    end: float
    before: str
    """Digits said just before it."""
    tail: str
    """Digits it ends with."""


class CallMask:
    """Masks the events of one call, in the order they come."""

    def __init__(self) -> None:
        self._said: dict[Role, _Said] = {}
        self._known: deque[str] = deque(maxlen=_KNOWN)

    def event(self, event: AnyEvent) -> AnyEvent:
        """The event as it may be seen; the very same object when there is nothing to hide."""
        if isinstance(event, Utterance):
            return self._utterance(event)
        if isinstance(event, CallStarted):
            return self.started(event)
        changes: dict[str, Any] = {}
        for name in _TEXTS.get(type(event), ()):
            text = getattr(event, name)
            hidden = masked(text, known=self._known)
            if hidden != text:
                changes[name] = hidden
        return msgspec.structs.replace(event, **changes) if changes else event

    def started(self, call: CallStarted) -> CallStarted:
        """The registration, with what the source told of the customer masked."""
        meta = {name: masked(value) for name, value in call.meta.items()}
        if meta == call.meta:
            return call
        fresh = [number for value in call.meta.values() for number in numbers(value)]
        self._known.extend(number for number in fresh if number not in self._known)
        return msgspec.structs.replace(call, meta=meta)

    def _utterance(self, said: Utterance) -> Utterance:
        before = self._before(said)
        if said.final:
            end = tail(said.text, before=before)
            self._said[said.channel] = _Said(said.start, said.end, before, end)
            self._known.extend(numbers(said.text, before=before))
        text = masked(said.text, before=before)
        if text == said.text:
            return said
        return msgspec.structs.replace(said, text=text, words=_words(said.words, before))

    def _before(self, said: Utterance) -> str:
        last = self._said.get(said.channel)
        if last is None or said.start - last.end > JOIN_S:
            return ""
        # the same sentence again, say after the database took no write
        return last.before if said.start <= last.start else last.tail


class Privacy:
    """Masks the events of all calls."""

    def __init__(self) -> None:
        self._calls: OrderedDict[tuple[str, str], CallMask] = OrderedDict()

    def show(self, call: CallStarted, events: Sequence[AnyEvent]) -> Shown:
        """The events as they may be seen. Call it with a call's events in their order."""
        key = (call.team, call.call)
        mask = self._calls.pop(key, None) or CallMask()
        shown = tuple(mask.event(event) for event in events)
        if not any(isinstance(event, CallEnded) for event in events):
            self._calls[key] = mask
        if len(self._calls) > _CALLS:
            self._calls.popitem(last=False)
        hidden = tuple(
            event
            for event, seen in zip(events, shown, strict=True)
            if seen is not event and not (isinstance(event, Utterance) and not event.final)
        )
        return Shown(mask.started(call), shown, hidden)


def _words(words: tuple[Word, ...], before: str) -> tuple[Word, ...]:
    text = masked("".join(word.text for word in words), before=before)
    found, at = [], 0
    for word in words:
        part = text[at : at + len(word.text)]
        at += len(word.text)
        found.append(word if part == word.text else msgspec.structs.replace(word, text=part))
    return tuple(found)
