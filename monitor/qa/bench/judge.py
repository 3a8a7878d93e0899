"""How long the judge takes: for an utterance, for nonsense, to load packs and to refuse traps.

Everything is made by seeded generators, so that two machines measure the same. A run is the best
of several tries back to back, because a shared machine adds time and never takes any away.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from monitor.errors import BadLexicon
from monitor.events import CallStarted, Utterance
from monitor.rules.engine import CallJudge
from monitor.rules.load import load_pack, pack_from
from monitor.rules.pack import Excuses, Pack
from monitor.rules.ruleset import RuleSet
from monitor.rules.trial import Court
from monitor.rules.turns import Memory, Turn
from monitor.text.fold import join
from monitor.types import Role

SEED: Final = 20261122
UTTERANCES: Final = 100
LENGTH: Final = 30
"""Characters of an utterance."""
TRIES: Final = 5
CALL: Final = CallStarted(call="bench", industry="wealth")

_SALES: Final = """
保证 绝对 肯定 百分百 稳赚 本金 收益 利息 风险 内部 名额 最后 今天 停售 涨价
返现 免费 赠送 央行 公安 法院 起诉 上门 家人 征信 贷款 额度 秒批 抵押 根治
治愈 神药 押题 包过 录取 低价 第一 独家 专供 银行 存款 一样 安全 刚兑 年化
高额 回报 翻倍 翻番 资产 原始股 下线 佣金 回扣 名师 保底 兜底 随时 放款 到账
"""
_SPEECH: Final = """
您好这里是江海银行的客服 我姓王工号是八零二 打扰您一分钟可以吗 给您介绍一下我们新出的理财产品
这款产品的期限是九十天 业绩比较基准是百分之三点二 产品有风险投资需谨慎 您之前有没有买过类似的产品
那个费用的话呢是按年收取的 如果您方便的话我加您 稍后给您发一份产品说明书 您看明天上午十点方便吗
这个活动到月底结束 我们这边会有专人跟您联系 好的那就先不打扰您了 祝您生活愉快再见
就是说每个月存一千块钱 嗯我明白您的意思 您可以登录手机银行查看 合同里面写得很清楚
不保证本金也不承诺收益 您要是不需要我就不再打了
"""
_WORDS: Final = tuple(_SALES.split())
_CLAUSES: Final = tuple(_SPEECH.split())


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: what was measured, and every run of it in microseconds."""

    name: str
    runs: tuple[float, ...]

    @property
    def median_us(self) -> float:
        return median(self.runs)


def pack_text(phrases: int) -> str:
    """A pack of this many different phrases of four to twelve characters, 50 to a rule."""
    draw = random.Random(SEED)
    seen: dict[str, None] = {}
    while len(seen) < phrases:
        seen["".join(draw.choices(_WORDS, k=draw.randint(2, 5)))[:12]] = None
    rows = ["pack: bench\nversion: 1\ntitle: bench\nindustries: all\nrules:\n"]
    for number, phrase in enumerate(seen):
        if number % 50 == 0:
            rows.append(
                f"  - id: r{number}\n    category: absolute_claim\n    title: bench\n"
                "    severity: low\n    match:\n"
            )
        rows.append(f"      - {phrase}\n")
    return "".join(rows)


def texts(count: int = UTTERANCES) -> list[str]:
    """Agents' speech, one in ten with words of the packs in it, each of `LENGTH` characters."""
    draw = random.Random(SEED)
    made = []
    for number in range(count):
        text = "".join(draw.sample(_CLAUSES, 4))
        if number % 10 == 0:
            text = "".join(draw.choices(_WORDS, k=3)) + text
        made.append(text[:LENGTH])
    return made


def nonsense() -> dict[str, str]:
    """2,000 characters that mean nothing, and what a failing recogniser repeats."""
    draw = random.Random(SEED)
    han = [bytes((0xB0 + at // 94, 0xA1 + at % 94)).decode("gb2312") for at in range(3_700)]
    common = "".join(_CLAUSES) + "".join(_WORDS)
    return {
        "2,000 characters at random": "".join(draw.choices(han, k=2_000)),
        "2,000 characters of speech at random": "".join(draw.choices(common, k=2_000)),
        "loop of two characters": "保本" * 1_000,
        "loop of nine characters": "这个产品百分百保本" * 222,
        "loop of numerals": "一个" * 1_000,
        "loop of one character": "一" * 2_000,
    }


def utterances(packs: Sequence[Pack], name: str) -> list[Timing]:
    """An utterance through fold, automata and context; and through all that the judge does."""
    rules = RuleSet.for_call(packs, CALL)
    judges = [_utterance(text) for text in texts()]
    return [
        Timing(
            name=f"{name}: fold, automata, context",
            runs=tuple(_best(partial(_read, rules, one)) for one in judges),
        ),
        Timing(name=f"{name}: whole judgement", runs=tuple(_heard(rules, one) for one in judges)),
    ]


def everything(folder: Path, packs: Sequence[Pack], runs: int) -> Iterator[Timing]:
    """All figures, one after the other; `folder` is for generated packs."""
    for count in (10_000, 50_000):
        path = folder / f"{count}.yaml"
        path.write_text(pack_text(count), encoding="utf-8")
        yield from utterances((load_pack(path),), f"{count:,} phrases")
    yield from utterances(packs, "bundled packs")
    yield from degenerate(packs)
    yield loading(folder / "50000.yaml", runs)
    yield from traps(folder)


def degenerate(packs: Sequence[Pack]) -> list[Timing]:
    """The whole judgement of each of `nonsense`."""
    rules = RuleSet.for_call(packs, CALL)
    return [
        Timing(name=name, runs=(_heard(rules, _utterance(text)),))
        for name, text in nonsense().items()
    ]


def loading(path: Path, runs: int) -> Timing:
    """From the file to a rule set that judges."""

    def load() -> None:
        pack_from.cache_clear()  # a pack that was read before is only looked up
        RuleSet.for_call((load_pack(path),), CALL)

    return Timing(name="load 50,000 phrases", runs=tuple(_best(load, 1) for _ in range(runs)))


def traps(folder: Path) -> list[Timing]:
    """Packs that must be refused, each with file and line, and how long that takes."""
    found = []
    for name, raw in _traps().items():
        path = folder / "trap.yaml"
        path.write_bytes(raw)
        runs = tuple(_best(partial(_refused, path), 1) for _ in range(3))
        found.append(Timing(name=f"refuse {name}", runs=runs))
    return found


def _traps() -> dict[str, bytes]:
    head = "pack: trap\nversion: 1\ntitle: t\nindustries: all\n"
    rule = "  - {id: one, category: pestering, title: t, severity: low, match: 保本的}\n"
    nested = "".join(f"  - {'哈' * (at % 8 + 2)}\n" for at in range(100_000))
    bomb = "lists:\n  a: &a [x, x]\n" + "".join(f"  b{at}: [*a, *a]\n" for at in range(30))
    return {
        "a line of 1 MB": f"{head}# {'x' * 1_000_000}\n".encode(),
        "100,000 nested phrases": f"{head}allow:\n{nested}".encode(),
        "100,000 brackets": f"{head}allow: {'[' * 100_000}\n".encode(),
        "bytes that are no UTF-8": head.encode() + b"description: \xff\xfe\n",
        "a YAML bomb": (head + bomb).encode(),
        "an id given twice": f"{head}rules:\n{rule}{rule}".encode(),
        "an unknown field": f"{head}colour: red\n".encode(),
    }


def _refused(path: Path) -> None:
    try:
        load_pack(path)
    except BadLexicon as fault:
        if fault.line is None:
            raise
        return
    raise BadLexicon("not_refused", "a trap was taken for a pack", file=str(path))


def _read(rules: RuleSet, utterance: Utterance) -> None:
    folded = join("", utterance.text)
    turn = Turn(
        number=0,
        utterance=utterance,
        pieces=(),
        folded=folded,
        fresh=0,
        hits=rules.hits(folded),
    )
    court = Court(rules, Memory())
    for hits in turn.hits.values():
        for hit in hits:
            court.reading(turn, hit.start, hit.end, Excuses())


def _heard(rules: RuleSet, utterance: Utterance) -> float:
    times = []
    for _ in range(TRIES):
        judge = CallJudge(CALL, rules)
        judge.advance(0.001)
        began = time.perf_counter_ns()
        judge.hear(utterance)
        times.append((time.perf_counter_ns() - began) / 1_000)
    return round(min(times), 1)


def _best(task: Callable[[], None], tries: int = TRIES) -> float:
    times = []
    for _ in range(tries):
        began = time.perf_counter_ns()
        task()
        times.append((time.perf_counter_ns() - began) / 1_000)
    return round(min(times), 1)


def _utterance(text: str) -> Utterance:
    seconds = 1 + len(text) / 4.5
    return Utterance(call=CALL.call, channel=Role.AGENT, start=1, end=seconds, text=text)
