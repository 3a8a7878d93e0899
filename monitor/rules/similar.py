"""Likeness to known violations: suspicion for what no list of phrases holds, never more.

The model lies beside the pack that asks for it or in a folder `similar` there; else the bundled
one is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor.rules import cues, frames, similar_model
from monitor.rules.similar_model import SHOWN, Model, Score

if TYPE_CHECKING:
    from monitor.rules.expr import Similar
    from monitor.rules.turns import Turn
    from monitor.text.fold import Folded

FOLDER: Final = "similar"
FILE: Final = "model.npz"

SHORTEST: Final = 6
"""Folded characters; a shorter utterance says too little."""
WHOLE: Final = 30
"""Longer utterances are also looked at part by part."""
PART: Final = 24
STEP: Final = 12
LONGEST: Final = 120
"""Characters from which an utterance as a whole is like everything and nothing."""
LOOKED_AT: Final = 6
"""Parts of one utterance that are scored; a segment of speech has no more, a loop has hundreds."""

LEAST: Final = 6
"""Characters of an utterance below which everything is like something: 任何人包过."""
SURE: Final = 0.9
"""Recogniser confidence below which nothing is noticed: the scorer learned from written text, and
likeness to misheard words is likeness to nothing that was said."""

_DISOWNED: Final = re.compile(
    "(?:我|我们)?(?:(?:并)?不是(?:说|讲)|没(?:有)?(?:人)?说|不代表|不等于|没人要)"
    "|(?:先生|女士|大哥|哥|大姐|姐|阿姨|叔叔?|大爷|大妈)?(?:这|那)(?:可|个|款)?不是(?:存钱|存款|储蓄|理财|银行)"
    "|(?:您|你)(?:刚才|刚刚|之前)?说(?:的)?(?:听|他们|之前|朋友|别人|业务员|上次|上回|有人|人家)"
)
"""Openings that take back the whole sentence, however far the words are that are like one."""
_DISSUADED: Final = re.compile(
    "不(?:劝|建议|主张|鼓励)(?:您|你)?(?:现在|轻易|急着)?退"
    "|(?:验证码|密码|卡号|身份证|账号)[^但我]{0,6}?(?:千万)?(?:别|不要|不能|切勿|请勿)(?:再|随便)?(?:念|给|报|告诉|发|说|透露|转)"
    "|(?:不会|不)(?:再|换)[^但]{0,8}?(?:打给您|打扰您|打电话|联系您|往下讲)"
)
"""The opposite of such talk, anywhere: do not give it up, tell nobody, no more calls."""

FLOOR: Final = 0.55
"""Least score that raises anything, whatever a model card says. Of eight authors left out in turn,
0.5 raised 313 rightly and 32 wrongly, 0.55 298 and 23, 0.6 270 and 15, 0.7 220 and 7."""

_STRONG: Final = 0.25
"""Share of the largest contribution from which a feature is named as a reason."""
_PART_OF: Final = 0.08
"""The same share from which it belongs to the passage, whose context may excuse it."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The part of a turn that is like violations of a category. Positions are folded."""

    start: int
    end: int
    words: str
    """What speaks for it, in words."""


def model_for(file: str) -> Model:
    """The model of the pack in this file; raises BadLexicon."""
    from monitor.rules.lexicon import bundled_folder

    folder = Path(file).parent
    places = [folder / FOLDER / FILE, folder / FILE] if file else []
    bundled = bundled_folder() / FOLDER / FILE
    path = next((place for place in places if place.is_file()), bundled)
    return _loaded(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=4)
def _loaded(path: Path, _: int) -> Model:
    return similar_model.load(path)


def noticed(asked: Similar, turn: Turn, model: Model) -> Likeness | None:
    """The likeness of what a turn adds, where it is at the threshold or above it."""
    place, quality = model.place(asked.category), model.quality(asked.category)
    if place is None or quality is None or not _tells(turn):
        return None
    if _disowned(turn.folded.text, turn.fresh):
        return None
    over = max(quality.threshold, FLOOR) if asked.over is None else asked.over
    scores = _scores(turn, model, min(over, _least(model)))
    best = max(scores, key=lambda one: one.values[place], default=None)
    if best is None or best.values[place] < over:
        return None
    return likeness(best, place, turn.folded, model)


def _tells(turn: Turn) -> bool:
    """Whether what a turn adds was heard well and is long enough to be like something."""
    confidence = turn.utterance.confidence
    misheard = confidence is not None and confidence < SURE
    return not misheard and len(turn.folded.text) - turn.fresh >= LEAST


def _disowned(text: str, start: int) -> bool:
    """Whether what begins here says from its first words that it is somebody else's, or untrue."""
    reported = cues.REPORTED_BEFORE.match(text, start)
    disowned = _DISOWNED.match(text, start) or _DISSUADED.search(text, start)
    return reported is not None or disowned is not None or frames.whole(text, start)


def likeness(score: Score, place: int, folded: Folded, model: Model) -> Likeness:
    """Which words of a text make it like the category in this column."""
    reasons = model.reasons(score, place)
    strong = [index for part, index in reasons if part >= _STRONG * reasons[0][0]]
    part_of = [index for part, index in reasons if part >= _PART_OF * reasons[0][0]]
    spans = [score.spans[index] for index in part_of] or list(score.spans)
    shown: list[str] = []
    for index in strong:
        word = folded.text[slice(*score.spans[index])]
        if len(word) > 1 and not any(word in one or one in word for one in shown):
            shown.append(word)
        if len(shown) == SHOWN:
            break
    low, high = min(start for start, _ in spans), max(end for _, end in spans)
    return Likeness(low, high, "、".join(shown) or folded.text[low:high])


def note(model: Model, category: str) -> str:
    """What an alert says of the scorer and of how often it is right, in Chinese."""
    quality = model.quality(category)
    if quality is None or not quality.raised:
        return "由相似度模型提示，只供质检参考"
    return f"由相似度模型提示（该类交叉验证准确率 {quality.precision:.0%}），最高按中风险处理"


def parts(low: int, high: int) -> list[tuple[int, int]]:
    """The stretches to score: all of it, and overlapping parts where it is long."""
    if high - low < SHORTEST:
        return []
    found = [(low, high)] if high - low <= LONGEST else []
    if high - low > WHOLE:
        found += [(at, min(high, at + PART)) for at in range(low, high - STEP, STEP)]
    return found


def suspicious(turn: Turn, model: Model, over: float | None = None) -> bool:
    """Whether what a turn adds is like anything at all: asked before it is asked of what."""
    least = _least(model) if over is None else min(over, _least(model))
    return _tells(turn) and bool(_scores(turn, model, least))


def _least(model: Model) -> float:
    """What is less like a violation than this raises nothing."""
    return max(model.least, FLOOR)


def _scores(turn: Turn, model: Model, least: float) -> tuple[Score, ...]:
    """The scores of the parts of a turn that reach `least`, made once for all rules."""
    kept = turn.likeness
    if kept is None and model.senseless(turn.folded.text):
        kept = turn.likeness = (model, 0.0, ())
    if kept is None or kept[0] is not model or kept[1] > least:
        folded, extractor = turn.folded, model.extractor
        made = tuple(
            model.score(extractor.of(folded, *part))
            for part in _telling(folded.text, parts(turn.fresh, len(folded.text)), model)
            if model.sure(extractor.names(folded, *part)) >= least
        )
        kept = (model, least, made)
        turn.likeness = kept
    return kept[2]


def _telling(text: str, found: list[tuple[int, int]], model: Model) -> list[tuple[int, int]]:
    """Of many parts those that hold most of what speaks for a violation."""
    if len(found) <= LOOKED_AT:
        return found
    low = found[0][0]
    sums = list(accumulate(model.pulls(text[low:]), initial=0.0))
    found.sort(key=lambda part: (sums[part[0] - low] - sums[part[1] - low], part))
    return sorted(found[:LOOKED_AT])
