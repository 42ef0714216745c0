"""What every deed shares: a form asks, a refusal is shown with what was typed, a toast offers to take it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dunwell.store import scope
from dunwell.store.models import Customer, Hold
from regressions.world import World


@pytest.fixture
def address(world: World) -> str:
    world.client("C1", name="Romashka")
    with scope.of(world.creditor.pk):
        return f"/c/{world.creditor.slug}/customers/{Customer.objects.get().pk}"


def holds(world: World, **wanted: Any) -> int:
    with scope.of(world.creditor.pk):
        return Hold.objects.filter(**wanted).count()


def test_a_hold_is_recorded_and_taken_back(client_as: Callable[..., Client], world: World, address: str) -> None:
    client = client_as("collector")
    answer = client.post(f"{address}/hold", {"reason": "hardship", "until": "2026-03-20", "why": "asked by phone"})
    assert answer["Location"] == address
    assert holds(world, reason="hardship", by="Anna Petrova", why="asked by phone", ending=None) == 1

    page = client.get(address).content.decode()
    assert "Contact is on hold." in page
    undo = page.split('<form method="post" action="', 2)
    action = next(part.split('"')[0] for part in page.split('action="') if "/undo/" in part.split('"')[0])
    assert undo
    client.post(action, {"next": address})
    assert holds(world, ending=None) == 0


def test_what_a_form_lacks_is_said_beside_it(client_as: Callable[..., Client], world: World, address: str) -> None:
    answer = client_as("collector").post(f"{address}/hold", {"reason": "hardship"})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()
    assert holds(world) == 0


def test_a_refusal_is_said_in_the_persons_language(
    client_as: Callable[..., Client], world: World, address: str
) -> None:
    told = {"reason": "hardship", "until": "2026-02-20", "why": "x"}
    answer = client_as("collector", language="en").post(f"{address}/hold", told)
    assert answer.status_code == 422
    assert "would hold nothing" in answer.content.decode()
    assert holds(world) == 0


def test_nothing_is_undone_by_looking(client_as: Callable[..., Client], world: World, address: str) -> None:
    client = client_as("collector")
    client.post(f"{address}/hold", {"reason": "other", "why": "x"})
    with scope.of(world.creditor.pk):
        number = Hold.objects.get().pk
    assert client.get(f"/c/{world.creditor.slug}/undo/hold/{number}").status_code == 404
    assert holds(world, ending=None) == 1


def test_undo_leads_to_pages_of_ours_alone(client_as: Callable[..., Client], world: World, address: str) -> None:
    client = client_as("collector")
    client.post(f"{address}/hold", {"reason": "other", "why": "x"})
    with scope.of(world.creditor.pk):
        number = Hold.objects.get().pk
    answer = client.post(f"/c/{world.creditor.slug}/undo/hold/{number}", {"next": "https://evil.example/"})
    assert answer["Location"] == f"/c/{world.creditor.slug}/"
