"""From complaint to answer: who answers until when, the credit note or the reasoned no, and what the plan makes of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.core import numbering
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.run import books, credits, disputes, facts, news, numbers, people, subjects
from dunwell.run.disputes import Answer
from dunwell.store import scope, today
from dunwell.store.models import Dispute, Invoice
from regressions.world import DAY

NEXT = DAY + timedelta(3)


@pytest.fixture
def contested(firm):
    """An invoice of 100.00, asked for on DAY, of which 30.00 are contested the day after."""
    firm.owing("2026-02-20")
    firm.day()
    (made,) = people.dispute(
        firm.creditor, "C1-1", cause="wrong_sum", amount=Money(3000, "EUR"), on=NEXT, by="anna", why="one box missing"
    )
    return made


def asked(firm, on: date) -> int | None:
    """What the next letter of the month asks for the invoice."""
    before = len(firm.sent())
    for n in range(30):
        firm.day(on + timedelta(n))
        if len(firm.sent()) > before:
            return firm.asked(firm.sent()[-1]).get("C1-1")
    return None


def row(firm, number: int) -> Dispute:
    with scope.of(firm.creditor.pk):
        return Dispute.objects.get(pk=number)


def test_what_is_contested_is_set_aside_and_the_rest_goes_on(firm, contested):
    assert asked(firm, NEXT) == 7000


def test_somebody_answers_by_a_day_that_can_be_changed(firm, contested):
    with scope.of(firm.creditor.pk):
        usual = disputes.care(firm.creditor, disputes.of(contested.pk))
    assert (usual.owner, usual.due_on) == ("Maria Ivanova", NEXT + timedelta(7))
    disputes.assign(firm.creditor, contested.pk, owner="Boris", due_on=date(2026, 3, 20), on=NEXT, by="anna")
    with scope.of(firm.creditor.pk):
        (item,) = today.items("dispute", creditor_id=firm.creditor.pk, as_of=NEXT, rehearsal=True, limit=5)
    assert (item.owner, item.until, item.sums) == ("Boris", date(2026, 3, 20), (Money(3000, "EUR"),))


def test_an_answer_in_the_past_is_refused(firm, contested):
    with pytest.raises(disputes.AnswerDayPassed):
        disputes.assign(firm.creditor, contested.pk, owner="Boris", due_on=DAY, on=NEXT, by="anna")


def test_a_no_is_a_letter_with_reasons_and_the_sum_is_asked_for_again(firm, contested):
    no = Answer("rejected", words="The delivery note shows five boxes, signed by Mr Brown.")
    prepared = disputes.letter(firm.creditor, contested.pk, no, on=NEXT)
    assert "signed by Mr Brown" in prepared.letter.draft.text
    assert row(firm, contested.pk).pk == contested.pk, "looking decides nothing"
    disputes.resolve(firm.creditor, contested.pk, no, on=NEXT, by="anna")
    assert news.send(firm.creditor, prepared, by="anna", why="") == 1
    firm.day(NEXT)
    assert "what we found" in firm.sent()[-1].content_row.subject
    assert asked(firm, NEXT + timedelta(1)) == 10000


def test_a_no_without_words_or_with_blame_is_refused(firm, contested):
    with pytest.raises(disputes.WordsMissing):
        disputes.letter(firm.creditor, contested.pk, Answer("rejected"), on=NEXT)
    blame = Answer("rejected", words="You ignored our letters, this is unacceptable.")
    with pytest.raises(news.NotWritten):
        disputes.letter(firm.creditor, contested.pk, blame, on=NEXT)


def test_more_than_is_contested_is_never_taken_off(firm, contested):
    with pytest.raises(facts.AmountTooLarge):
        disputes.resolve(firm.creditor, contested.pk, Answer("accepted", Money(3001, "EUR"), "yes"), on=NEXT, by="anna")
    with scope.of(firm.creditor.pk):
        assert disputes.of(contested.pk)


def test_what_was_granted_is_not_asked_for_while_accounting_writes_the_credit_note(firm, contested):
    granted = Answer("accepted", Money(2000, "EUR"), "Two of the three boxes were missing.")
    disputes.resolve(firm.creditor, contested.pk, granted, on=NEXT, by="anna")
    assert asked(firm, NEXT) == 8000, "the third box is asked for again"
    with scope.of(firm.creditor.pk):
        (due,) = credits.waiting(firm.creditor)
        assert today.counts(creditor_id=firm.creditor.pk, as_of=NEXT, rehearsal=True)["credit"] == 1
        assert (due.amount, due.cause) == (2000, "dispute")


def test_the_imported_credit_note_ends_the_waiting(firm, contested):
    disputes.resolve(firm.creditor, contested.pk, Answer("accepted", words="Right."), on=NEXT, by="anna")
    firm.invoices(f"C1,credit note,CN-7,{NEXT},{NEXT},30.00,EUR,C1-1", on=NEXT)
    firm.day(NEXT)
    with scope.of(firm.creditor.pk):
        assert not credits.waiting(firm.creditor).exists()
        assert not Dispute.objects.filter(ending=None).exists()
    assert asked(firm, NEXT + timedelta(1)) == 7000


def test_a_refused_credit_note_is_asked_for_again(firm, contested):
    disputes.resolve(firm.creditor, contested.pk, Answer("accepted", words="Right."), on=NEXT, by="anna")
    with scope.of(firm.creditor.pk):
        (due,) = credits.waiting(firm.creditor)
    credits.refuse(firm.creditor, due.pk, on=NEXT, by="anna", why="entered by mistake")
    assert asked(firm, NEXT) == 10000


def test_where_dunwell_numbers_credit_notes_it_is_in_the_books_at_once(firm, contested):
    numbers.set_pattern(firm.creditor, DocumentKind.CREDIT_NOTE, "CN-{year}-{number:03}", on=DAY, by="anna")
    disputes.resolve(firm.creditor, contested.pk, Answer("accepted", words="Right."), on=NEXT, by="anna")
    with scope.of(firm.creditor.pk):
        note = Invoice.objects.get(kind="credit_note")
        assert (note.number, note.total, note.credits_number) == ("CN-2026-001", 3000, "C1-1")
        assert not credits.waiting(firm.creditor).exists()
    assert asked(firm, NEXT) == 7000


def test_a_pattern_without_a_number_is_refused(firm):
    with pytest.raises(numbering.PatternUnfit):
        numbers.set_pattern(firm.creditor, DocumentKind.CREDIT_NOTE, "CN-{year}", on=DAY, by="anna")


def test_a_credit_note_of_somebody_else_settles_nothing(firm, contested):
    disputes.resolve(firm.creditor, contested.pk, Answer("accepted", words="Right."), on=NEXT, by="anna")
    firm.client("C2")
    with scope.of(firm.creditor.pk):
        (due,) = credits.waiting(firm.creditor)
        other = subjects.customer(firm.creditor, "C2")
    books.add_document(
        firm.creditor, other, kind="credit_note", number="CN-9", issued=NEXT, due=NEXT, total=Money(3000, "EUR"),
        credits_number="C1-1", on=NEXT, by="anna",
    )  # fmt: skip
    with pytest.raises(credits.NoSuchCreditNote):
        credits.issued(firm.creditor, due.pk, "CN-9", on=NEXT, by="anna")
