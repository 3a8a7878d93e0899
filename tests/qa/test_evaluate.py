"""The evaluation itself, and the floor below which the packs must not fall."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import BadInput
from monitor.qa.evaluate import Item, evaluate, judge_item, read_items
from monitor.qa.evaluate_calls import judge_calls
from monitor.rules.lexicon import bundled_folder
from monitor.rules.load import load_packs
from monitor.types import Role

FOLDER = Path(__file__).parents[1] / "evaluation"
PACKS = load_packs(bundled_folder())


def test_a_missed_a_false_and_an_allowed_category_are_told_apart() -> None:
    said = Item(text="这个百分百保本您放心", kind="literal", industry="wealth")
    assert judge_item(said, PACKS).false == {"guaranteed_return"}
    beside = Item(text=said.text, kind="literal", industry="wealth", also_ok="guaranteed_return")
    assert not judge_item(beside, PACKS).false
    wanted = Item(text="您好", kind="literal", expect=("threat_abuse",))
    assert judge_item(wanted, PACKS).missed == {"threat_abuse"}


def test_context_is_heard_before_the_item() -> None:
    items = read_items(FOLDER / "utterances.jsonl")
    asked = next(item for item in items if item.context and item.expect == ("guaranteed_return",))
    assert asked.context[0].role is Role.CUSTOMER
    assert judge_item(asked, PACKS).categories == {"guaranteed_return"}


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"text":"好","kind":"literal"}\n{"text":"好","kind":"strange"}\n')
    with pytest.raises(BadInput, match=r"items\.jsonl:2"):
        read_items(path)


def test_the_dev_split_stays_as_good_as_it_was() -> None:
    items = [item for item in read_items(FOLDER / "utterances.jsonl") if item.split == "dev"][::4]
    report, _ = evaluate(items, PACKS)
    assert report.total.recall >= 0.95
    assert report.total.precision >= 0.93
    assert report.total.disturbed <= report.total.clean * 0.02
    assert report.flipped == 0


def test_our_calls_come_out_as_labelled() -> None:
    calls, faults = judge_calls(FOLDER / "calls", PACKS)
    assert calls >= 30
    assert [f"{fault.call}: {fault.what}" for fault in faults] == []


def test_most_labelled_sentences_must_raise_nothing() -> None:
    items = read_items(FOLDER / "utterances.jsonl")
    assert len(items) >= 1200
    assert sum(not item.expect for item in items) > len(items) / 2
