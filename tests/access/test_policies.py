from __future__ import annotations

import pytest

from monitor.access.policies import DAY_S, DEFAULTS, Policy, term


def policy(industry: str, keep: int, delete: int | None = None) -> Policy:
    return Policy(
        industry=industry,
        artefact="recording",
        keep_days=keep,
        delete_days=delete,
        basis="house_policy",
        source="test",
    )


def days(policies: list[Policy], industry: str) -> tuple[float, float | None]:
    found = term(policies, "recording", industry, 0.0)
    after = found.delete_after
    return found.keep_until / DAY_S, None if after is None else after / DAY_S


@pytest.mark.parametrize(
    ("policies", "kept", "gone"),
    [
        ([], 0, None),
        ([policy("*", 30)], 30, None),
        ([policy("*", 30), policy("*", 183, 183)], 183, 183),
        ([policy("*", 183, 183), policy("loan", 730)], 730, 730),
        ([policy("*", 183, 200), policy("*", 10, 400)], 183, 200),
        ([policy("*", 183, 183), policy("health", 730)], 183, 183),
        ([policy("loan", 30), policy("*", 5, 10)], 30, 30),
    ],
)
def test_the_longest_minimum_wins(policies: list[Policy], kept: int, gone: int | None) -> None:
    assert days(policies, "loan") == (kept, gone)


@pytest.mark.parametrize(
    ("industry", "artefact", "expected"),
    [
        ("retail", "recording", 183),
        ("retail", "record", 731),
        ("insurance", "recording", 3653),
        ("collection", "record", 1827),
        ("credit_card", "recording", 731),
        ("wealth", "recording", 7305),
    ],
)
def test_the_defaults(industry: str, artefact: str, expected: int) -> None:
    found = term(DEFAULTS, artefact, industry, 0.0)  # type: ignore[arg-type]
    assert found.keep_until == found.delete_after == expected * DAY_S
    assert f"{expected} d" in found.why
