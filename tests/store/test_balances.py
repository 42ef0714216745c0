"""What is owed, seen as of a day: charges, write-offs, allocations, disputes, and money that is still unmatched."""

from datetime import date, timedelta

import pytest
from django.db import connection

from dunwell.store import balances, scope
from dunwell.store.models import (
    Allocation,
    Cancellation,
    Charge,
    Customer,
    Dispute,
    Ending,
    Invoice,
    OnAccount,
    Payment,
    Proposal,
    Receivable,
    WriteOff,
)

DAY = date(2026, 3, 2)
LATER = DAY + timedelta(days=5)


@pytest.fixture
def book(creditor):
    with scope.of(creditor.id):
        customer = Customer.objects.create(creditor=creditor, external_id="A", name="Alice", known_on=DAY)
        invoice = Invoice.objects.create(
            creditor=creditor,
            external_id="1",
            customer=customer,
            number="1",
            issue_date=DAY,
            currency="EUR",
            total=10000,
            known_on=DAY,
        )
        receivable = Receivable.objects.create(
            creditor=creditor, invoice=invoice, customer=customer, currency="EUR", amount=10000, due_date=DAY
        )
        payment = Payment.objects.create(
            creditor=creditor,
            external_id="p",
            customer=customer,
            date=DAY,
            currency="EUR",
            amount=6000,
            recorded_on=DAY,
        )
        yield creditor, customer, receivable, payment


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def balance(**how):
    (row,) = rows(balances.balances_sql(**{"as_of": None, "rehearsal": False, **how}))
    return row["balance"], row["disputed"], row["is_cancelled"]


def fact(book, **values):
    return {"creditor": book[0], "effective_on": DAY, "receivable": book[2], "currency": "EUR", **values}


def test_the_balance_adds_charges_and_takes_off_write_offs_and_allocations(book):
    Charge.objects.create(**fact(book, amount=4000, kind="fee"))
    WriteOff.objects.create(**fact(book, amount=500))
    Allocation.objects.create(**fact(book, amount=6000, payment=book[3], basis="manual"))
    assert balance() == (7500, 0, False)


def test_a_later_fact_is_not_seen_as_of_an_earlier_day(book):
    Allocation.objects.create(**fact(book, amount=6000, payment=book[3], basis="manual", effective_on=LATER))
    assert balance(as_of=DAY)[0] == 10000
    assert balance(as_of=LATER)[0] == 4000
    assert balance()[0] == 4000


def test_a_dispute_without_a_sum_contests_everything_and_its_ending_frees_it(book):
    dispute = Dispute.objects.create(creditor=book[0], effective_on=DAY, receivable=book[2], cause="quality")
    assert balance() == (10000, 10000, False)
    Ending.objects.create(creditor=book[0], effective_on=LATER, dispute=dispute, outcome="rejected")
    assert balance(as_of=DAY)[1] == 10000
    assert balance(as_of=LATER)[1] == 0


def test_disputed_parts_add_up_to_the_balance_at_most(book):
    for amount in (3000, 9000):
        Dispute.objects.create(creditor=book[0], effective_on=DAY, receivable=book[2], cause="sum", amount=amount)
    assert balance()[1] == 10000


def test_a_rehearsed_dispute_counts_in_rehearsal_alone(book):
    Dispute.objects.create(creditor=book[0], effective_on=DAY, receivable=book[2], cause="sum", rehearsal=True)
    assert balance()[1] == 0
    assert balance(rehearsal=True)[1] == 10000


def test_a_cancelled_invoice_says_so(book):
    Cancellation.objects.create(creditor=book[0], effective_on=DAY, invoice=book[2].invoice)
    assert balance()[2]


def test_unmatched_money_holds_its_payer_until_it_is_allocated(book):
    assert rows(balances.held_by_money_sql(as_of=None)) == [{"customer_id": book[1].id}]
    Allocation.objects.create(**fact(book, amount=5950, payment=book[3], basis="manual"))
    assert rows(balances.unapplied_sql(as_of=None))[0]["unapplied"] == 50
    assert not rows(balances.held_by_money_sql(as_of=None)), "less than the tolerance holds nobody"


def test_money_on_account_or_reversed_holds_nobody(book):
    creditor, customer, _, payment = book
    OnAccount.objects.create(creditor=creditor, effective_on=DAY, payment=payment, customer=customer)
    assert not rows(balances.held_by_money_sql(as_of=None))
    OnAccount.objects.create(creditor=creditor, effective_on=DAY, payment=payment, customer=customer, taken_back=True)
    assert rows(balances.held_by_money_sql(as_of=None))
    Payment.objects.create(
        creditor=creditor,
        external_id="r",
        customer=customer,
        date=DAY,
        currency="EUR",
        amount=-6000,
        reverses=payment,
        recorded_on=DAY,
    )
    assert not rows(balances.held_by_money_sql(as_of=None))


def test_money_of_an_unknown_payer_holds_those_whom_a_proposal_names(book):
    creditor, customer, receivable, payment = book
    OnAccount.objects.create(creditor=creditor, effective_on=DAY, payment=payment, customer=customer)
    unknown = Payment.objects.create(
        creditor=creditor, external_id="u", date=DAY, currency="EUR", amount=500, recorded_on=DAY
    )
    Proposal.objects.create(
        creditor=creditor, effective_on=DAY, payment=unknown, receivable=receivable, amount=500, points=1
    )
    assert rows(balances.held_by_money_sql(as_of=None)) == [{"customer_id": customer.id}]
