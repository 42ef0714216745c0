"""Recurring documents at the desk: looked at before they begin, listed with the next three, changed, paused, ended, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from console import clock
from dunwell.core.ledger import DocumentKind
from dunwell.run import numbers, recurring_turns
from dunwell.store import scope
from dunwell.store.models import Customer, Invoice, Recurring
from regressions.world import DAY, World

SAID = {
    "kind": "invoice", "what_for": "Support, {month}", "amount": "1 200.00", "first": "2026-03-31", "every": "1",
    "day_of_month": "0", "days": "14",
}  # fmt: skip


@pytest.fixture
def home(world: World) -> str:
    clock.set_day(DAY)
    world.client("C1")
    numbers.set_pattern(world.creditor, DocumentKind.INVOICE, "{year}-{number}", on=DAY, by="anna")
    return f"/c/{world.creditor.slug}"


def customer(world: World) -> int:
    with scope.of(world.creditor.pk):
        return int(Customer.objects.get().pk)


def begun(world: World) -> list[Recurring]:
    with scope.of(world.creditor.pk):
        return list(Recurring.objects.all())


def test_the_next_three_are_looked_at_before_it_begins_and_a_change_is_looked_at_again(
    client_as: Callable[..., Client], world: World, home: str
) -> None:
    client, address = client_as("approver"), f"{home}/customers/{customer(world)}/recurring"
    looked = client.post(address, SAID).content.decode()
    assert "Support, April 2026" in looked and "Support, May 2026" in looked and not begun(world)
    (exact,) = re.findall(r'name="looked" value="(\w+)"', looked)
    client.post(address, {**SAID, "amount": "1300", "looked": exact})
    assert not begun(world), "another sum is looked at again"
    assert client.post(address, {**SAID, "looked": exact}).status_code == 302
    (row,) = begun(world)
    shown = client.get(f"{home}/recurring").content.decode()
    assert "Support, March 2026" in shown and "Support, May 2026" in shown
    for deed, said in (
        ("price", {"amount": "1500", "since": "2026-05-01"}),
        ("pause", {"since": "2026-04-01", "until": "2026-04-30"}),
    ):
        assert client.post(f"{home}/recurring/{row.pk}/{deed}", said).status_code == 302
    with scope.of(world.creditor.pk):
        (standing,) = recurring_turns.standing(world.creditor)
        coming = [(one.on, one.amount.minor) for one in recurring_turns.preview(world.creditor, standing, DAY, 2)]
    assert coming == [(date(2026, 3, 31), 120000), (date(2026, 5, 31), 150000)]
    assert client.post(f"{home}/recurring/{row.pk}/end", {"why": ""}).status_code == 302
    assert "Support, " not in client.get(f"{home}/recurring").content.decode()
    assert client.post(f"{home}/undo/recurring/{row.pk}").status_code == 302
    assert "Support, March 2026" in client.get(f"{home}/recurring").content.decode()


def test_a_start_in_the_past_is_refused_in_words(client_as: Callable[..., Client], world: World, home: str) -> None:
    client = client_as("approver")
    shown = client.post(f"{home}/customers/{customer(world)}/recurring", {**SAID, "first": "2026-02-28"})
    assert shown.status_code == 422 and "nothing is issued backwards" in shown.content.decode() and not begun(world)


def test_without_a_number_range_nothing_is_issued(client_as: Callable[..., Client], world: World, home: str) -> None:
    client = client_as("admin")
    for pattern in ("{year}", "{number}"):
        client.post(f"{home}/recurring/numbers", {"invoice": "{year}-{number}", "request": pattern})
    assert numbers.pattern(world.creditor, DocumentKind.REQUEST) == "{number}"
    with scope.of(world.creditor.pk):
        assert not Invoice.objects.exists()
