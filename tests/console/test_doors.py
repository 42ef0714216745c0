"""Who may enter where: every line of the address table, by every role, for another creditor, and for nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from dunwell.core.roles import DeskRole
from dunwell.run import api_tokens, leaves, people
from dunwell.store import scope
from dunwell.store.models import (
    ApiToken,
    BankAccount,
    Creditor,
    Customer,
    Dispute,
    Ending,
    Hold,
    ImportFile,
    Invoice,
    Leave,
    Membership,
    Message,
    Payment,
    Staff,
)
from dunwell.web.console.doors import Door
from dunwell.web.console.urls import ACCOUNT_DOORS, DOORS, OPEN_DOORS
from dunwell.web.portal import urls as portal
from regressions import world as worlds

NUMBER = 987654321
"""Of an object that nobody has."""
VALUES = {"int": NUMBER, "str": "nothing", "slug": "nothing"}
LOGIN = "/login?next="


def address(door: Door, creditor: Creditor) -> str:
    """The door's address at a creditor, with a number of nothing where it asks for one."""
    pattern = door.pattern.pattern
    parts = {name: VALUES[kind_of(converter)] for name, converter in pattern.converters.items() if name != "creditor"}
    return reverse(f"console:{door.name}", kwargs={"creditor": creditor.slug, **parts})


def kind_of(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


@pytest.fixture
def other(database: object) -> Creditor:
    return Creditor.objects.create(
        slug=f"other-{Creditor.objects.count()}", name="Other", registered_name="Other", country="BG", locale="bg",
        timezone="Europe/Sofia", currency="EUR",
    )  # fmt: skip


def test_every_address_of_the_faces_stands_in_the_table() -> None:
    """A page wired past the table would have no door."""
    found = {pattern.name for _, pattern in _patterns(get_resolver()) if pattern.name}
    assert found - {pattern.name for pattern in portal.urlpatterns} == {
        door.name for door in (*DOORS, *OPEN_DOORS, *ACCOUNT_DOORS)
    }


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_nobody_is_led_to_the_log_in(door: Door, client_as: Callable[..., Client], creditor: Creditor) -> None:
    client = client_as(None)
    for answer in (client.get(address(door, creditor)), client.post(address(door, creditor))):
        assert answer.status_code == 302
        assert answer["Location"].startswith(LOGIN)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_role_too_small_is_refused(door: Door, client_as: Callable[..., Client], creditor: Creditor) -> None:
    for role in DeskRole:
        if not role.includes(door.role):
            client = client_as(role)
            assert client.get(address(door, creditor)).status_code == 403
            assert client.post(address(door, creditor)).status_code == 403


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_another_creditors_desk_is_not_found(
    door: Door, client_as: Callable[..., Client], creditor: Creditor, other: Creditor
) -> None:
    client = client_as("admin")
    assert client.get(address(door, other)).status_code == 404
    assert client.post(address(door, other)).status_code == 404


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_the_smallest_role_enters(door: Door, client_as: Callable[..., Client], creditor: Creditor) -> None:
    """With nothing in the books: the page itself, or not found where it asks for an object; never a failure."""
    asks_for_object = bool(set(door.pattern.pattern.converters) - {"creditor"})
    answer = client_as(door.role).get(address(door, creditor))
    assert answer.status_code in ((404, 405) if asks_for_object else (200, 405)), answer.content[:500]


@pytest.fixture
def others_objects(other: Creditor, tmp_path: Path) -> list[int]:
    """A number of each kind of thing that the other creditor has: documents, money, files, papers, people, keys."""
    world = worlds.fresh(other, tmp_path)
    (number, _) = world.owing("2026-02-20", "2026-02-21")
    world.day()
    world.paid("2026-03-01,60.00,EUR,C1 Ltd,")
    people.hold(other, customer_name="C1", reason="other", until=None, on=worlds.DAY, by="anna", why="test")
    people.dispute(other, number, cause="quality", amount=None, on=worlds.DAY, by="anna", why="test")
    api_tokens.create(other, "Shop", role="viewer", on=worlds.DAY, by="anna")
    with scope.of(other.pk):
        signs = Staff.objects.order_by("pk").first()
        stands_in = Staff.objects.create(creditor=other, name="Ivan Stoev")
        leaves.record(other, signs, stands_in, first=worlds.DAY, last=worlds.DAY, on=worlds.DAY, by="anna")
        newest = [model._default_manager.filter(creditor=other).order_by("-pk").first() for model in NUMBERED]
    assert all(newest), NUMBERED
    return sorted({one.pk for one in newest})


NUMBERED = (*(Customer, Invoice, Message, Payment, ImportFile, Hold, Dispute, BankAccount, Staff, Leave, ApiToken),)


def test_another_creditors_objects_are_not_found(
    client_as: Callable[..., Client], creditor: Creditor, other: Creditor, others_objects: list[int]
) -> None:
    """At one's own desk, with the other's numbers, by every door that takes one."""
    client = client_as("admin")
    # Memberships belong to no creditor's rows: one's own may have the number of another's thing.
    own = set(Membership.objects.filter(creditor=creditor).values_list("pk", flat=True))
    for door in DOORS:
        if "<int:number>" not in door.address:
            continue
        for number in set(others_objects) - own:
            parts = {name: number for name in door.pattern.pattern.converters if name in ("number", "place")}
            asked = set(door.pattern.pattern.converters) - {*parts, "creditor"}
            texts = {name: "hold" if name == "what" else "nothing" for name in asked}
            there = reverse(f"console:{door.name}", kwargs={"creditor": creditor.slug, **parts, **texts})
            assert client.get(there).status_code in (404, 405), there
            answer = client.post(there)
            assert answer.status_code in (404, 405) or answer["Location"].endswith(f"/c/{creditor.slug}/"), there
    with scope.of(other.pk):
        assert not Ending.objects.exists()


def _patterns(resolver: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for one in resolver.url_patterns:
        found += _patterns(one) if hasattr(one, "url_patterns") else [(str(one.pattern), one)]
    return found
