"""A plain yes to terms that were sent: only where nothing is asked, objected to or added."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.engine.consent import plain_yes
from dunwell.run import agreements, inbox, inbox_mail, rights
from inbox import mails
from regressions.world import DAY, World

NEXT = DAY + timedelta(1)


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("Agreed.\n\nBest regards,\nAnna", "Agreed."),
        ("Hello Maria,\nwe agree to these terms.\nThanks!", "we agree to these terms."),
        ("Добрый день! Согласны, спасибо.", "Согласны, спасибо."),
        ("Подтверждаю условия.", "Подтверждаю условия."),
        ("Здравейте, съгласни сме с условията.", "Здравейте, съгласни сме с условията."),
        ("Договорено!", "Договорено!"),
    ],
)
def test_a_plain_yes_is_found_as_it_was_written(text, yes):
    assert plain_yes(text) == yes


@pytest.mark.parametrize(
    "text",
    [
        "", "Thank you, we will look at it.", "We agree, but thirty days are too short.", "Is that agreed?",
        "We do not agree.", "Agreed if you drop the penalty.", "Не согласны.", "Согласны, кроме пункта 3.",
        "Давайте обсудим. В целом согласны.", "Не сме съгласни.", "Съгласни сме, но срокът е кратък.",
        "Мы согласны рассмотреть это на следующей неделе вместе с нашим юристом и главным бухгалтером компании, после праздников.",
    ],
)  # fmt: skip
def test_what_asks_objects_or_adds_is_no_yes(text):
    assert plain_yes(text) == ""


def proposed(firm: World, text: str) -> list[str]:
    agreements.propose(firm.creditor, "C1", {"net_days": "14"}, on=DAY, by="anna")
    inbox_mail.take(firm.creditor, mails.reply(text), on=NEXT)
    return [one.kind for one in inbox.waiting(firm.creditor)]


def test_a_person_accepts_it_and_it_is_agreed_with_the_reply_as_evidence_and_taken_back(firm: World) -> None:
    firm.go_live()
    assert proposed(firm, "Hello Maria,\nagreed.\nAnna") == ["agree"]
    assert rights.agreed(firm.creditor, "C1", NEXT)["net_days"] == "", "nothing is agreed by the reading"
    (waiting,) = inbox.waiting(firm.creditor)
    inbox.accept(firm.creditor, waiting.number, on=NEXT, by="anna")
    assert rights.agreed(firm.creditor, "C1", NEXT)["net_days"] == "14"
    inbox.reopen(firm.creditor, waiting.number, on=NEXT, by="anna")
    assert rights.agreed(firm.creditor, "C1", NEXT)["net_days"] == ""


def test_without_terms_that_wait_a_yes_is_only_read(firm: World) -> None:
    firm.go_live()
    inbox_mail.take(firm.creditor, mails.reply("Agreed."), on=NEXT)
    assert "agree" not in [one.kind for one in inbox.waiting(firm.creditor)]
