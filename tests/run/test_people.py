"""What people record by hand is about something: of what is settled, cancelled or gone there is nothing to record."""

from __future__ import annotations

from datetime import date

import pytest

from dunwell.core.money import Money
from dunwell.run import allocations, books, people, subjects
from dunwell.store import scope
from dunwell.store.models import Dispute, Invoice, Payment, Promise
from regressions import world

FACT = {"on": world.DAY, "by": "anna", "why": "test"}


@pytest.fixture
def firm(creditor, tmp_path):
    return world.fresh(creditor, tmp_path)


@pytest.fixture
def settled(firm):
    (number,) = firm.owing("2026-02-20")
    firm.paid(f"2026-02-27,100.00,EUR,C1 Ltd,{number}")
    firm.plan()
    return number


def test_of_what_is_paid_nothing_is_promised_or_contested(firm, settled):
    with pytest.raises(subjects.NothingIsOpen):
        people.promise(firm.creditor, settled, promised_date=date(2026, 3, 6), amount=None, **FACT)
    with pytest.raises(subjects.NothingIsOpen):
        people.dispute(firm.creditor, settled, cause="quality", amount=None, **FACT)
    with scope.of(firm.creditor.pk):
        assert not Promise.objects.exists() and not Dispute.objects.exists()


def test_money_is_not_set_against_what_was_cancelled(firm):
    (number,) = firm.owing("2026-02-20")
    with scope.of(firm.creditor.pk):
        invoice = Invoice.objects.get(number=number)
    books.cancel(firm.creditor, invoice, **FACT)
    firm.paid("2026-02-27,100.00,EUR,C1 Ltd,advance")
    with scope.of(firm.creditor.pk):
        payment = Payment.objects.get()
    with pytest.raises(allocations.NothingToSet):
        allocations.allocate(firm.creditor, payment.pk, number, amount=Money(100_00, "EUR"), **FACT)


def test_a_hold_is_of_an_invoice_or_of_a_customer(firm):
    (number,) = firm.owing("2026-02-20")
    for wish in ({}, {"number": number, "customer_name": "C1"}):
        with pytest.raises(people.OneOfTwo):
            people.hold(firm.creditor, reason="other", until=None, **wish, **FACT)


def test_what_does_not_wait_is_said_so(firm):
    with pytest.raises(people.NoOpenTask, match="no open task number 999"):
        people.close_task(firm.creditor, 999, outcome="called", is_done=True, **FACT)
    with pytest.raises(people.NoOpenFinding, match="no open finding number 999"):
        people.settle_finding(firm.creditor, 999, outcome="ignored", **FACT)
