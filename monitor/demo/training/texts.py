"""What the voices say: call-centre talk, rule phrases among look-alikes, and random words.

Random dictionary words teach sound; sentences teach the way calls go. Rule phrases are always
outnumbered by neutral text, look-alikes, negations and questions, so that the decoder does not
learn to expect them.
"""

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from monitor.demo.training import packs, vocabulary

HERE = Path(__file__).parent
SLOT = re.compile(r"\{([^{}]+)\}")
PAUSE = re.compile("[，、；：。？！,;:?!]+")
DICTIONARY_WORDS = 30_000
LONGEST_CHARS = 48
RULES = 0.13


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A text to be recognised, and how it is written for the speech synthesiser."""

    text: str
    spoken: str


@cache
def grammar() -> dict[str, tuple[str, ...]]:
    """Symbol → alternatives, from lines `symbol = one | {other} | …` of `grammar.txt`."""
    rules: dict[str, tuple[str, ...]] = {}
    for row in (HERE / "grammar.txt").read_text(encoding="utf-8").splitlines():
        name, _, right = row.partition(" = ")
        if right:
            rules[name] = rules.get(name, ()) + tuple(a.strip() for a in right.split(" | "))
    return rules


@cache
def phrases(name: str = "phrases.txt") -> Mapping[str, Sequence[str]]:
    """Section → phrases of a file: rule phrases, look-alikes, disclosures, customers, terms.

    `phrases.txt` is the draft rule book; `phrases_packs.txt` the examples of the rule packs.
    """
    sections: dict[str, list[str]] = {}
    section = ""
    for row in (HERE / name).read_text(encoding="utf-8").splitlines():
        if row.startswith("["):
            section = row.strip("[]")
        elif row:
            sections.setdefault(section, []).append(row)
    return {k: tuple(v) for k, v in sections.items()}


def read_sentences(name: str) -> list[str]:
    """Sentences of a data file here, one a line, with the comma as the only mark."""
    rows = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [PAUSE.sub(",", row.strip()).strip(",") for row in rows if row.strip()]


@cache
def sentences() -> tuple[str, ...]:
    """The natural sentences of the training files whose characters all have tokens."""
    files = ("sentences.txt", "sentences_more.txt")
    known = vocabulary.load().knows
    return tuple(s for f in files if (HERE / f).exists() for s in read_sentences(f) if known(s))


@cache
def dictionary() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """jieba's most frequent words and their cumulative weights (square root of frequency)."""
    import jieba

    known = vocabulary.load().knows
    counted: list[tuple[int, str]] = []
    path = Path(jieba.__file__).with_name("dict.txt")
    for row in path.read_text(encoding="utf-8").splitlines():
        word, count, *_ = row.split(" ")
        if re.fullmatch("[一-龥]{1,5}", word) and known(word):
            counted.append((int(count), word))
    counted.sort(reverse=True)
    top = counted[:DICTIONARY_WORDS]
    weights = itertools.accumulate(count**0.5 for count, _ in top)
    return tuple(word for _, word in top), tuple(weights)


class Texts:
    """An endless, seeded source of lines, of which `rules` (0-1) hold listed phrases."""

    def __init__(self, rng: random.Random, rules: float = RULES) -> None:
        self._rng = rng
        self._known = vocabulary.load().knows
        plain = {
            self._words: 0.26,
            self._sentence: 0.27,
            self._spliced: 0.10,
            self._talk: 0.10,
            self._opening: 0.09,
            self._reply: 0.05,
        }
        scale = (1 - rules) / sum(plain.values())
        self._kinds = {k: v * scale for k, v in plain.items()} | {self._phrase: rules}

    def line(self) -> Line:
        while True:
            kind = self._rng.choices(list(self._kinds), weights=list(self._kinds.values()))[0]
            text = PAUSE.sub(",", kind()).strip(",")
            if 0 < len(text) <= LONGEST_CHARS and self._known(text):
                return self._written(text)

    def lines(self, count: int) -> Iterator[Line]:
        return (self.line() for _ in range(count))

    def _written(self, text: str) -> Line:
        """Vary the marks: a pause may be a full stop, none at all, or a question at the end."""
        chance = self._rng.random()
        if chance < 0.1:
            text = text.replace(",", "")
        spoken = text
        if 0.1 < chance < 0.2:
            spoken = text.replace(",", "。")
        if 0.2 < chance < 0.35:
            spoken += self._rng.choice("。？！")
        return Line(text=text, spoken=spoken)

    def expand(self, text: str) -> str:
        """Fill the slots `{symbol}` of a pattern; `{词}` is a dictionary word."""
        while slot := SLOT.search(text):
            text = text[: slot.start()] + self._slot(slot.group(1)) + text[slot.end() :]
        return text

    def _slot(self, name: str) -> str:
        if name == "词":
            return self._word()
        if name == "句子":
            return self._any_phrase()
        return self._rng.choice(grammar()[name])

    def _word(self) -> str:
        words, weights = dictionary()
        return self._rng.choices(words, cum_weights=weights)[0]

    def _words(self) -> str:
        out = ""
        for _ in range(self._rng.randint(1, 9)):
            out += self._word()
            if self._rng.random() < 0.12:
                out += ","
        return out

    def _sentence(self) -> str:
        """A natural sentence; sometimes two, or one with a word exchanged for a random one."""
        rng = self._rng
        text = rng.choice(sentences())
        chance = rng.random()
        if chance < 0.15:
            text += "," + rng.choice(sentences())
        elif chance < 0.35:
            at = rng.randint(0, len(text))
            text = text[:at] + self._word() + text[at + rng.randint(0, 3) :]
        return text

    def _spliced(self) -> str:
        """Clauses of different sentences: real wording, unforeseeable order."""
        clauses = [
            self._rng.choice(self._rng.choice(sentences()).split(","))
            for _ in range(self._rng.randint(2, 4))
        ]
        return self._rng.choice(("", ",")).join(clauses)

    def _talk(self) -> str:
        return self.expand(self._rng.choice(grammar()["句"]))

    def _opening(self) -> str:
        rng = self._rng
        name = rng.choice(("开场", "开场", "开场", "数据", "数据", "结束", "机构"))
        return self.expand("{" + name + "}")

    def _reply(self) -> str:
        if self._rng.random() < 0.5:
            return self.expand("{应答}")
        return self.expand(self._rng.choice(phrases()["customer"]))

    def _any_phrase(self) -> str:
        """A listed phrase; rule phrases are the smaller part."""
        source = self._rng.choice(("phrases.txt", "phrases_packs.txt", ""))
        sections = phrases(source) if source else packs.bundled()
        names = ("violation", "lookalike", "disclosure", "near_miss", "customer", "term")
        name = self._rng.choices(names, weights=(0.28, 0.24, 0.16, 0.06, 0.07, 0.19))[0]
        return self.expand(self._rng.choice(sections.get(name, sections["lookalike"])))

    def _phrase(self) -> str:
        """A listed phrase alone, in a carrier, with another one, or questioned."""
        rng = self._rng
        text = self._any_phrase()
        chance = rng.random()
        if chance < 0.15:
            return text
        if chance < 0.3:
            return self.expand(rng.choice(grammar()["疑问"]))
        if chance < 0.45:
            other = rng.choice((self._any_phrase(), rng.choice(sentences())))
            return rng.choice((f"{text},{other}", f"{other},{text}", text + other))
        before = self.expand("{前}") if rng.random() < 0.65 else ""
        after = self.expand("{后}") if rng.random() < 0.6 else ""
        if rng.random() < 0.2:
            before += self._word()
        return before + text + after
