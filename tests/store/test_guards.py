"""The promises that the database keeps itself: I1, I14, I15."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError

from dunwell.store import scope
from dunwell.store.models import Allocation, Creditor, Customer, Invoice, Payment, Receivable

DAY = date(2026, 3, 2)


@pytest.fixture
def ledger(creditor):
    """One invoice of 100.00 and one payment of 60.00."""
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
            external_id="p1",
            customer=customer,
            date=DAY,
            currency="EUR",
            amount=6000,
            recorded_on=DAY,
        )
    return creditor, receivable, payment


def allocate(creditor, receivable, payment, amount, currency="EUR"):
    with scope.of(creditor.id):
        Allocation.objects.create(
            creditor=creditor,
            effective_on=DAY,
            payment=payment,
            receivable=receivable,
            currency=currency,
            amount=amount,
            basis="manual",
        )


def test_it_refuses_to_allocate_more_than_was_received(ledger):
    allocate(*ledger, 6000)
    with pytest.raises(IntegrityError, match="more than was received"):
        allocate(*ledger, 1)


def test_it_refuses_another_currency(ledger):
    with pytest.raises(IntegrityError, match="another currency"):
        allocate(*ledger, 10, currency="RUB")


def test_it_refuses_to_cover_more_than_is_owed(ledger):
    creditor, receivable, _ = ledger
    with scope.of(creditor.id):
        big = Payment.objects.create(
            creditor=creditor, external_id="p2", date=DAY, currency="EUR", amount=20000, recorded_on=DAY
        )
    with pytest.raises(IntegrityError, match="more than is owed"):
        allocate(creditor, receivable, big, 10001)


def test_facts_are_never_changed_by_the_application(ledger):
    creditor, _, payment = ledger
    with pytest.raises(ProgrammingError, match="permission denied"), scope.of(creditor.id):
        Payment.objects.filter(pk=payment.pk).update(amount=1)


def test_facts_are_never_changed_by_the_owner_of_the_tables_either(ledger):
    creditor, _, payment = ledger
    with pytest.raises((InternalError, IntegrityError), match="counter-record"), transaction.atomic("owner"):
        from django.db import connections

        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT set_config('dunwell.creditor', %s, true)", [str(creditor.id)])
            cursor.execute("DELETE FROM payment WHERE id = %s", [payment.pk])


def test_another_creditors_rows_do_not_exist(ledger):
    other = Creditor.objects.create(
        slug=f"other-{ledger[0].slug}",
        name="O",
        registered_name="O",
        country="BG",
        locale="bg",
        timezone="Europe/Sofia",
        currency="EUR",
    )
    with scope.of(other.id):
        assert not Payment.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE customer SET name = 'taken'")
            assert cursor.rowcount == 0
    assert not Customer.objects.exists(), "without a creditor nothing is seen"


def test_a_row_cannot_be_written_for_another_creditor(ledger):
    other = Creditor.objects.create(
        slug=f"other2-{ledger[0].slug}",
        name="O",
        registered_name="O",
        country="BG",
        locale="bg",
        timezone="Europe/Sofia",
        currency="EUR",
    )
    with pytest.raises(ProgrammingError, match="row-level security"), scope.of(other.id):
        Customer.objects.create(creditor=ledger[0], external_id="X", name="X", known_on=DAY)


def test_a_document_belongs_to_a_customer_of_its_own_creditor_and_stays_with_it(ledger):
    creditor, receivable, _ = ledger
    other = Creditor.objects.create(slug="other", name="Other", country="BG", currency="EUR", timezone="Europe/Sofia")
    with scope.of(other.id):
        stranger = Customer.objects.create(creditor=other, external_id="B", name="Bob", known_on=DAY)
    with pytest.raises(IntegrityError, match="not one of this creditor"), scope.of(creditor.id):
        Receivable.objects.create(creditor=creditor, invoice_id=-1, customer_id=-1, currency="EUR", amount=1)
    with pytest.raises(IntegrityError, match="not one of this creditor"), scope.of(creditor.id):
        Payment.objects.create(
            creditor=creditor,
            external_id="p2",
            customer=stranger,
            date=DAY,
            currency="EUR",
            amount=1,
            recorded_on=DAY,
        )
    with pytest.raises(IntegrityError, match="is refused"), scope.of(creditor.id):
        Invoice.objects.filter(pk=receivable.invoice_id).update(customer_id=stranger.pk)
