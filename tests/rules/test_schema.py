from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from monitor.rules import schema

LEXICONS = Path(__file__).parents[2] / "lexicons"


def test_the_file_is_current() -> None:
    """Write it again with: python -c "from monitor.rules import schema; print(schema.text())"."""
    assert (LEXICONS / "schema.json").read_text(encoding="utf-8") == schema.text()


def test_it_is_a_schema_and_says_what_is_wrong() -> None:
    made = json.loads(schema.text())
    jsonschema.Draft202012Validator.check_schema(made)
    checker = jsonschema.Draft202012Validator(made)
    pack = {
        "pack": "demo",
        "version": 1,
        "title": "演示",
        "industries": ["wealth"],
        "rules": [
            {
                "id": "promise",
                "category": "guaranteed_return",
                "title": "承诺",
                "severity": "high",
                "match": ["保本", {"near": ["最", "产品"], "within": 3}],
                "unless": {"utterance": ["不"]},
            }
        ],
    }
    assert list(checker.iter_errors(pack)) == []
    for broken in (
        {**pack, "extra": 1},
        {**pack, "industries": ["welth"]},
        {**pack, "rules": [{**pack["rules"][0], "severity": "huge"}]},
        {**pack, "rules": [{**pack["rules"][0], "match": {"every": ["保本"]}}]},
    ):
        assert list(checker.iter_errors(broken))
