"""What the loaders see of a ledger, day by day."""

from datetime import date

import polars as pl

from dunwell.store import bulk, load, scope
from dunwell.store.models import Customer, Invoice, Receivable

DAY = date(2026, 3, 2)


def test_an_empty_ledger_loads(creditor):
    facts = load.facts(creditor.id, DAY, rehearsal=True)
    assert facts.receivables.is_empty() and facts.covered_until is None


def test_an_open_receivable_is_seen_from_its_issue(creditor):
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
        Receivable.objects.create(
            creditor=creditor, invoice=invoice, customer=customer, currency="EUR", amount=10000, due_date=DAY
        )
    seen = load.facts(creditor.id, DAY, rehearsal=False)
    assert seen.receivables["balance"].to_list() == [10000]
    assert load.facts(creditor.id, date(2026, 3, 1), rehearsal=False).receivables.is_empty()


def test_what_is_read_beside_is_of_the_same_moment(creditor):
    def count(read: bulk.Read) -> pl.DataFrame:
        return read("SELECT count(*) AS n FROM customer")

    with bulk.reader(creditor.pk) as read:
        assert count(read)["n"][0] == 0
        with scope.of(creditor.pk):
            Customer.objects.create(creditor=creditor, external_id="C1", name="Late", known_on=DAY)
        with bulk.beside(creditor.pk, read, count) as told:
            assert told.result()["n"][0] == 0
    with bulk.reader(creditor.pk) as read:
        assert count(read)["n"][0] == 1
