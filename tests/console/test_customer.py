"""A customer whole, and the deeds in place: each is a fact under the person's name that the plan sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from console import clock
from dunwell.core.money import Money
from dunwell.run import people
from dunwell.store import customer_view, scope
from dunwell.store.models import Customer, Dispute, Invoice, Note, PolicyChoice, Promise, StateRecord, Touch
from regressions.world import DAY, World

NEXT_WEEK = date(2026, 3, 9)


@pytest.fixture
def customer(world: World) -> Customer:
    """Two invoices of 100 €, one overdue, one to come."""
    world.owing("2026-02-20", "2026-03-20")
    with scope.of(world.creditor.pk):
        return Customer.objects.get()


@pytest.fixture
def address(world: World, customer: Customer) -> str:
    return f"/c/{world.creditor.slug}/customers/{customer.pk}"


def numbers(world: World) -> list[int]:
    with scope.of(world.creditor.pk):
        return list(Invoice.objects.order_by("issue_date", "pk").values_list("pk", flat=True))


def test_the_page_shows_what_is_owed_and_what_happens(
    client_as: Callable[..., Client], world: World, address: str
) -> None:
    world.day()
    page = client_as("viewer").get(address).content.decode()
    for told in ("C1 Ltd", "€200.00", "€100.00", "10 days", "Anna Brown", "c1@client.example", "C1-1", "C1-2"):
        assert told in page, told
    assert "Its step" in page or "overdue when the book" in page
    assert "Hold contact" not in page  # a viewer changes nothing
    assert "data-drawer" not in page.split("<script")[0]


def test_the_timeline_tells_all_of_it(client_as: Callable[..., Client], world: World, address: str) -> None:
    world.day()
    people.promise(world.creditor, "C1-1", promised_date=NEXT_WEEK, amount=None, on=DAY, by="anna", why="by phone")
    people.dispute(
        world.creditor, "C1-2", cause="quality", amount=Money(2500, "EUR"), on=DAY, by="anna", why="scratched"
    )
    world.paid("2026-03-02,40.00,EUR,C1 Ltd,C1-1", on=date(2026, 3, 3))
    world.plan(date(2026, 3, 3))
    page = client_as("viewer").get(address).content.decode()
    for told in (
        "e-mail · sent",
        "Promised for C1-1",
        "Disputes C1-2: quality",
        "scratched",
        "Payment",
        "€40.00",
        "€25.00 disputed",
    ):
        assert told in page, told


def test_a_promise_holds_the_invoices_that_were_named(
    client_as: Callable[..., Client], world: World, address: str
) -> None:
    first, _ = numbers(world)
    told = {"invoices": [first], "by_day": "2026-03-09", "why": "on Monday"}
    assert client_as("collector").post(f"{address}/promise", told)["Location"] == address
    with scope.of(world.creditor.pk):
        assert [(one.receivable.invoice_id, one.promised_date, one.by) for one in Promise.objects.all()] == [
            (first, NEXT_WEEK, "Anna Petrova")
        ]
    world.day()
    assert world.outcome("C1-1").code == "hold"


def test_a_promise_too_far_ahead_is_refused_with_what_was_typed(
    client_as: Callable[..., Client], world: World, address: str
) -> None:
    told = {"invoices": numbers(world), "by_day": "2027-03-09", "why": "some day"}
    answer = client_as("collector", language="ru").post(f"{address}/promise", told)
    assert answer.status_code == 422
    assert "не более чем на 60" in answer.content.decode()
    assert "some day" in answer.content.decode()
    with scope.of(world.creditor.pk):
        assert not Promise.objects.exists()


def test_a_dispute_of_a_part_leaves_the_rest(client_as: Callable[..., Client], world: World, address: str) -> None:
    told = {"invoice": numbers(world)[0], "cause": "wrong_sum", "amount": "30,50", "why": "agreed on less"}
    client_as("collector").post(f"{address}/dispute", told)
    with scope.of(world.creditor.pk):
        assert list(Dispute.objects.values_list("cause", "amount", "why")) == [("wrong_sum", 3050, "agreed on less")]


def test_a_sum_that_is_none_is_said_beside_the_form(
    client_as: Callable[..., Client], world: World, address: str
) -> None:
    told = {"invoice": numbers(world)[0], "cause": "wrong_sum", "amount": "a lot", "why": "x"}
    answer = client_as("collector").post(f"{address}/dispute", told)
    assert answer.status_code == 422
    assert "is not an amount of EUR" in answer.content.decode()


def test_an_invoice_of_somebody_else_is_no_choice(client_as: Callable[..., Client], world: World, address: str) -> None:
    world.owing("2026-02-21", client="C2")
    with scope.of(world.creditor.pk):
        foreign = Invoice.objects.get(number="C2-1").pk
    told = {"invoice": foreign, "cause": "quality", "why": "x"}
    assert client_as("collector").post(f"{address}/dispute", told).status_code == 422


def test_words_to_colleagues_and_contacts_by_hand(client_as: Callable[..., Client], world: World, address: str) -> None:
    client = client_as("collector")
    client.post(f"{address}/note", {"text": "prefers mornings"})
    client.post(
        f"{address}/contacted", {"channel": "call", "address": "c1@client.example", "outcome": "will look into it"}
    )
    with scope.of(world.creditor.pk):
        assert list(Note.objects.values_list("text", "by")) == [("prefers mornings", "Anna Petrova")]
        touch = Touch.objects.get()
    assert touch.counts
    assert touch.person_key
    page = client.get(address).content.decode()
    assert "prefers mornings" in page
    assert "will look into it" in page
    client.post(f"/c/{world.creditor.slug}/undo/touch/{touch.pk}", {"next": address})
    assert "Contacted by hand: call – taken back" in client.get(address).content.decode()


def test_money_is_set_and_taken_back(
    client_as: Callable[..., Client], world: World, address: str, customer: Customer
) -> None:
    world.paid("2026-03-01,60.00,EUR,C1 Ltd,thanks")
    world.plan()
    with scope.of(world.creditor.pk):
        ((payment, left),) = customer_view.unapplied(customer.pk)
    assert left == Money(6000, "EUR")
    client = client_as("collector")
    client.post(f"{address}/allocate", {"payment": payment.pk, "invoice": numbers(world)[0], "amount": "", "why": ""})
    page = client.get(f"/c/{world.creditor.slug}/invoices/{numbers(world)[0]}").content.decode()
    assert "€40.00" in page
    action = next(part.split('"')[0] for part in page.split('action="') if "/undo/allocation/" in part.split('"')[0])
    client.post(action, {"next": address})
    with scope.of(world.creditor.pk):
        assert [one for _, one in customer_view.unapplied(customer.pk)] == [Money(6000, "EUR")]


def test_a_state_stops_everything(client_as: Callable[..., Client], world: World, address: str) -> None:
    client_as("collector").post(f"{address}/state", {"state": "insolvent", "why": "the register"})
    with scope.of(world.creditor.pk):
        assert StateRecord.objects.get().state == "insolvent"
    world.day()
    assert world.messages() == []


def test_a_policy_is_changed_by_an_approver_alone(client_as: Callable[..., Client], world: World, address: str) -> None:
    assert client_as("collector").post(f"{address}/policy", {"policy": "gentle"}).status_code == 403
    client_as("approver").post(f"{address}/policy", {"policy": "gentle"})
    with scope.of(world.creditor.pk):
        assert list(PolicyChoice.objects.values_list("scope", "policy")) == [("customer", "gentle")]


def test_the_invoice_tells_its_story(client_as: Callable[..., Client], world: World, address: str) -> None:
    world.day()
    client = client_as("viewer", language="bg")
    number = numbers(world)[0]
    home = f"/c/{world.creditor.slug}/invoices/{number}"
    assert "C1-1" in client.get(home).content.decode()
    clock.set_day(date(2026, 3, 3))
    story = client.get(f"{home}/story").content.decode()
    assert "Факти" in story
    assert "напомняне" in story
    assert "rung-next" in story


def test_search_finds_by_name_number_sum_and_address(
    client_as: Callable[..., Client], world: World, address: str
) -> None:
    client = client_as("viewer")
    search = f"/c/{world.creditor.slug}/search?q="
    assert client.get(f"{search}C1 Ltd")["Location"] == address
    assert client.get(f"{search}C1-2")["Location"].endswith(f"/invoices/{numbers(world)[1]}")
    assert client.get(f"{search}c1@client.example")["Location"] == address
    assert "C1-2" in client.get(f"{search}100,00").content.decode()
    assert "Nothing was found" in client.get(f"{search}%").content.decode()


def test_timeline_pages_meet_without_gap_or_overlap(
    world: World, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in "abcdefg":
        people.note(world.creditor, customer, text, on=DAY, by="anna")
    with scope.of(world.creditor.pk):
        whole = [(one.kind, one.number) for one in customer_view.timeline(customer.pk, before=None)]
        monkeypatch.setattr(customer_view, "EVENTS", 3)
        found, before = [], None
        while part := customer_view.timeline(customer.pk, before=before)[:3]:
            found += [(one.kind, one.number) for one in part]
            before = (part[-1].on, part[-1].at)
    assert found == whole


def test_silence_at_an_address_is_recorded_and_lifted(client_as: Callable[..., Client], world: World) -> None:
    world.owing("2026-02-20")
    with scope.of(world.creditor.pk):
        number = Customer.objects.get().pk
    client, place = client_as("collector"), f"/c/{world.creditor.slug}/customers/{number}"
    told = {"address": "c1@client.example", "channel": "email", "why": "said so on the telephone"}
    client.post(f"{place}/silence", told)
    assert "no messages" in client.get(place).content.decode()
    client.post(f"{place}/silence", {**told, "wanted": "on"})
    assert ">no messages<" not in client.get(place).content.decode()
    assert world.plan().messages == 1
