"""Words of a text, by jieba: slow to load, so it is loaded when first asked for.

jieba would keep a cache under a fixed name in the shared temporary folder, where anyone could put
a file for it to unmarshal; here the dictionary is read from its own text file and nothing is
written.
"""

from __future__ import annotations

import importlib
import logging
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import jieba


@cache
def _tokenizer() -> jieba.Tokenizer:
    library = importlib.import_module("jieba")
    logger = logging.getLogger("jieba")
    logger.handlers.clear()
    logger.setLevel(logging.WARNING)
    tokenizer = library.Tokenizer()
    with tokenizer.get_dict_file() as file:
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(file)
    tokenizer.initialized = True
    return tokenizer


def cuts(text: str) -> tuple[str, ...]:
    """The words of a text, in order; together they are the text."""
    return tuple(_tokenizer().cut(text))


def word_frequency(word: str) -> int:
    """Occurrences of a word in jieba's dictionary (60 million in all); 0 for no word."""
    return int(cast("dict[str, int]", _tokenizer().FREQ).get(word, 0))


@cache
def _holding() -> dict[str, list[str]]:
    """Two characters to the words of three or more that hold them, commonest first."""
    found: dict[str, list[str]] = {}
    frequencies = cast("dict[str, int]", _tokenizer().FREQ)
    for word, count in frequencies.items():
        if count > 100 and len(word) in (3, 4):
            for at in range(len(word) - 1):
                found.setdefault(word[at : at + 2], []).append(word)
    for words in found.values():
        words.sort(key=lambda word: -frequencies[word])
    return found


def words_holding(word: str, *, at_least: int) -> list[str]:
    """Words of three or four characters that hold this word of two, commonest first."""
    return [one for one in _holding().get(word, ()) if word_frequency(one) >= at_least]
