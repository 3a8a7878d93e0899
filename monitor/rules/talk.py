"""How people talk rather than what they say: pace, talking over, interrupting, silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from monitor.rules import expr as ex
from monitor.types import Role

if TYPE_CHECKING:
    from monitor.rules.turns import Memory, Turn

CUT_IN_S: Final = 0.3
"""Seconds the other has spoken, and would still speak, for a start to be an interruption."""

LOOK_BACK_S: Final = 30.0
"""Seconds before a turn in which overlapping turns are looked for; segments are shorter."""

MAX_TURN_S: Final = 1.0
"""Seconds below which a turn is a backchannel (嗯, 对) and no talking over."""


def noticed(
    expr: ex.SpeechRate | ex.TalkOver | ex.Interruption,
    turn: Turn,
    memory: Memory,
    roles: frozenset[Role],
) -> str:
    """What was noticed with this turn, in Chinese; empty for nothing."""
    if isinstance(expr, ex.SpeechRate):
        return _rate(expr, turn) if turn.role in roles else ""
    if isinstance(expr, ex.TalkOver):
        longest = max((s for _, s in _overlaps(turn, memory, roles)), default=0.0)
        return f"抢话重叠 {longest:.1f} 秒" if longest > expr.over_s else ""
    return _interruptions(expr, turn, memory, roles)


def _rate(expr: ex.SpeechRate, turn: Turn) -> str:
    spoken = len(turn.folded.text) - turn.fresh
    seconds = turn.end - turn.start
    if spoken < expr.min_chars or seconds <= 0:
        return ""
    rate = spoken * 60 / seconds
    return f"语速每分钟 {rate:.0f} 字" if rate > expr.over_cpm else ""


def _overlaps(turn: Turn, memory: Memory, roles: frozenset[Role]) -> list[tuple[Turn, float]]:
    """Turns of the roles that began inside another's turn, with the seconds of both speaking.

    Only pairs with this turn in them: the one that ends later is heard later.
    """
    found = []
    for other in memory.since(turn.start - LOOK_BACK_S):
        if other is turn or other.role == turn.role:
            continue
        first, second = (other, turn) if other.start <= turn.start else (turn, other)
        both = min(first.end, second.end) - second.start
        cuts_in = second.start - first.start >= CUT_IN_S and both >= CUT_IN_S
        long = second.end - second.start >= MAX_TURN_S
        if second.role in roles and cuts_in and long:
            found.append((second, both))
    return found


def _interruptions(
    expr: ex.Interruption, turn: Turn, memory: Memory, roles: frozenset[Role]
) -> str:
    if not _overlaps(turn, memory, roles):
        return ""
    since = turn.end - expr.within_s if expr.within_s is not None else 0.0
    numbers: set[int] = set()
    for one in memory.since(since):
        numbers.update(cut.number for cut, _ in _overlaps(one, memory, roles))
    return f"打断客户 {len(numbers)} 次" if len(numbers) >= expr.times else ""
