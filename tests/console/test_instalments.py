"""A schedule agreed at the desk, a wish decided about, both taken back; and what the pages show of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from dunwell.core.instalments import Wish
from dunwell.run import instalments
from dunwell.run.instalments import Fact
from dunwell.store import scope
from dunwell.store.models import Customer, Invoice, PaymentPlan, Promise
from regressions.world import DAY, World


def at(world: World, page: str) -> str:
    return f"/c/{world.creditor.slug}/{page}"


def pks(world: World) -> tuple[int, int]:
    with scope.of(world.creditor.pk):
        return Customer.objects.get().pk, Invoice.objects.get().pk


def asked(world: World, customer: int, invoice: int) -> dict[str, object]:
    first = (DAY + timedelta(14)).isoformat()
    return {"invoices": [invoice], "parts": 3, "first": first, "every": "two_weeks", "evidence": "call of today"}


def test_a_schedule_is_agreed_shown_and_taken_back(world: World, client_as: Callable[..., Client]) -> None:
    world.owing("2026-02-20", sum_="900.00")
    customer, invoice = pks(world)
    client = client_as("collector")
    form = client.get(at(world, f"customers/{customer}/instalments"))
    assert form.status_code == 200, form.content
    done = client.post(at(world, f"customers/{customer}/instalments"), asked(world, customer, invoice))
    assert done.status_code == 302, done.content.decode()
    with scope.of(world.creditor.pk):
        plan = PaymentPlan.objects.get()
        assert Promise.objects.filter(plan=plan).count() == 3
    for page in (f"customers/{customer}", f"invoices/{invoice}"):
        shown = client.get(at(world, page)).content.decode()
        assert "Agreed schedule" in shown and "300" in shown and "call of today" in shown
    paper = client.get(at(world, f"schedules/{plan.pk}/paper"))
    assert paper.content.startswith(b"%PDF")
    world.plan(DAY + timedelta(1))
    assert world.outcome("C1-1").reasons == "instalment_plan"
    assert client.post(at(world, f"undo/plan/{plan.pk}"), {"next": at(world, "")}).status_code == 302
    with scope.of(world.creditor.pk):
        assert not Promise.objects.filter(ending=None).exists()


def test_more_than_the_policy_needs_the_role_and_a_tick(world: World, client_as: Callable[..., Client]) -> None:
    world.owing("2026-02-20", sum_="900.00")
    customer, invoice = pks(world)
    told = asked(world, customer, invoice) | {"parts": 6, "every": "month"}
    address = at(world, f"customers/{customer}/instalments")
    assert client_as("collector").post(address, told | {"allow": "on"}).status_code == 422
    approver = client_as("approver")
    assert approver.post(address, told).status_code == 422
    assert approver.post(address, told | {"allow": "on"}).status_code == 302


def test_a_wish_stands_on_the_list_until_it_is_decided(world: World, client_as: Callable[..., Client]) -> None:
    (number,) = world.owing("2026-02-20", sum_="900.00")
    found = instalments.of_invoices(world.creditor, [number], DAY)
    parts = instalments.parts_of(found, Wish(parts=6, first=DAY + timedelta(7)), DAY)
    plan = instalments.ask(found, parts, Fact(DAY, "page"), locale="en", evidence="On the payment page, Anna Brown")
    client = client_as("approver")
    assert "Asks for a payment schedule" in client.get(at(world, "")).content.decode()
    customer, _ = pks(world)
    assert "asked for" in client.get(at(world, f"customers/{customer}")).content.decode()
    assert client.post(at(world, f"schedules/{plan.pk}/decide"), {"allow": "1"}).status_code == 302
    with scope.of(world.creditor.pk):
        assert Promise.objects.filter(plan=plan, ending=None).count() == 6
    assert "Asks for a payment schedule" not in client.get(at(world, "")).content.decode()


def test_a_missed_payment_stands_on_the_list(world: World, client_as: Callable[..., Client]) -> None:
    (number,) = world.owing("2026-01-20", sum_="900.00")
    early = DAY - timedelta(20)
    found = instalments.of_invoices(world.creditor, [number], early)
    parts = instalments.parts_of(found, Wish(parts=2, first=early + timedelta(7)), early)
    instalments.agree(found, parts, Fact(early, "anna"), locale="en", evidence="call")
    client = client_as("collector")
    assert "Promised, not paid" in client.get(at(world, "")).content.decode()
    customer, _ = pks(world)
    assert "a payment is missing" in client.get(at(world, f"customers/{customer}")).content.decode()
