from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.qa.review_words import NAMES, name

STATIC = Path(__file__).parents[2] / "monitor" / "web" / "static"
PAIR = re.compile(r"'([\w.]+)': \['([^']*)', '([^']*)'\]")
SCREENS = {
    "severity": "severity",
    "industry": "industry",
    "category": "category",
    "opening": "opening",
    "review": "qa.state",
    "state": "alert",
    "verdict": "qa",
}


@pytest.mark.parametrize("kind", SCREENS)
def test_files_and_screens_call_things_the_same(kind: str) -> None:
    shown = {
        key: (chinese, english)
        for file in STATIC.rglob("*.js")
        for key, chinese, english in PAIR.findall(file.read_text("utf8"))
    }
    assert {id_: shown[f"{SCREENS[kind]}.{id_}"] for id_ in NAMES[kind]} == NAMES[kind]


def test_every_category_of_the_screens_has_a_name_in_files() -> None:
    words = (STATIC / "words.js").read_text("utf8")
    assert set(re.findall(r"'category\.(\w+)'", words)) == set(NAMES["category"])


def test_what_is_not_known_stays_as_it_is() -> None:
    assert [name("category", "new_one", "zh"), name("opening", None, "en")] == ["new_one", ""]
