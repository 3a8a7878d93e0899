"""When a character was said: from the word times, or evenly over the utterance without them."""

from __future__ import annotations

from monitor.events import Utterance

Span = tuple[float, float]


def instants(utterance: Utterance) -> list[Span]:
    """Seconds of media time (start, end) for each character of `utterance.text`.

    Word times are used where the words are found in the text in order; what lies between them
    (punctuation, a word the recogniser did not time) is spread over the time between.
    """
    count = len(utterance.text)
    if not utterance.words:
        return _even(count, utterance.start, utterance.end)
    spans: list[Span | None] = [None] * count
    cursor = 0
    for word in utterance.words:
        text = word.text.strip()
        at = utterance.text.find(text, cursor) if text else -1
        if at < 0:
            continue
        spans[at : at + len(text)] = _even(len(text), word.start, word.end)
        cursor = at + len(text)
    return _filled(spans, utterance.start, utterance.end)


def _even(count: int, start: float, end: float) -> list[Span]:
    step = (end - start) / count if count else 0.0
    return [(start + i * step, start + (i + 1) * step) for i in range(count)]


def _filled(spans: list[Span | None], start: float, end: float) -> list[Span]:
    """Gaps spread evenly between their neighbours."""
    full: list[Span] = []
    at = start
    index = 0
    while index < len(spans):
        span = spans[index]
        if span is not None:
            full.append(span)
            at = span[1]
            index += 1
            continue
        stop = index
        while stop < len(spans) and spans[stop] is None:
            stop += 1
        after = spans[stop] if stop < len(spans) else None
        full.extend(_even(stop - index, at, max(at, after[0] if after else end)))
        index = stop
    return full
