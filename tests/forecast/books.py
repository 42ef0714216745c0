"""A made-up ledger put into a creditor's books."""

from __future__ import annotations

from datetime import date

import polars as pl

from dunwell.store import scope
from dunwell.store.models import Allocation, Creditor, Customer, Invoice, Payment, Receivable

CENTS = 100


def fill(creditor: Creditor, ledger: pl.DataFrame, *, persons: tuple[str, ...] = ()) -> dict[str, int]:
    """Customers, invoices and payments of a ledger of `ledgers.make`; gives the customers' numbers."""
    with scope.of(creditor.pk):
        customers = {
            name: Customer.objects.create(
                creditor=creditor,
                external_id=name,
                name=name,
                kind="person" if name in persons else "business",
                known_on=date(2025, 1, 1),
            )
            for name in ledger["customer_id"].unique(maintain_order=True)
        }
        for row in ledger.iter_rows(named=True):
            _invoice(creditor, customers[row["customer_id"]], row)
    return {name: customer.pk for name, customer in customers.items()}


def _invoice(creditor: Creditor, customer: Customer, row: dict) -> None:
    total = int(row["amount"] * CENTS)
    own = {"creditor": creditor, "customer": customer, "currency": row["currency"]}
    invoice = Invoice.objects.create(
        **own,
        external_id=row["invoice_id"],
        number=row["invoice_id"],
        issue_date=row["issue_date"],
        known_on=row["issue_date"],
        total=total,
    )
    receivable = Receivable.objects.create(**own, invoice=invoice, amount=total, due_date=row["due_date"])
    if row["paid_date"] is not None:
        day = row["paid_date"]
        payment = Payment.objects.create(**own, external_id=row["invoice_id"], date=day, recorded_on=day, amount=total)
        Allocation.objects.create(
            creditor=creditor,
            payment=payment,
            receivable=receivable,
            currency=row["currency"],
            amount=total,
            basis="reference",
            effective_on=day,
        )
