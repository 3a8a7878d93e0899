"""What the rules make of one sentence, for people who write packs."""

from __future__ import annotations

from rich.console import Console

from monitor.events import CallStarted, encode
from monitor.rules.engine import CallJudge
from monitor.rules.examples import turns, utterances
from monitor.rules.ruleset import RuleSet
from monitor.rules.trial import Dropped
from monitor.text.fold import fold
from monitor.types import Role


def show(text: str, call: CallStarted, rules: RuleSet, role: Role) -> None:
    """Print each turn: its folded text, the phrases in it, what was removed, what it caused."""
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"packs: {rules.pack_names}  industry: {rules.industry}", markup=False)
    dropped: list[Dropped] = []
    judge = CallJudge(call, rules, dropped=dropped)
    judge.advance(0.001)
    for utterance in utterances(turns(text, role), call=call.call):
        folded = fold(utterance.text)
        out.print(f"{utterance.channel.value}: {folded.text}", markup=False)
        for number, hits in sorted(rules.hits(folded).items()):
            for hit in hits:
                words = folded.quote(hit.start, hit.end)
                source = rules.patterns[number].source
                out.print(f"  phrase {source} [{hit.level}] “{words}”", markup=False)
        dropped.clear()
        caused = [*judge.advance(utterance.start), *judge.hear(utterance)]
        for one in dict.fromkeys(dropped):
            out.print(f"  removed {one.rule} “{one.quote}”: {one.reason}", markup=False)
        for event in caused:
            out.print(f"  -> {encode(event).decode()}", markup=False)
