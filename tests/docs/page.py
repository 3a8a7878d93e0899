"""Pages of the documentation and the blocks of code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (DOCS / name).read_text("utf8")


def blocks(text: str, *languages: str) -> Iterator[tuple[str, str]]:
    """Language and content of each block, in order."""
    for match in _BLOCK.finditer(text):
        if match[1] in languages:
            yield match[1], match[2]
