"""Random calls in voices and words that nothing was trained or tuned on, to measure recall by."""

from __future__ import annotations

import random
import re
from importlib.resources import files
from typing import Any

import msgspec
from ruamel.yaml import YAML

from monitor.demo.script import CallScript, Casting, Turn, Wanted
from monitor.demo.training.voices import HELD_OUT
from monitor.types import Business, Industry, Role

COMPLIANT_SHARE = 0.4
"""Share of calls without any violation: what must stay silent."""

PHRASE_TOLERANCE_S = 2.0
"""The marks in the texts are a writer's, not a pack's: a phrase may begin a few words elsewhere."""

_DIGITS = "零一二三四五六七八九"
_MARK = re.compile(r"<([^>]+)>")


class Texts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`heldout_calls.yaml`."""

    companies: dict[str, list[str]]
    people: list[str]
    jobs: dict[str, list[str]]
    greetings: list[str]
    companies_said: list[str]
    identities_said: list[str]
    purposes: dict[str, list[str]]
    customer_greets: list[str]
    customer_replies: list[str]
    customer_ends: list[str]
    closings: list[str]
    compliant: dict[str, list[str]]
    violations: dict[str, list[str]]
    industries: dict[str, list[str]]


def load_texts() -> Texts:
    """The bundled texts."""
    source = files("monitor.demo").joinpath("heldout_calls.yaml").read_text(encoding="utf-8")
    data: Any = YAML(typ="safe", pure=True).load(source)
    return msgspec.convert(data, Texts)


def random_calls(count: int, seed: int) -> dict[str, CallScript]:
    """`count` scripts by name; the same seed gives the same calls."""
    texts = load_texts()
    rng = random.Random(seed)
    return {f"heldout-{seed}-{number:03d}": _call(texts, rng) for number in range(count)}


def recast(scripts: dict[str, CallScript], seed: int) -> dict[str, CallScript]:
    """The same calls in held-out voices: what recognition alone costs."""
    rng = random.Random(seed)
    return {name: _recast(script, rng) for name, script in sorted(scripts.items())}


def _recast(script: CallScript, rng: random.Random) -> CallScript:
    names = rng.sample(HELD_OUT, len(script.voices))
    voices = {
        role: msgspec.structs.replace(casting, voice=name)
        for (role, casting), name in zip(script.voices.items(), names, strict=True)
    }
    return msgspec.structs.replace(script, voices=voices)


def _call(texts: Texts, rng: random.Random) -> CallScript:
    category = None if rng.random() < COMPLIANT_SHARE else rng.choice(sorted(texts.violations))
    choices = texts.industries[category] if category else sorted(texts.companies)
    industry = rng.choice(choices)
    company = rng.choice(texts.companies[industry])
    turns, wanted = _opening(texts, rng, industry, company)
    middle = rng.sample(texts.compliant["any"] + texts.compliant[industry], 3)
    if category:
        middle[rng.randrange(3)] = rng.choice(texts.violations[category])
    for text in middle:
        if marked := _MARK.findall(text):
            wanted.append(_alert(str(category), marked[0]))
        turns.append(_turn(rng, agent=_MARK.sub(r"\1", text)))
        turns.append(_turn(rng, customer=rng.choice(texts.customer_replies)))
    turns.append(_turn(rng, agent=rng.choice(texts.closings)))
    turns.append(_turn(rng, customer=rng.choice(texts.customer_ends)))
    voices = rng.sample(HELD_OUT, 2)
    return CallScript(
        title=category or "compliant",
        agent="".join(str(rng.randrange(10)) for _ in range(4)),
        team="heldout",
        industry=Industry(industry),
        business=Business.COLLECTION if industry == "collection" else Business.MARKETING,
        company=company,
        noise_db=rng.uniform(-66, -48),
        voices={Role.AGENT: _casting(rng, voices[0]), Role.CUSTOMER: _casting(rng, voices[1])},
        turns=tuple(turns),
        expect=tuple(wanted),
    )


def _opening(
    texts: Texts, rng: random.Random, industry: str, company: str
) -> tuple[list[Turn], list[Wanted]]:
    """Greeting, company, identity and purpose, in one turn or two."""
    job, person = rng.choice(texts.jobs[industry]), rng.choice(texts.people)
    number = "".join(rng.choice(_DIGITS) for _ in range(4))
    named = rng.choice(texts.companies_said).format(company=company)
    known = rng.choice(texts.identities_said).format(job=job, person=person, digits=number)
    purpose = rng.choice(texts.purposes[industry])
    greeted = _turn(rng, customer=rng.choice(texts.customer_greets))
    start = f"{rng.choice(texts.greetings)}，{named}。"
    if rng.random() < 0.5:
        turns = [_turn(rng, agent=f"{start}{known}。{purpose}"), greeted]
    else:
        turns = [_turn(rng, agent=start + known), greeted, _turn(rng, agent=purpose)]
    met = [("company", company), ("identity", number), ("purpose", purpose)]
    return turns, [Wanted(disclosure=item, state="met", phrase=said) for item, said in met]


def _alert(category: str, phrase: str) -> Wanted:
    return Wanted(alert=category, phrase=phrase, tolerance_s=PHRASE_TOLERANCE_S)


def _turn(rng: random.Random, *, agent: str | None = None, customer: str | None = None) -> Turn:
    return Turn(agent=agent, customer=customer, gap=rng.uniform(0.35, 1.1))


def _casting(rng: random.Random, voice: str) -> Casting:
    level = rng.uniform(-14, -5)
    return Casting(
        voice=voice, speed=rng.randint(165, 215), pitch=rng.randint(30, 65), level_db=level
    )
