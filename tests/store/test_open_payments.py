"""The database knows which payments have something left: always those, and only those, that a walk over all of them finds."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.store import balances, bulk, guards, scope
from dunwell.store.models import Allocation, Creditor, Customer, Invoice, Payment, PaymentOpen, Receivable

DAY = date(2026, 3, 2)
DEEDS = st.lists(
    st.tuples(st.sampled_from(["pay", "set", "undo", "reverse"]), st.integers(1, 60), st.integers(0, 30)), max_size=12
)


@pytest.fixture
def receivable(creditor: Creditor) -> Receivable:
    with scope.of(creditor.pk):
        customer = Customer.objects.create(creditor=creditor, external_id="A", name="Alice", known_on=DAY)
        invoice = Invoice.objects.create(
            creditor=creditor, external_id="1", customer=customer, number="1", issue_date=DAY, currency="EUR",
            total=1_000_000, known_on=DAY,
        )  # fmt: skip
        return Receivable.objects.create(
            creditor=creditor, invoice=invoice, customer=customer, currency="EUR", amount=1_000_000, due_date=DAY
        )


def found_by_walking() -> set[int]:
    """As of the last day there is: asked without the summary."""
    sql = balances.unapplied_sql(as_of=date.max)
    return {row[0] for row in bulk.rows(f"SELECT payment_id FROM ({sql}) u")}


def do(receivable: Receivable, deed: tuple[str, int, int], serial: int) -> None:
    what, amount, which = deed
    creditor, payments = receivable.creditor, list(Payment.objects.filter(reverses=None).order_by("pk"))
    common: dict[str, Any] = {"creditor": creditor, "currency": "EUR"}
    if what == "pay":
        Payment.objects.create(
            **common, external_id=f"p{serial}", date=DAY, amount=amount, recorded_on=DAY, payer_name="A"
        )
        return
    if not payments:
        return
    payment = payments[which % len(payments)]
    sets = list(payment.allocation_set.filter(undoes=None, allocation=None))
    left = payment.amount - sum(one.amount for one in sets)
    left += sum(one.amount for one in Payment.objects.filter(reverses=payment))
    fact = {**common, "effective_on": DAY, "payment": payment, "receivable": receivable}
    if what == "set" and left > 0:
        Allocation.objects.create(**fact, amount=min(amount, left), basis="manual")
    elif what == "undo" and sets:
        Allocation.objects.create(**fact, amount=-sets[0].amount, basis="undo", undoes=sets[0])
    elif what == "reverse" and left > 0:
        Payment.objects.create(
            **common, external_id=f"r{serial}", date=DAY, amount=-min(amount, left), recorded_on=DAY, reverses=payment
        )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_it_knows_what_a_walk_over_all_payments_finds(
    receivable: Receivable, deeds: list[tuple[str, int, int]]
) -> None:
    with scope.of(receivable.creditor_id):
        point = transaction.savepoint()
        for serial, deed in enumerate(deeds):
            do(receivable, deed, serial)
            assert set(PaymentOpen.objects.values_list("payment_id", flat=True)) == found_by_walking()
        transaction.savepoint_rollback(point)


def test_another_creditor_sees_none_of_them(receivable: Receivable, creditor: Creditor) -> None:
    other = Creditor.objects.create(
        slug="other-open",
        name="O",
        registered_name="O",
        country="BG",
        locale="bg",
        timezone="Europe/Sofia",
        currency="EUR",
    )
    with scope.of(creditor.pk):
        do(receivable, ("pay", 50, 0), 1)
        assert PaymentOpen.objects.count() == 1
    with scope.of(other.pk):
        assert PaymentOpen.objects.count() == 0


def test_a_release_that_knows_nothing_yet_finds_them_all(receivable: Receivable) -> None:
    with scope.of(receivable.creditor_id):
        do(receivable, ("pay", 50, 0), 1)
        do(receivable, ("pay", 20, 0), 2)
        do(receivable, ("set", 50, 0), 3)
        before = set(PaymentOpen.objects.values_list("payment_id", flat=True))
        bulk.execute("DELETE FROM payment_open")
        with connection.cursor() as cursor:
            cursor.execute(guards.FILL_OPEN_PAYMENTS)
            cursor.execute("SELECT set_config('dunwell.creditor', %s, true)", [str(receivable.creditor_id)])
        assert set(PaymentOpen.objects.values_list("payment_id", flat=True)) == before != set()
