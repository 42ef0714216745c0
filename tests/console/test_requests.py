"""Requests before work at the desk: a deposit, its acceptance, the invoice that it becomes, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from console import clock
from dunwell.core.ledger import DocumentKind
from dunwell.run import numbers
from dunwell.store import scope
from dunwell.store.models import Acceptance, BecameInvoice, Customer, Invoice
from regressions.world import DAY, World

SAID = {"what_for": "Website", "total": "1000.01", "deposit_percent": "30", "valid_until": "2026-03-16", "number": ""}


@pytest.fixture
def home(world: World) -> str:
    clock.set_day(DAY)
    world.client("C1")
    for kind in (DocumentKind.INVOICE, DocumentKind.REQUEST):
        numbers.set_pattern(world.creditor, kind, f"{kind.value[:1]}{{number}}", on=DAY, by="anna")
    return f"/c/{world.creditor.slug}"


def test_a_deposit_from_the_form_to_the_invoice_and_back(
    client_as: Callable[..., Client], world: World, home: str
) -> None:
    client = client_as("approver")
    with scope.of(world.creditor.pk):
        customer = Customer.objects.get().pk
    assert client.post(f"{home}/customers/{customer}/request", SAID).status_code == 302
    with scope.of(world.creditor.pk):
        asked = Invoice.objects.get()
    assert (asked.number, asked.total) == ("r1", 30000)
    page = f"{home}/invoices/{asked.pk}"
    assert "deposit of" in client.get(page).content.decode()
    said = {"name": "Anna Brown", "evidence": "her mail"}
    assert client.post(f"{home}/requests/{asked.pk}/accept", said).status_code == 302
    assert "accepted by Anna Brown" in client.get(f"{home}/requests").content.decode()
    assert client.post(f"{home}/undo/acceptance/{asked.pk}").status_code == 302
    assert "accepted by Anna Brown" not in client.get(page).content.decode()
    assert client.post(f"{home}/requests/{asked.pk}/invoice", {"as_number": ""}).status_code == 302
    assert "became an invoice" in client.get(page).content.decode()
    assert client_as("collector").post(f"{home}/undo/became/{asked.pk}").status_code == 403
    assert client_as("approver").post(f"{home}/undo/became/{asked.pk}").status_code == 302
    with scope.of(world.creditor.pk):
        assert Acceptance.objects.get().end and BecameInvoice.objects.get().end
    assert "became an invoice" not in client_as("viewer").get(page).content.decode()
