"""The bundled packs: every example through the real judge, and what every pack owes its readers."""

from __future__ import annotations

import pytest

from monitor.rules.lexicon import bundled_folder
from monitor.rules.lint import lint
from monitor.rules.load import load_packs
from monitor.rules.pack import CATEGORIES, Pack
from monitor.rules.proof import prove

LEARNT = "similar"
"""Its rules are a trained model with a corpus of its own: no phrases, no examples of phrases."""

PACKS = tuple(pack for pack in load_packs(bundled_folder()) if pack.pack != LEARNT)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.pack)
def test_every_example_comes_out_as_written(pack: Pack) -> None:
    assert [str(failure) for failure in prove(pack)] == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.pack)
def test_no_pack_has_anything_to_advise(pack: Pack) -> None:
    """But that a cited text is a draft or unverified, which its alerts say."""
    assert [one for one in lint(pack) if one.code != "unverified_basis"] == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.pack)
def test_every_rule_has_examples_advice_and_a_basis(pack: Pack) -> None:
    for rule in (*pack.rules, *pack.states):
        assert len(rule.examples.violation) >= 3, rule.id
        assert len(rule.examples.fine) >= 3, rule.id
        assert rule.advice, rule.id
        assert rule.basis, rule.id


def test_all_categories_have_a_rule() -> None:
    rules = {rule.category for pack in PACKS for rule in (*pack.rules, *pack.states)}
    missing = {item.category for pack in PACKS for item in pack.disclosures}
    assert rules | missing == set(CATEGORIES)


def test_numbers_of_house_policy_are_not_called_law() -> None:
    opening = [item for pack in PACKS for item in pack.disclosures if item.kind == "opening"]
    assert opening
    for item in opening:
        assert any(basis.status == "house_policy" for basis in item.basis), item.id
