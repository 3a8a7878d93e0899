"""The format page is enough to read a file, and its file is the one we write."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.docs import page
from tests.evidence import vector


@pytest.fixture(scope="module")
def reading() -> dict[str, Any]:
    """The names of the page's program."""
    (program,) = re.findall(r"```python\n(.*?)```", page.read("recording-format.md"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)
    return names


def test_the_page_has_the_file_that_we_write() -> None:
    assert f"```\n{vector.text()}\n```" in page.read("recording-format.md")


def test_the_program_of_the_page_reads_it(reading: dict[str, Any]) -> None:
    about, sound, gap, end = reading["records"](vector.content(), vector.DATA_KEY)
    assert json.loads(about[3])["call"] == "c1"
    assert sound == (1, 0, 0, bytes.fromhex("0100feff2c0170fe"))
    assert gap == (2, 255, 4, (80).to_bytes(8))
    assert json.loads(end[3]) == {"reason": "hangup", "received": [4], "recorded": [4]}


def test_the_program_of_the_page_sees_a_change(reading: dict[str, Any]) -> None:
    content = bytearray(vector.content())
    content[-1] ^= 1
    with pytest.raises(InvalidTag):
        list(reading["records"](bytes(content), vector.DATA_KEY))
    content = bytearray(vector.content())
    content[30] ^= 1
    with pytest.raises(AssertionError):
        list(reading["records"](bytes(content), vector.DATA_KEY))
