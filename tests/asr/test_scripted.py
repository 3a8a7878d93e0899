from __future__ import annotations

import numpy as np

from monitor.asr.scripted import ScriptedTranscriber
from monitor.types import Role, Segment

SCRIPT = {(Role.AGENT, 1.0, 2.0): "保本保息", (Role.CUSTOMER, 1.0, 1.5): "好的"}


def piece(start_s: float, end_s: float, role: Role = Role.AGENT) -> Segment:
    samples = np.zeros(round((end_s - start_s) * 16_000), np.int16)
    return Segment(
        call="c", role=role, number=0, start=round(start_s * 16_000), samples=samples, closed=True
    )


def test_words_have_exact_times() -> None:
    (heard,) = ScriptedTranscriber(SCRIPT).transcribe([piece(0.8, 2.2)])
    assert heard.text == "保本保息"
    assert [(word.start, word.end) for word in heard.words] == [
        (1.0, 1.25),
        (1.25, 1.5),
        (1.5, 1.75),
        (1.75, 2.0),
    ]


def test_roles_are_apart() -> None:
    (heard,) = ScriptedTranscriber(SCRIPT).transcribe([piece(0, 3, Role.CUSTOMER)])
    assert heard.text == "好的"


def test_a_cut_neither_loses_nor_doubles_words() -> None:
    transcriber = ScriptedTranscriber(SCRIPT)
    for cut in (1.1, 1.125, 1.2, 1.5, 1.9):
        parts = transcriber.transcribe([piece(0, cut), piece(cut, 3)])
        assert "".join(part.text for part in parts) == "保本保息"


def test_nothing_is_said_elsewhere() -> None:
    (heard,) = ScriptedTranscriber(SCRIPT).transcribe([piece(5, 6)])
    assert (heard.text, heard.words, heard.confidence) == ("", (), 0.0)


def test_it_remembers() -> None:
    transcriber = ScriptedTranscriber(SCRIPT)
    transcriber.transcribe([piece(0, 1)])
    transcriber.close()
    assert len(transcriber.heard) == 1
    assert transcriber.closed
