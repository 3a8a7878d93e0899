from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import BadLexicon
from monitor.rules import expr as ex
from monitor.rules.load import load_pack, load_packs, pack_from
from monitor.types import Role

HEAD = "pack: demo\nversion: 1\ntitle: 演示\nindustries: all\n"
RULE = (
    "rules:\n  - id: promise\n    category: guaranteed_return\n    title: 承诺保本\n"
    "    severity: critical\n"
)
ANOTHER = "  - id: {}\n    category: pestering\n    title: 二\n    severity: low\n    match: 保息\n"


def refused(text: str) -> BadLexicon:
    """The error for a pack."""
    with pytest.raises(BadLexicon) as caught:
        pack_from(text, "demo.yaml")
    assert str(caught.value).startswith("demo.yaml:")
    assert "\n" not in str(caught.value)
    return caught.value


def match(expression: str) -> ex.Expr:
    return pack_from(f"{HEAD}{RULE}    match: {expression}\n").rules[0].match


def test_a_whole_pack() -> None:
    text = f"""{HEAD}lists:
  保本词: [保本, 保息]
allow: [保本微利]
{RULE}    basis:
      - {{cite: 《广告法》第二十五条, status: law}}
    when: {{industry: [wealth, loan], not_product: deposit, meta: {{vip: no}}}}
    match:
      - 百分百保本
      - "{{保本词}}的"
    unless: {{utterance: 不}}
    answer: [保本吗]
    context: {{negation: false}}
    escalate: {{count: 3, within_s: 120, severity: critical}}
    examples: {{violation: [百分百保本], fine: [不保本]}}
disclosures:
  - id: company
    category: missing_company
    title: 公司名称
    kind: opening
    deadline_s: 30
    prompt: 请说明公司名称
    severity: high
    satisfied_by: "[这里|我]是{{company}}"
signals:
  - {{id: opt-out, signal: opt_out, match: 别打了}}
states:
  - id: pestering
    category: pestering
    severity: high
    after: {{signal: opt_out, turns: 3, seconds: 60}}
    match: 再考虑
companies:
  - {{name: 江海银行股份有限公司, short: [江海银行], aliases: [江海]}}
"""
    pack = pack_from(text, "demo.yaml")
    rule = pack.rules[0]
    assert pack.name == "demo@1"
    assert pack.covers("anything", "service")
    assert rule.line == 9
    assert rule.basis[0].status == "law"
    assert rule.when.industry == ("wealth", "loan")
    assert rule.when.not_product == ("deposit",)
    assert rule.when.meta == {"vip": "no"}
    assert not rule.context.negation
    assert rule.context.question
    assert [phrase.line for phrase in ex.patterns(rule.match)] == [17, 18]
    assert [one for p in ex.patterns(rule.match) for one in p.pattern.literals] == [
        "百分百保本",
        "保本的",
        "保息的",
    ]
    assert isinstance(rule.unless, ex.Scope)
    assert rule.escalate is not None
    assert rule.escalate.within_s == 120.0
    assert pack.disclosures[0].deadline_s == 30.0
    assert pack.states[0].after.strength == ("weak", "strong")
    assert pack.companies[0].short == ("江海银行",)


def test_operators() -> None:
    near = match("{near: [最, 产品], within: 6}")
    assert isinstance(near, ex.Near)
    assert near.within == 6
    windowed = match("{window: {seconds: 20}, all: [保本, {none: [不]}, {product: fund}]}")
    assert isinstance(windowed, ex.Window)
    assert windowed.seconds == 20.0
    assert isinstance(windowed.of, ex.AllOf)
    assert windowed.of.of[2] == ex.ProductIs(names=("fund",), line=10)
    after = match("{after: opt_out, turns: 3, of: 再考虑}")
    assert isinstance(after, ex.After)
    assert after.ref == ex.Ref(name="opt_out", line=10)
    missing = match("{not_said: 有风险, before: 保本的}")
    assert isinstance(missing, ex.NotSaid)
    assert isinstance(missing.before, ex.Phrase)
    said = match("{role: customer, said: 不要, times: 3, within_s: 60}")
    assert isinstance(said, ex.ByRole)
    assert said.role is Role.CUSTOMER
    assert isinstance(said.of, ex.Said)
    assert said.of.times == 3
    nested = match("{in: clause, n_of: {n: 2, of: [高收益, 低风险, 保本]}}")
    assert isinstance(nested, ex.Scope)
    assert isinstance(nested.of, ex.NOf)
    assert match("{speech_rate: {over_cpm: 320}}") == ex.SpeechRate(over_cpm=320.0, line=10)
    assert match("{silence: {over_s: 15}}") == ex.Silence(over_s=15.0, line=10)
    assert isinstance(match("{first_s: 30, of: 保本}"), ex.First)


@pytest.mark.parametrize(
    ("body", "line", "rule", "reason"),
    [
        ("    matches: [保本]\n", 10, "promise", "did you mean 'match'?"),
        ("", 6, "promise", "match is missing"),
        ("    match:\n", 10, "promise", "match is empty"),
        ("    match: 保\n", 10, "promise", "single character"),
        ("    match:\n      - 保本\n      - (保证\n", 12, "promise", "')' is missing"),
        ("    match:\n      - {保本词}的\n", 11, "promise", "not YAML"),
        ("    match:\n      - {保本词}\n", 11, "promise", 'quote the phrase: "{保本词}"'),
        ("    match: {every: [保本]}\n", 10, "promise", "unknown operator 'every'"),
        ("    match: {anny: [保本]}\n", 10, "promise", "did you mean 'any'?"),
        ("    match: {near: [保本], within: 3}\n", 10, "promise", "at least two"),
        ("    match: {near: [a, b], times: 3}\n", 10, "promise", "does not belong beside near"),
        ("    match: {any: [保本], all: [保息]}\n", 10, "promise", "side by side"),
        ("    match: {none: [保本]}\n", 10, "promise", "none stands only inside all"),
        ("    match: []\n", 10, "promise", "empty list"),
        ("    match: {after: nothing, of: 保本}\n", 10, "promise", "is called 'nothing'"),
        ("    match: {window: {second: 3}, of: 保本}\n", 10, "promise", "did you mean 'seconds'?"),
        ("    match: {industry: welth}\n", 10, "promise", "did you mean 'wealth'?"),
        ("    match: 保本\n    role: boss\n", 11, "promise", "unknown value 'boss'"),
        ("    match: 保本\n    cooldown_s: soon\n", 11, "promise", "a number is needed"),
        ("    match: 保本\n    homophones: yes\n", 11, "promise", "true or false"),
        ("    match: 保本\n    when: {industry: bank}\n", 11, "promise", "when"),
        ("    match: 保本\n    basis: [{cite: 法}]\n", 11, "promise", "status is missing"),
        ("    match: 保本\n    basis: [{cite: 法, status: lore}]\n", 11, "promise", "known are"),
        ("    match: 保本\n    match: 保息\n", 11, "promise", "already given in line 10"),
        ("    match: &all [保本]\n", 10, "promise", "anchors and aliases"),
        ("    match: *all\n", 10, "promise", "anchors and aliases"),
        ("    match: !!python/object:os.system [保本]\n", 10, "promise", "tags"),
        (f"    match: {'保' * 65}\n", 10, "promise", "at most 64"),
        (f"    match: '{'(a|b|c|d|e|f|g|h)' * 6}'\n", 10, "promise", "expands to more"),
        ("    match: 保本\n" + ANOTHER.format("promise"), 11, "promise", "already used in line 6"),
        ("    match: 保本\n" + ANOTHER.format("Bad Name"), 11, "Bad Name", "small letters"),
        ("    match: 保本\n  - 保息\n", 11, "line 11", "a mapping is needed"),
        ("    match: 保本\ncompanies: {name: 江海}\nextra: 1\n", 12, None, "field 'extra'"),
    ],
)  # fmt: skip
def test_mistakes_are_named(body: str, line: int, rule: str | None, reason: str) -> None:
    error = refused(HEAD + RULE + body)
    assert (error.line, error.field) == (line, rule)
    assert reason in error.message


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "empty"),
        ("[]\n", 1, "a mapping is needed"),
        ("pack: demo\nversion: one\n", 2, "a whole number"),
        (HEAD.replace("all", "[wealth, al]"), 4, "unknown value 'al'"),
        (HEAD.replace("demo", "演示"), 1, "small letters"),
        (HEAD + "rules: {id: a}\n", 5, "a list is needed"),
        (HEAD + "rules:\n - id: a\n\tcategory: b\n", 7, "not YAML"),
        (HEAD + "---\npack: b\n", 5, "second document"),
        (HEAD + "# " + "x" * 1_000_000, 5, "a line of 1000002 characters"),
        (HEAD + "allow: " + "[\n" * 100_000, 45, "nested more than"),
        (HEAD + "lists:\n  圈: ['{圈}']\n", 6, "contains itself"),
        (HEAD + "lists:\n  甲: ['{乙}']\n  乙: ['{甲}']\n", 6, "contains itself"),
        (HEAD + "title2: \x07\n", 5, "U+0007"),
        (HEAD + "author: \ud800\n", 5, "surrogate"),
    ],
)
def test_broken_files_are_refused(text: str, line: int, reason: str) -> None:
    error = refused(text)
    assert error.line == line
    assert reason in error.message


def test_too_many_phrases() -> None:
    lists = "lists:\n  多: [" + ",\n ".join(f"{n}保本" for n in range(1900)) + "]\n"
    rules = RULE + "    match:\n" + "".join(f"      - '{{多}}{n}的'\n" for n in range(40))
    error = refused(HEAD + lists + rules)
    assert "50000 phrases" in error.message
    assert error.field == "promise"


def test_words_used_too_often() -> None:
    """What many patterns share is one word of the automata, but each use takes its time."""
    lists = "lists:\n  多: [" + ",\n ".join(f"{n}保本" for n in range(1900)) + "]\n"
    load_pack_of = HEAD + lists + RULE + "    match:\n"
    pack_from(load_pack_of + "      - '{多}'\n" * 30)
    error = refused(load_pack_of + "      - '{多}'\n" * 60)
    assert "more than 100000 times" in error.message
    assert error.field == "promise"


def test_too_many_items() -> None:
    error = refused(HEAD + RULE + "    match:\n" + "      - 保本的\n" * 60_000)
    assert (error.line, error.field) == (50_011, "promise")
    assert "more than 50000 items" in error.message


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (b"\xef\xbb\xbfpack: demo\n", 1, "byte order mark"),
        ("pack: demo\n".encode("utf-16"), 1, "byte order mark"),
        ("pack: demo\ntitle: 演示\n".encode("gbk"), 2, "not UTF-8 at byte 18"),
        (b"pack: demo\n\x00\n", 2, "U+0000"),
    ],
)
def test_files_in_another_encoding(tmp_path: Path, raw: bytes, line: int, reason: str) -> None:
    file = tmp_path / "demo.yaml"
    file.write_bytes(raw)
    with pytest.raises(BadLexicon) as caught:
        load_pack(file)
    assert caught.value.file == str(file)
    assert caught.value.line == line
    assert reason in caught.value.message


def test_files_that_are_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(BadLexicon, match="No such file"):
        load_pack(tmp_path / "none.yaml")
    with pytest.raises(BadLexicon, match="not a folder"):
        load_packs(tmp_path / "none")
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#\n" * (3 * 1024 * 1024))
    with pytest.raises(BadLexicon, match="larger than"):
        load_pack(large)


def test_a_folder_of_packs(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(HEAD.replace("demo", "other"), encoding="utf-8")
    assert [pack.pack for pack in load_packs(tmp_path)] == ["other", "demo"]
    (tmp_path / "c.yaml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(BadLexicon, match="also in"):
        load_packs(tmp_path)


def test_words_of_yaml_1_1_stay_words() -> None:
    pack = pack_from(HEAD + "author: no\ndate: 2026-11-22\nallow: [on-off, 12:30, 0010]\n")
    assert (pack.author, pack.date) == ("no", "2026-11-22")
    assert [pattern.source for pattern in pack.allow] == ["on-off", "12:30", "0010"]


@given(st.text(alphabet="pack: demo\n-[]{},&*!'\"rulesmatch保本~|>#", max_size=80))
def test_any_text_is_a_pack_or_a_bad_lexicon(text: str) -> None:
    with pytest.raises(BadLexicon):
        pack_from(text)
    with pytest.raises(BadLexicon):
        pack_from(HEAD + "rules:\n" + text + "\nx")
