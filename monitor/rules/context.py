"""Why a phrase that was heard is no violation after all: the words around it decide.

Everything here is pure and works on folded text. An excuse says its reason in Chinese, and so does
what takes an excuse away again (double negation, rhetorical question, concession).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from monitor.rules import cues, frames
from monitor.rules.negation import Negator, reaching
from monitor.rules.pack import Excuses

ExcuseKind = Literal["negation", "question", "reported", "conditional"]

WARNING_REACH: Final = 14
"""Folded characters between a phrase and the warning that speaks of it."""

DENIAL_REACH: Final = 12
"""Folded characters between a phrase and a denial behind it."""

TAIL: Final = 24
"""Folded characters looked at behind a phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A phrase where it was heard: `text[start:end]` of a folded utterance."""

    text: str
    start: int
    end: int
    clause: tuple[int, int]
    """Bounds of the clause as punctuation gives it; the whole text when there is none."""
    taken: tuple[tuple[int, int], ...] = ()
    """Spans of other phrases heard; a negator inside one is that phrase's own."""
    quoted: bool = False
    """It stands between quotation marks, where a transcript has them."""
    asked: bool = False
    """A question mark stands at the end of the clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the context makes of a phrase. No `kind`: it stands."""

    kind: ExcuseKind | None = None
    reason: str = ""
    """Chinese, for people; also filled when an excuse was considered and refused."""


STANDS: Final = Reading()


def read(passage: Passage, flags: Excuses) -> Reading:
    """The first excuse that holds, or the reason why an apparent one does not."""
    denial = _negation(passage) if flags.negation else STANDS
    if denial.reason and denial.kind is None:
        return denial
    concession = _concession(passage)
    if denial.kind and not concession:
        return denial
    if concession:
        return Reading(reason=concession)
    if flags.reported and passage.quoted and not frames.own(passage.text, passage.start):
        return Reading(kind="reported", reason="在引号里，是引用")
    if flags.reported and (excuse := _reported(passage)):
        return excuse
    if flags.question and (excuse := _question(passage)):
        return excuse
    if flags.conditional and (excuse := _conditional(passage)):
        return excuse
    return STANDS


def denied(passage: Passage) -> bool:
    """Whether the phrase is plainly denied; for customers' words, where no rhetoric counts."""
    return _negation(passage).kind is not None


def _negation(passage: Passage) -> Reading:
    chain = reaching(passage.text, passage.clause[0], passage.start, passage.taken)
    chain = [negator for negator in chain if not _own_rhetoric(passage, negator)]
    if _is_whether(passage):
        chain = chain[1:]
    if not chain:
        return _denied_behind(passage)
    words = "、".join(f"“{negator.word}”" for negator in reversed(chain))
    if len(chain) % 2 == 0:
        return Reading(reason=f"双重否定或反问（{words}）等于肯定，仍算")
    if len(chain) == 1 and (why := _rearmed(passage, chain[0])):
        return Reading(reason=why)
    kind = "反问表示否定" if chain[0].kind == "rhetoric" else "否定词"
    return Reading(kind="negation", reason=f"{kind}{words}管到这句话")


def _own_rhetoric(passage: Passage, negator: Negator) -> bool:
    """A rhetorical opening in front of a phrase that is a rhetorical question itself."""
    own = passage.text[max(negator.end, passage.start - 2) : passage.end]
    return negator.kind == "rhetoric" and cues.OWN_RHETORIC.search(own) is not None


def _is_whether(passage: Passage) -> bool:
    """保不保本: the negator is the middle of a whether-question, not a denial."""
    text, start = passage.text, passage.start
    return start >= 2 and text[start - 1] in "不没" and text[start - 2] == text[start]


def _behind(passage: Passage) -> str:
    return passage.text[passage.end : passage.end + TAIL]


def _clause_behind(passage: Passage) -> str:
    return passage.text[passage.end : min(passage.clause[1], passage.end + TAIL)]


def _rearmed(passage: Passage, negator: Negator) -> str:
    """Why one negator alone does not excuse: only supposed, or asked to be agreed with."""
    text = passage.text
    before = text[max(0, negator.start - 4) : negator.start]
    behind = _behind(passage)
    if cues.AFTER_RHETORIC.match(behind):
        return f"“{negator.word}”只是反问的假设，意思是肯定，仍算"
    if negator.kind != "rhetoric" and cues.AFTER_COMPENSATION.match(behind):
        return f"“{negator.word}”只是承诺赔付的条件，仍算"
    particle = cues.ASKING_AFTER.match(_clause_behind(passage))
    asks = particle is not None and particle["particle"] in ("吗", "么", "嘛")
    if asks and negator.kind == "bare" and before.endswith(("能", "敢", "会", "还", "这", "可")):
        return "反问句，意思是肯定，仍算"
    if asks and negator.word.endswith("不是") and before.endswith(("这", "可", "那", "")):
        wish = cues.WISH_BEFORE.search(text[: negator.start])
        return "" if wish else "“不是……吗”是反问，意思是肯定，仍算"
    return ""


def _denied_behind(passage: Passage) -> Reading:
    behind = _behind(passage)
    unable = cues.UNABLE_AFTER.match(behind)
    if unable is not None and passage.text[passage.end - 1] not in cues.HARMS:
        return Reading(kind="negation", reason=f"后面说“{unable.group()}”，是做不到")
    match = cues.DENIED_AFTER.search(behind)
    if match is None or match.start() > DENIAL_REACH:
        return STANDS
    if cues.STARTER.search(behind[: match.start()]):
        return STANDS
    return Reading(kind="negation", reason=f"后面说“{match.group()}”，是否定")


def _concession(passage: Passage) -> str:
    """虽然合同不让写保本，但实际上没人亏过: the ban is named only to be waved aside."""
    text = passage.text
    before = text[max(0, passage.start - 16) : passage.start]
    bans = list(cues.SPEECH_BAN.finditer(before))
    ban = bans[-1] if bans else None
    if ban is None or len(before) - ban.end() > 4:
        return ""
    turn = cues.CONCESSION.search(text, passage.end, passage.end + 12)
    if turn is None:
        return ""
    rest = text[turn.start() : turn.start() + 30]
    if cues.ASSERTION.search(rest) and not cues.CAUTION.search(rest):
        return f"让步句：嘴上说“{ban.group()}”，后面又说“{rest[:10]}”，仍算"
    return ""


def _reported(passage: Passage) -> Reading | None:
    text, start = passage.text, passage.start
    low = max(0, start - 30)
    before = text[low:start]
    behind = _behind(passage)
    said = cues.REPORTED_BEFORE.finditer(text, low, min(passage.end, start + 2))
    for match in (*said, *cues.SEEN_BEFORE.finditer(before)):
        end = match.end() - low if match.string is text else match.end()
        gap = before[end:]
        told = match.group().endswith(("说", "讲"))
        ours = told and gap.startswith(("我们", "咱们", "我司", "我家"))
        praised = gap.startswith(("好", "不错", "划算", "可以", "值"))
        if len(gap) <= 10 and not ours and not praised and not cues.STARTER.search(gap):
            return Reading(kind="reported", reason=f"“{match.group()}”是转述别人的话")
    if cues.REPORTED_ALL.search(before) and cues.REPORTED_ALL_AFTER.match(behind):
        return Reading(kind="reported", reason="泛指这类说法并提醒，不是承诺")
    retold = cues.TOLD_BEFORE.search(before) and cues.TOLD_AFTER.match(behind)
    if retold or cues.ASKED_BEFORE.search(before):
        return Reading(kind="reported", reason="复述客户的问题")
    if framed := frames.opened(text, start, passage.end):
        return Reading(kind="reported", reason=framed)
    return _warned(before, behind)


def _warned(before: str, behind: str) -> Reading | None:
    for match in cues.WARNED_BEFORE.finditer(before):
        gap = before[match.end() :]
        if len(gap) <= 10 and not cues.STARTER.search(gap):
            return Reading(kind="reported", reason=f"“{match.group()}”是提醒和警示")
    after = cues.WARNED_AFTER.search(behind)
    if after is None or after.start() > WARNING_REACH:
        return None
    if cues.STARTER.search(behind[: after.start()]):
        return None
    return Reading(kind="reported", reason=f"后面说“{after.group()}”，是提醒和警示")


def _question(passage: Passage) -> Reading | None:
    text, start = passage.text, passage.start
    before = text[max(passage.clause[0], start - 16) : start]
    behind = _clause_behind(passage)
    rhetoric = cues.OWN_RHETORIC.search(text[max(0, start - 2) : passage.end])
    if rhetoric or cues.AGREE_BEFORE.search(before):
        return None
    if _is_whether(passage):
        return Reading(kind="question", reason="“是否”问句，没有下断言")
    if inside := cues.WHETHER_INSIDE.search(text, start, passage.end):
        return Reading(kind="question", reason=f"“{inside.group()}”是问句，没有下断言")
    wish = cues.WISH_BEFORE.search(before)
    asking = cues.ASKING_AFTER.match(behind)
    choice = cues.OR_ELSE.match(_behind(passage)) or behind.startswith(
        ("的话", "对吧", "是吧", "是吗")
    )
    if wish and (asking or passage.asked or choice):
        return Reading(kind="question", reason=f"“{wish.group()}”在问客户的需求或经历")
    whether = cues.ASKING_BEFORE.search(before)
    if whether and not cues.LOOK_BEFORE.search(before[: whether.start()]):
        return Reading(kind="question", reason=f"“{whether.group()}”是问句，没有下断言")
    if asking is None:
        return _marked(passage, behind)
    gap, particle = asking["gap"], asking["particle"]
    if particle not in ("吗", "么") or _is_tag(gap) or cues.NEW_SUBJECT.search(gap):
        return None
    return Reading(kind="question", reason=f"带“{particle}”的问句，没有下断言")


def _marked(passage: Passage, behind: str) -> Reading | None:
    """A question mark right behind the phrase, where a transcript has one."""
    if passage.asked and len(behind) <= 2 and not behind.startswith(("吧", "呢")):
        return Reading(kind="question", reason="问句，没有下断言")
    return None


def _is_tag(gap: str) -> bool:
    """百分百保本，您知道吗: assent is asked for, the statement stands."""
    return any(gap.endswith(tag) for tag in cues.TAGS)


def _conditional(passage: Passage) -> Reading | None:
    before = passage.text[max(0, passage.start - 14) : passage.start]
    match = cues.CONDITION_BEFORE.search(before)
    if match is None or cues.CONSEQUENCE.search(match["gap"]):
        return None
    if not cues.CONSEQUENCE_AFTER.match(_behind(passage)):
        return None
    return Reading(kind="conditional", reason="只是假设的条件，不是承诺")
