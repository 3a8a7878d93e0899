"""Phrases in text that a recogniser was not sure of: a syllable may be another that is like it.

健康告知全部选否 as 健康告知全部选走. Characters of low confidence
may stand for any character of like sound; all others must sound the same. Of 246 spoken violations
in voices and texts unknown to the bundled recogniser this finds 73.2 % instead of 68.7 %, and it
raises none of 300 look-alikes that was not raised before (ADR 29).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from monitor.rules.earshot import SURE, distance
from monitor.rules.spans import Span
from monitor.rules.vocabulary import Wording
from monitor.text.fold import Folded, plain

if TYPE_CHECKING:
    from monitor.events import Utterance
    from monitor.rules.turns import Piece

DOUBT: Final = 0.9
"""Probability of a character below which the recogniser may have misheard it."""
SAME: Final = 0.2
"""Distance of syllables up to which they are one sound (`earshot.distance`)."""
CLOSE: Final = 0.25
"""The same for sounds that are easily taken for one another: an and ang, i and ui."""
FAR: Final = 0.5
"""The farthest: either the initial or the final is another."""
LEAST: Final = 5
"""Syllables of a phrase that may be met so; one more when a syllable is `FAR`."""
PART: Final = 3
"""Syllables of a part in which one may be `CLOSE`; one more for `FAR`. 恒信 is not 征信."""
BETWEEN: Final = 2
"""Characters between the parts altogether."""
GUESSED: Final = 3
"""Number of the level of such a hit, after exact, normalised and homophone."""


class _Node(dict[str, "_Node"]):
    """What may follow."""

    __slots__ = ()


class Ear:
    """The words of the packs as a tree, walked along a text with some tolerance."""

    def __init__(self, wordings: Iterable[Wording]) -> None:
        self._root = _Node()
        self._ends: dict[int, Wording] = {}
        """The words that end at a node, by its `id`: most nodes have none."""
        self._like: dict[str, list[tuple[_Node, float]]] = {}
        for wording in wordings:
            if wording.near:
                self._plant(wording)

    def hear(self, text: str, doubtful: Sequence[bool]) -> Iterator[tuple[Wording, Span, int]]:
        """Words that may have been said, their place, and how many characters differ."""
        for start, said in enumerate(text):
            node = self._root.get(said)
            if node is not None:
                yield from self._walk(node, text, doubtful, (start, start + 1), 0, False)
            if not doubtful[start]:
                continue
            after = text[start + 1 : start + 2]
            for node, apart in self._beginnings(said):
                # nearly all beginnings lead nowhere: a far one needs the next character as it is
                if apart <= CLOSE or after in node:
                    off = apart > SAME
                    yield from self._walk(node, text, doubtful, (start, start + 1), 1, off)

    def _walk(
        self,
        node: _Node,
        text: str,
        doubtful: Sequence[bool],
        span: Span,
        changed: int,
        off: bool,
    ) -> Iterator[tuple[Wording, Span, int]]:
        """Words below a node; `off`: a syllable was another already."""
        start, at = span
        if changed and (wording := self._ends.get(id(node))) is not None:
            yield wording, span, changed
        if at == len(text):
            return
        said, wider = text[at], (start, at + 1)
        after = node.get(said)
        if after is not None:
            yield from self._walk(after, text, doubtful, wider, changed, off)
        if not doubtful[at]:
            return
        for character, other in node.items():
            if character == said:
                continue
            apart = distance(character, said)
            if apart <= (SAME if off else FAR):
                far = off or apart > SAME
                yield from self._walk(other, text, doubtful, wider, changed + 1, far)

    def _plant(self, wording: Wording) -> None:
        node = self._root
        for character in wording.text:
            after = node.get(character)
            if after is None:
                after = node[character] = _Node()
            node = after
        self._ends[id(node)] = wording

    def _beginnings(self, said: str) -> list[tuple[_Node, float]]:
        """Words that begin with another character that this one may stand for."""
        known = self._like.get(said)
        if known is None:
            apart = ((node, distance(one, said)) for one, node in self._root.items() if one != said)
            known = self._like[said] = [one for one in apart if one[1] <= FAR]
        return known


def doubts(folded: Folded, pieces: Iterable[Piece]) -> list[bool] | None:
    """For each folded character whether it may have been misheard; None where nothing was."""
    original: list[bool] = []
    for piece in pieces:
        original += _doubtful(piece.utterance)[piece.skipped :]
    return [original[start] for start in folded.starts] if any(original) else None


def _doubtful(utterance: Utterance) -> list[bool]:
    whole = utterance.confidence
    if whole is None or whole >= SURE:
        return [False] * len(utterance.text)
    marks = [whole < DOUBT] * len(utterance.text)
    cursor = 0
    for word in utterance.words:
        text = word.text.strip()
        at = utterance.text.find(text, cursor) if text and word.confidence is not None else -1
        if at >= 0 and word.confidence is not None:
            cursor = at + len(text)
            marks[at:cursor] = [word.confidence < DOUBT] * len(text)
    return marks


def plausible(text: str, parts: Sequence[Span], phrase: str) -> bool:
    """Whether the parts of a hit together are near enough to the words of the pack.

    `phrase` is as in `Hit.phrase`. One syllable may be another; the shorter the phrase and the
    part, the closer it must be. Little may stand between the parts.
    """
    if "{" in phrase:  # a name in a slot says nothing about how near the rest is
        return False
    said = "".join(text[start:end] for start, end in parts)
    meant = plain(phrase.replace("…", ""))
    if len(said) != len(meant) or len(said) < LEAST:
        return False
    if parts[-1][1] - parts[0][0] > len(said) + BETWEEN:
        return False
    apart = [(one, at) for at, one in enumerate(map(distance, said, meant)) if one > SAME]
    changed = sum(one != other for one, other in zip(said, meant, strict=True))
    if not apart:
        return changed * 2 <= len(said)
    size = _part_of(parts, apart[0][1])
    if changed > 1 or size < PART:
        return False
    return apart[0][0] <= CLOSE or (size > PART and len(said) > LEAST)


def _part_of(parts: Sequence[Span], at: int) -> int:
    """Length of the part that holds character `at` of all of them."""
    for start, end in parts:
        if at < end - start:
            return end - start
        at -= end - start
    return 0
