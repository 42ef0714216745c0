"""What people enter by hand stands in the books like what a file said: old values kept, taken back by counter-records."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from console import clock
from dunwell.store import scope
from dunwell.store.models import (
    Allocation,
    Amendment,
    Cancellation,
    ContactPoint,
    Customer,
    Invoice,
    Payment,
    Receivable,
    Touch,
)
from regressions.world import DAY, World


@pytest.fixture
def client(client_as: Callable[..., Client]) -> Client:
    return client_as("approver")


@pytest.fixture
def customer(world: World, client: Client) -> Customer:
    told = {"name": "ООО «Ромашка»", "kind": "business", "locale": "ru", "country": "RU", "contact": "Анна Иванова", "email": "anna@romashka.example", "phone": "+7 912 000 00 00"}  # fmt: skip
    assert client.post(at(world, "customers/new"), told).status_code == 302
    with scope.of(world.creditor.pk):
        return Customer.objects.get()


def at(world: World, page: str) -> str:
    return f"/c/{world.creditor.slug}/{page}"


def invoice(world: World, client: Client, customer: Customer, **told: str) -> Invoice:
    said = {
        "kind": "invoice",
        "number": "1042",
        "issued": "2026-02-01",
        "due": "2026-02-20",
        "total": "1 250,50",
        **told,
    }
    answer = client.post(at(world, f"customers/{customer.pk}/document"), said)
    assert answer.status_code == 302, answer.content.decode()
    with scope.of(world.creditor.pk):
        return Invoice.objects.get(number=said["number"])


def test_an_invoice_of_a_new_customer_is_planned_like_any_other(
    world: World, client: Client, customer: Customer
) -> None:
    invoice(world, client, customer)
    with scope.of(world.creditor.pk):
        assert set(ContactPoint.objects.values_list("channel", flat=True)) == {"email", "sms", "call"}
        assert Receivable.objects.get().amount == 125_050
    assert world.plan().messages == 1


def test_a_changed_due_date_keeps_the_old_one(world: World, client: Client, customer: Customer) -> None:
    one = invoice(world, client, customer)
    address = at(world, f"documents/{one.pk}/change")
    assert "1250.50" in client.get(address).content.decode()
    assert client.post(address, {"due": "2026-03-20", "total": "1250.50", "why": "agreed by phone"}).status_code == 302
    with scope.of(world.creditor.pk):
        assert str(Receivable.objects.get().due_date) == "2026-03-20"
        row = Amendment.objects.get()
        assert (row.field, row.old, row.why) == ("due_date", "2026-02-20", "agreed by phone")
    assert client.post(address, {"due": "2026-01-20", "total": "1250.50", "why": "x"}).status_code == 422


def test_a_payment_is_set_and_reversed(world: World, client: Client, customer: Customer) -> None:
    invoice(world, client, customer)
    paid = {"total": "1250.50", "paid_on": "2026-02-27", "remittance": "invoice 1042"}
    assert client.post(at(world, f"customers/{customer.pk}/payment"), paid).status_code == 302
    assert world.plan().receivables == 0
    with scope.of(world.creditor.pk):
        payment = Payment.objects.get()
        assert sum(Allocation.objects.values_list("amount", flat=True)) == 125_050
    reverse = at(world, f"payments/{payment.pk}/reverse")
    assert client.post(reverse, {"why": "bounced"}).status_code == 302
    with scope.of(world.creditor.pk):
        assert sum(Allocation.objects.values_list("amount", flat=True)) == 0
        assert sum(Payment.objects.values_list("amount", flat=True)) == 0
    assert client.post(reverse, {"why": "again"}).status_code == 422


def test_a_cancelled_invoice_is_asked_for_no_more(
    world: World, client: Client, client_as: Callable[..., Client], customer: Customer
) -> None:
    one = invoice(world, client, customer)
    address = at(world, f"documents/{one.pk}/cancel")
    assert client_as("collector").post(address, {"why": "x"}).status_code == 403
    assert client.post(address, {"why": "issued twice"}).status_code == 302
    assert world.plan().messages == 0
    with scope.of(world.creditor.pk):
        assert Cancellation.objects.get().why == "issued twice"


def test_we_were_wrong_sends_exactly_what_was_shown(world: World, client: Client, customer: Customer) -> None:
    one = invoice(world, client, customer)
    world.day()
    assert len(world.sent()) == 1
    client.post(at(world, f"documents/{one.pk}/cancel"), {"why": "issued twice"})
    clock.set_day(DAY + timedelta(2))
    address = at(world, f"documents/{one.pk}/apology")
    answer = client.get(address)
    assert answer.status_code == 200, [str(one) for one in get_messages(answer.wsgi_request)]
    page = answer.content.decode()
    assert "anna@romashka.example" in page
    shown = page.split('name="hash" value="')[1].split('"')[0]
    assert client.post(address, {"why": "our mistake", "hash": "other"}).status_code == 422
    assert client.post(address, {"why": "our mistake", "hash": shown}).status_code == 302
    assert [one.purpose for one in world.messages("queued")] == ["apology"]


def test_a_message_of_ones_own_is_noted_and_counts(world: World, client: Client, customer: Customer) -> None:
    address = at(world, f"customers/{customer.pk}/messenger")
    page = client.get(address, {"to": "+7 912 000 00 00", "text": "Здравствуйте!"}).content.decode()
    assert "https://wa.me/79120000000?text=%D0%97" in page
    client.post(address, {"to": "+7 912 000 00 00", "text": "Здравствуйте!"})
    with scope.of(world.creditor.pk):
        touch = Touch.objects.get()
    assert (touch.channel, touch.counts, touch.by, touch.note) == ("sms", True, "Anna Petrova", "Здравствуйте!")


def test_a_document_is_not_entered_twice(world: World, client: Client, customer: Customer) -> None:
    invoice(world, client, customer)
    said = {"kind": "invoice", "number": "1042", "issued": "2026-02-01", "due": "2026-02-20", "total": "1"}
    answer = client.post(at(world, f"customers/{customer.pk}/document"), said)
    assert answer.status_code == 422
    assert "1042" in answer.content.decode()


@pytest.mark.parametrize(("typed", "minor"), [("1,200", 120000), ("1.200", 120000), ("1.200,50", 120050)])
def test_a_mark_of_thousands_is_no_decimal_mark(
    world: World, client: Client, customer: Customer, typed: str, minor: int
) -> None:
    assert invoice(world, client, customer, total=typed).total == minor


def test_a_sum_of_no_digits_is_asked_for_again(world: World, client: Client, customer: Customer) -> None:
    form = {"kind": "invoice", "number": "1", "issued": "2026-02-01", "due": "2026-02-20", "total": "1e400"}
    assert client.post(at(world, f"customers/{customer.pk}/document"), form).status_code == 422


def test_a_form_pressed_twice_is_one_payment(world: World, client: Client, customer: Customer) -> None:
    page = at(world, f"customers/{customer.pk}/payment")
    shown = client.get(page).content.decode()
    once = re.findall(r'name="once" value="([0-9a-f]+)"', shown)[0]
    form = {"once": once, "paid_on": "2026-03-02", "total": "100"}
    assert client.post(page, {**form, "total": "much"}).status_code == 422, "what was refused was not done"
    for _ in range(2):
        assert client.post(page, form).status_code == 302
    with scope.of(world.creditor.pk):
        assert [one.amount for one in Payment.objects.all()] == [10000]
