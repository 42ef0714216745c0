"""The desk's side of care: a dispute answered by a letter that is looked at, a talk, credit notes to issue, offers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from console import clock
from dunwell.core.money import Money
from dunwell.run import disputes, people
from dunwell.run.disputes import Answer
from dunwell.store import scope
from dunwell.store.models import CreditDue, Customer, Dispute, Hold, Note, Offer
from regressions.world import DAY, World

THURSDAY = date(2026, 3, 5)


@pytest.fixture
def contested(world: World) -> Dispute:
    """30.00 of an invoice that was asked for on Monday are contested; it is Thursday."""
    world.owing("2026-02-20")
    world.day(DAY)
    (made,) = people.dispute(
        world.creditor, "C1-1", cause="wrong_sum", amount=Money(3000, "EUR"), on=DAY, by="anna", why="one box missing"
    )
    clock.set_day(THURSDAY)
    return made


def home(world: World) -> str:
    return f"/c/{world.creditor.slug}"


def rows(world: World, model: Any) -> list[Any]:
    with scope.of(world.creditor.pk):
        return list(model.objects.order_by("pk"))


def test_the_letter_is_looked_at_before_the_dispute_ends(
    client_as: Callable[..., Client], world: World, contested: Dispute
) -> None:
    client, address = client_as("approver"), f"{home(world)}/disputes/{contested.pk}/answer"
    assert "one box missing" in client.get(address).content.decode()
    said = {"outcome": "accepted", "amount": "20", "words": "Two of the three boxes were missing."}
    looked = client.post(address, said).content.decode()
    assert "Two of the three boxes were missing." in looked and not rows(world, CreditDue)
    (exact,) = re.findall(r'name="hash" value="(\w+)"', looked)
    changed = client.post(address, {**said, "words": "Other words.", "hash": exact}).content.decode()
    assert "Other words." in changed and not rows(world, CreditDue), "another letter is looked at again"
    done = client.post(address, {**said, "hash": exact})
    assert done.status_code == 302
    assert [one.amount for one in rows(world, CreditDue)] == [2000]


def test_too_much_is_refused_where_it_was_typed(
    client_as: Callable[..., Client], world: World, contested: Dispute
) -> None:
    address = f"{home(world)}/disputes/{contested.pk}/answer"
    answer = client_as("approver").post(address, {"outcome": "accepted", "amount": "31", "words": "x"})
    assert answer.status_code == 422 and "more than the" in answer.content.decode()
    assert not rows(world, CreditDue)


def test_somebody_takes_a_dispute_until_a_day(
    client_as: Callable[..., Client], world: World, contested: Dispute
) -> None:
    client = client_as("collector")
    client.post(f"{home(world)}/disputes/{contested.pk}/owner", {"owner": "Boris", "due_on": "2026-03-09"})
    page = client.get(f"{home(world)}/?kind=dispute").content.decode()
    assert "Boris answers by 9 March." in page


def test_accounting_refuses_a_credit_note(client_as: Callable[..., Client], world: World, contested: Dispute) -> None:
    disputes.resolve(world.creditor, contested.pk, Answer("accepted", words="Right."), on=THURSDAY, by="anna")
    (due,) = rows(world, CreditDue)
    client = client_as("approver")
    assert "Credit notes to issue" in client.get(f"{home(world)}/").content.decode()
    client.post(f"{home(world)}/credits/{due.pk}", {"refused": "on", "why": "entered by mistake"})
    assert "Credit notes to issue" not in client.get(f"{home(world)}/").content.decode()


def test_a_talk_has_its_questions_and_keeps_the_answers(client_as: Callable[..., Client], world: World) -> None:
    world.client("C1")
    (customer,) = rows(world, Customer)
    people.hold(
        world.creditor, customer_name=customer, reason="hardship", until=None, on=DAY, by="anna", why="by phone"
    )
    client, address = client_as("collector"), f"{home(world)}/customers/{customer.pk}/talk"
    assert "what is weighing on you most" in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422, "nothing was said"
    client.post(address, {"answer_0": "Tired, our best client left.", "until": "2026-03-31"})
    assert "our best client left" in rows(world, Note)[0].text
    with scope.of(world.creditor.pk):
        assert [one.until_date for one in Hold.objects.filter(ending=None)] == [date(2026, 3, 31)]


OFFER = {
    "name": "spring", "kind": "discount", "share": "2,5", "days": "10", "until": "2026-06-30", "margin": "30",
    "floor": "10", "budget": "500",
}  # fmt: skip


def test_an_offer_is_made_and_ended(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("approver")
    assert client.post(f"{home(world)}/offers/new", OFFER).status_code == 302
    (offer,) = rows(world, Offer)
    assert (offer.share, offer.budget) == (250, 50000)
    assert "spring" in client.get(f"{home(world)}/offers").content.decode()
    client.post(f"{home(world)}/offers/{offer.pk}/end", {"why": "enough"})
    assert "End it" not in client.get(f"{home(world)}/offers").content.decode()


def test_an_offer_below_the_floor_is_refused(client_as: Callable[..., Client], world: World) -> None:
    answer = client_as("approver").post(f"{home(world)}/offers/new", {**OFFER, "share": "25"})
    assert answer.status_code == 422 and "less than the floor of 10%" in answer.content.decode()
    assert not rows(world, Offer)
