"""The held-out sets: voices that no training run has heard, saying texts that none has read.

`sentences`: natural call-centre sentences. `phrases`: every phrase of the rule book inside a
carrier that the training grammar does not contain.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from monitor.demo.training import vocabulary
from monitor.demo.training.synth import Speaker, write_shard
from monitor.demo.training.texts import PAUSE, Line, Texts, phrases, read_sentences
from monitor.demo.training.voices import held_out_take

SEED = 20_261_122
SETS = ("sentences", "phrases")
#: Said around a phrase; must not occur among the carriers of `grammar.txt`.
CARRIERS = (
    "{}",
    "跟您汇报一下情况,{}",
    "{},您可以问问身边的人",
    "关键的地方在于{}",
    "上回那位同事也提到过,{},您还有印象吗",
    "咱们长话短说,{},我就讲到这里",
    "请您注意听,{}",
    "{},这是我个人的看法",
    "{},下午三点前回我电话",
)


def lines(name: str) -> Iterator[Line]:
    """The texts of a set, always the same."""
    texts = read_sentences("sentences_heldout.txt") if name == "sentences" else _carried()
    known = vocabulary.load().knows
    for text in texts:
        if known(text):
            yield Line(text=text, spoken=text)


def _carried() -> list[str]:
    rng = random.Random(SEED)
    fill = Texts(rng).expand
    listed = [p for section in phrases().values() for p in section]
    rng.shuffle(listed)
    return [PAUSE.sub(",", rng.choice(CARRIERS).format(fill(p))) for p in listed]


def speak(folder: Path, name: str) -> Path:
    """Speak a set into a shard in `folder`, if it is not there yet; returns its stem."""
    stem = folder / f"heldout-{name}"
    if not stem.with_suffix(".jsonl").exists():
        folder.mkdir(parents=True, exist_ok=True)
        rng = random.Random(SEED)
        write_shard(stem, list(lines(name)), Speaker(), lambda: held_out_take(rng))
    return stem
