"""Drafts of answers: in the client's language, with the ledger's sums, for every kind that has words."""

from __future__ import annotations

import string
import tomllib
from datetime import timedelta
from importlib.resources import files

import pytest

from dunwell.run import answers, inbox, inbox_mail, leaves
from dunwell.store import scope
from dunwell.store.models import Staff
from inbox import mails
from regressions.world import DAY, World


def test_a_promise_is_confirmed_with_the_sum_of_the_ledger(firm: World) -> None:
    inbox_mail.take(firm.creditor, mails.reply("We will pay on Friday."), on=DAY)
    text = answers.draft(firm.creditor, inbox.waiting(firm.creditor)[0].number, on=DAY)
    assert text.startswith("Hello Anna,")
    assert "€600" in text and "6 March 2026" in text.replace("\xa0", " ")
    assert "C1-1, C1-2" in text and text.endswith("Maria Ivanova\nСтудия Пример")


def test_a_sum_that_was_paid_since_is_no_longer_named(firm: World) -> None:
    inbox_mail.take(firm.creditor, mails.reply("Please send me a copy of the invoice."), on=DAY)
    firm.paid("2026-03-03,300.00,EUR,C1 Ltd,C1-1", on=DAY + timedelta(1))
    firm.plan(DAY + timedelta(2))
    text = answers.draft(firm.creditor, inbox.waiting(firm.creditor)[0].number, on=DAY)
    assert "€300" in text and "C1-2" in text and "C1-1" not in text


def test_who_asks_for_silence_gets_no_draft(firm: World) -> None:
    taken = inbox_mail.take(firm.creditor, mails.reply("Stop writing to me."), on=DAY)
    assert answers.draft(firm.creditor, taken.proposals[0], on=DAY) == ""


@pytest.mark.parametrize("locale", answers.LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(locale: str) -> None:
    def placeholders(name: str) -> dict[str, set[str]]:
        words = tomllib.loads(files("dunwell.content.answers").joinpath(f"{name}.toml").read_text("utf-8"))
        return {
            key: {field for _, field, _, _ in string.Formatter().parse(text) if field} for key, text in words.items()
        }

    assert placeholders(locale) == placeholders("en")


def test_the_body_is_the_draft_without_its_frame(firm: World) -> None:
    inbox_mail.take(firm.creditor, mails.reply("We will pay on Friday."), on=DAY)
    number = inbox.waiting(firm.creditor)[0].number
    body = answers.body(firm.creditor, number)
    assert body and body in answers.draft(firm.creditor, number, on=DAY)
    assert "Hello" not in body and "Maria" not in body


def test_who_stands_in_signs_the_answer_and_says_for_whom(firm: World) -> None:
    inbox_mail.take(firm.creditor, mails.reply("We will pay on Friday."), on=DAY)
    number = inbox.waiting(firm.creditor)[0].number
    with scope.of(firm.creditor.pk):
        away = Staff.objects.get(name="Maria Ivanova")
        colleague = Staff.objects.create(creditor=firm.creditor, name="Boris Petrov", email="boris@firm.example")
    leaves.record(firm.creditor, away, colleague, first=DAY, last=DAY + timedelta(7), on=DAY, by="test")
    text = answers.draft(firm.creditor, number, on=DAY)
    assert text.endswith("Boris Petrov\nstanding in for Maria Ivanova\nСтудия Пример")
    assert "Boris" not in answers.draft(firm.creditor, number, on=DAY + timedelta(8))
