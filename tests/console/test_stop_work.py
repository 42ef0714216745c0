"""The customer's page says how it stands with their work, and an approver stops it or lets it go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.test import Client

from dunwell.store import scope
from dunwell.store.models import Customer, Message, MessageItem, Receivable, StopWork
from regressions.world import World

NAMED = "announces_stop=2026-02-27"


def announced(world: World) -> str:
    """A client who got, in rehearsal, a letter that named the last Friday of February; gives the page's address."""
    world.owing("2026-01-15", client="C1")
    with scope.of(world.creditor.pk):
        customer = Customer.objects.get()
        letter = Message.objects.create(
            creditor_id=world.creditor.pk, customer=customer, slot_on=date(2026, 2, 18), purpose="request", channel="email",
            step="formal", content="formal", level=7, locale="en", key="k", content_hash="h", message_id="<a@b>", state="sent",
            rehearsal=True, reasons=f"step_due=formal; {NAMED}", not_before="2026-02-18T08:00Z", not_after="2026-02-18T16:00Z",
            sent_on=date(2026, 2, 18),
        )  # fmt: skip
        MessageItem.objects.create(
            creditor_id=world.creditor.pk,
            message=letter,
            receivable=Receivable.objects.get(),
            part="asked",
            amount=10000,
            currency="EUR",
        )
        from_contract = {"stop_work": "clause 5.3"}
        customer.agreement_set.create(
            creditor_id=world.creditor.pk, effective_on=date(2026, 1, 2), terms=from_contract, evidence="signed"
        )
    world.cover(date(2026, 3, 2))
    return f"/c/{world.creditor.slug}/customers/{customer.pk}"


def test_an_approver_stops_work_and_lets_it_go_on(client_as: Callable[..., Client], world: World) -> None:
    address = announced(world)
    client = client_as("approver", language="en")
    assert "A letter named the day" in client.get(address).content.decode()
    assert "Maria Ivanova" in client.get(f"{address}/stop-work").content.decode()
    answer = client.post(f"{address}/stop-work", {"tell": ["Maria Ivanova"], "why": "unpaid since January"})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(address).content.decode()
    assert "clause 5.3" in page and "work in progress pauses" in page and "told: Maria Ivanova" in page
    client.post(f"{address}/work-goes-on", {"outcome": "agreed", "why": "a plan"})
    assert "Work goes on: something else was agreed" in client.get(address).content.decode()
    with scope.of(world.creditor.pk):
        assert StopWork.objects.get().end.outcome == "agreed"


def test_what_stands_against_it_is_said_in_the_form(client_as: Callable[..., Client], world: World) -> None:
    world.owing("2026-01-15", client="C1")
    with scope.of(world.creditor.pk):
        address = f"/c/{world.creditor.slug}/customers/{Customer.objects.get().pk}"
    answer = client_as("approver", language="en").post(f"{address}/stop-work", {"tell": [], "why": "x"})
    assert answer.status_code == 422


def test_a_collector_may_not(client_as: Callable[..., Client], world: World) -> None:
    address = announced(world)
    client = client_as("collector", language="en")
    assert "stop-work" not in client.get(address).content.decode()
    assert client.post(f"{address}/stop-work", {"why": "x"}).status_code in (403, 404)
