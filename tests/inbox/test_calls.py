"""Calls: transcripts in four shapes, kept once, and a report that quotes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from dunwell.plugins.readers import transcripts
from dunwell.run import coaching
from regressions.world import DAY, World

SAID = [
    ("Vera", "Good morning, this is Vera from Firm. Am I speaking with Anna?"),
    ("Anna", "Yes, this is Anna."),
    ("Vera", "It is about invoice C1-1 for three hundred euro, due on 20 February. What is holding it up?"),
    ("Anna", "Money is tight at the moment."),
    ("Vera", "I understand. Shall we split it? When could you pay?"),
    ("Anna", "I will pay everything on Friday."),
    ("Vera", "Thank you. I will check on Friday afternoon and call you on Monday if it is not there."),
    ("Anna", "Fine."),
]
SHAPES = {
    "txt": "\n".join(f"{who}: {text}" for who, text in SAID),
    "srt": "\n\n".join(
        f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\n{who}: {text}" for n, (who, text) in enumerate(SAID, 1)
    ),
    "vtt": "WEBVTT\n\n"
    + "\n\n".join(f"00:{n:02}.000 --> 00:{n + 1:02}.000\n<v {who}>{text}</v>" for n, (who, text) in enumerate(SAID)),
    "json": json.dumps({"segments": [{"speaker": who, "text": text} for who, text in SAID]}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_turns(shape: str) -> None:
    found = transcripts.turns(SHAPES[shape])
    assert [one.text for one in found] == [text for _, text in SAID]
    assert [one.speaker for one in found[:2]] == ["manager", "client"]


def test_a_named_client_who_speaks_first_is_the_client() -> None:
    found = transcripts.turns("Клиент: Алло.\nМенеджер: Добрый день, это Вера.")
    assert [one.speaker for one in found] == ["client", "manager"]


@pytest.mark.parametrize("text", ["", "no speakers here", "{broken", "[1, 2]", "Vera: hello\nVera: again"])
def test_what_is_no_conversation_is_refused(text: str) -> None:
    with pytest.raises(transcripts.TranscriptUnreadable):
        transcripts.turns(text)


def test_a_call_is_read_once_and_reported_with_quotations(firm: World, tmp_path: Path) -> None:
    path = tmp_path / "call.txt"
    path.write_text(SHAPES["txt"], "utf-8")
    who = {"customer_name": "C1", "manager": "Vera", "on": DAY, "by": "anna"}
    row = coaching.take(firm.creditor, path, **who)
    assert row.review["outcome"][0] == "promise"
    assert row.review["promised_date"] == "2026-03-06"
    assert coaching.take(firm.creditor, path, **who).pk == row.pk
    (report,) = coaching.coaching(firm.creditor, DAY - timedelta(30), DAY)
    assert (report.manager, report.calls) == ("Vera", 1)
    assert "greeted_and_introduced" in {one.name for one in report.well}
    assert all(one.missed_in for one in report.missed)
    assert coaching.coaching(firm.creditor, DAY - timedelta(30), DAY, manager="Nobody") == []
