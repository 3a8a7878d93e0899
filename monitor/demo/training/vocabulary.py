"""The token list of the bundled model: one token per Chinese character, and Whisper's own marks.

The order of the list is part of the weights: a model can only be continued with the same
`chars.json` (output characters) and `py.json` (tone syllables of the auxiliary CTC head).
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
COMMA = ","
TIME_STEP_S = 0.02
TIME_TOKENS = 1501
MARKS = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|zh|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Tokens of the decoder and syllables of the CTC head, with their numbers."""

    tokens: tuple[str, ...]
    syllables: tuple[str, ...]
    ids: dict[str, int] = field(repr=False)
    syllable_ids: dict[str, int] = field(repr=False)

    @property
    def end(self) -> int:
        """Number of `<|endoftext|>`; every token from here on is a mark, not text."""
        return self.ids["<|endoftext|>"]

    @property
    def ctc_size(self) -> int:
        """Outputs of the CTC head: the blank (0) and one per tone syllable."""
        return len(self.syllables) + 1

    def knows(self, text: str) -> bool:
        """Whether every character of `text` has a token."""
        return all(c in self.ids for c in text)

    def encode(self, text: str) -> list[int]:
        return [self.ids[c] for c in text]

    def decode(self, ids: list[int]) -> str:
        return "".join(self.tokens[i] for i in ids if i < self.end)

    def time_id(self, seconds: float) -> int:
        """Token of a moment inside the window, in steps of 20 ms, at most 30 s."""
        step = min(TIME_TOKENS - 1, max(0, round(seconds / TIME_STEP_S)))
        return self.ids["<|0.00|>"] + step

    def plain(self, text: str) -> list[int]:
        """Tokens of a window without times, as faster-whisper prompts it by default."""
        return [*self.prompt(times=False), *self.encode(text), self.end]

    def timed(self, spans: list[tuple[float, float, str]]) -> list[int]:
        """Tokens of a window with a start and an end time (s) around each stretch of text."""
        out = self.prompt(times=True)
        for start, end, text in spans:
            out += [self.time_id(start), *self.encode(text), self.time_id(end)]
        return [*out, self.end]

    def prompt(self, *, times: bool) -> list[int]:
        marks = ["<|startoftranscript|>", "<|zh|>", "<|transcribe|>"]
        if not times:
            marks.append("<|notimestamps|>")
        return [self.ids[m] for m in marks]

    def silence(self) -> list[int]:
        """Tokens of a window in which nobody speaks."""
        return [self.ids["<|startoftranscript|>"], self.ids["<|nospeech|>"], self.end]

    def pronounce(self, text: str) -> list[int]:
        """CTC labels: the tone syllables of `text`, unknown ones left out."""
        from pypinyin import Style, lazy_pinyin

        spoken = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
        return [self.syllable_ids[s] for s in spoken if s in self.syllable_ids]


@cache
def load() -> Vocabulary:
    """The vocabulary that the bundled weights were trained with."""
    chars = json.loads((HERE / "chars.json").read_text(encoding="utf-8"))
    syllables = json.loads((HERE / "py.json").read_text(encoding="utf-8"))
    times = [f"<|{i * TIME_STEP_S:.2f}|>" for i in range(TIME_TOKENS)]
    # CTranslate2 takes an empty first token as the sign of a multilingual Whisper.
    tokens = ("", COMMA, *chars, *MARKS, *times)
    return Vocabulary(
        tokens=tokens,
        syllables=tuple(syllables),
        ids={t: i for i, t in enumerate(tokens)},
        syllable_ids={s: i + 1 for i, s in enumerate(syllables)},
    )
