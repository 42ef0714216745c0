"""Money set against documents by hand, taken back, or kept on account."""

from __future__ import annotations

from datetime import date

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import facts, subjects
from dunwell.store import balances, bulk, scope
from dunwell.store.models import Allocation, Creditor, Customer, Invoice, OnAccount, Payment


class NothingToSet(Refusal):
    """Nothing can be set: payment {payment} has {left} left, and {open} is open on {number}."""


class NothingLeft(Refusal):
    """Nothing is left of payment {payment} that could be kept on account."""


class OtherCurrency(Refusal):
    """Payment {payment} is in {paid} and invoice {number} in {owed}: put it on account, or record what it was exchanged for."""


class NoSuchPayment(Refusal):
    """There is no payment number {number}: `dunwell work` shows the unmatched ones."""


def allocate(
    creditor: Creditor, payment_id: int, number: str | Invoice, *, amount: Money | None, on: date, by: str, why: str
) -> int:
    """Set a payment against an invoice by hand, as much as is open on both or the amount given; gives the minor units set."""
    with scope.of(creditor.pk):
        payment = _payment(payment_id)
        opened = subjects.open_on(creditor, number)
        if any(receivable.currency != payment.currency for receivable, _ in opened):
            raise OtherCurrency(
                payment=payment_id, paid=payment.currency, number=facts.named(number), owed=opened[0][0].currency
            )
        left = _unapplied(payment)
        if amount and amount.minor > left:
            raise facts.AmountTooLarge(amount=amount, most=Money(left, payment.currency))
        if left <= 0 or not opened:
            still_open = Money(sum(open_amount for _, open_amount in opened), payment.currency)
            raise NothingToSet(
                payment=payment_id, left=Money(left, payment.currency), open=still_open, number=facts.named(number)
            )
        left = facts.part_of(amount) or left
        done = 0
        for receivable, open_amount in opened:
            part = min(left - done, open_amount)
            if part > 0:
                # Money counts from the day it came, as when the program sets it: a promise kept in time stays kept.
                since = min(on, max(payment.date, receivable.invoice.issue_date))
                Allocation.objects.create(
                    **facts.fact(creditor, since, by, why),
                    payment=payment,
                    receivable=receivable,
                    currency=payment.currency,
                    amount=part,
                    basis="manual",
                )
                done += part
        facts.link(creditor, by, "allocate", number, {"payment": payment_id, "amount": done, "why": why})
    return done


def undo_allocation(creditor: Creditor, allocation_id: int, *, on: date, by: str, why: str) -> Allocation:
    """Take an allocation back by a counter-record; the money is unapplied again."""
    with scope.of(creditor.pk):
        row = Allocation.objects.filter(pk=allocation_id, undoes=None, allocation=None, amount__gt=0).first()
        if row is None:
            raise facts.NothingToUndo(what="allocation", number=allocation_id)
        counter = Allocation.objects.create(
            **facts.fact(creditor, on, by, why),
            payment_id=row.payment_id,
            credit_note_id=row.credit_note_id,
            receivable_id=row.receivable_id,
            currency=row.currency,
            amount=-row.amount,
            basis="undo",
            undoes=row,
        )
        facts.link(creditor, by, "undo_allocation", str(allocation_id), {"amount": row.amount, "why": why})
    return counter


def on_account(
    creditor: Creditor, payment_id: int, customer_name: str | Customer, *, on: date, by: str, why: str
) -> OnAccount:
    """Keep unapplied money on account for a customer: it holds nobody, and is shown and deducted in letters."""
    with scope.of(creditor.pk):
        payment = _payment(payment_id)
        if _unapplied(payment) <= 0:
            raise NothingLeft(payment=payment_id)
        row = OnAccount.objects.create(
            **facts.fact(creditor, on, by, why),
            payment=payment,
            customer=subjects.customer(creditor, customer_name),
        )
        facts.link(creditor, by, "on_account", str(payment_id), {"customer": facts.named(customer_name), "why": why})
    return row


def off_account(creditor: Creditor, payment_id: int, *, on: date, by: str, why: str) -> OnAccount:
    """Take it back: what is left of the payment waits for a person again, and letters no longer deduct it."""
    with scope.of(creditor.pk):
        last = OnAccount.objects.filter(payment_id=payment_id).order_by("pk").last()
        if last is None or last.taken_back:
            raise facts.NothingToUndo(what="money on account", number=payment_id)
        row = OnAccount.objects.create(
            **facts.fact(creditor, on, by, why), payment_id=payment_id, customer_id=last.customer_id, taken_back=True
        )
        facts.link(creditor, by, "off_account", str(payment_id), {"customer": last.customer_id, "why": why})
    return row


def _payment(number: int) -> Payment:
    found = Payment.objects.filter(pk=number).first()
    if found is None:
        raise NoSuchPayment(number=number)
    return found


def _unapplied(payment: Payment) -> int:
    sql = balances.unapplied_sql(as_of=None)
    found = bulk.rows(f"SELECT unapplied FROM ({sql}) u WHERE payment_id = %s", payment.pk)
    return int(found[0][0]) if found else 0
