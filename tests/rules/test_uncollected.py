"""Garbage collection while packs are read."""

from __future__ import annotations

import gc

import pytest

from monitor.rules.uncollected import uncollected


def test_the_collector_rests_and_runs_again() -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_runs_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), uncollected():
        raise ValueError("broken")
    assert gc.isenabled()
