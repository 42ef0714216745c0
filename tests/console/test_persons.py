"""A person's rights at the desk: an admin makes the copy and erases; everybody else finds no such page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from dunwell.store import scope
from dunwell.store.models import Contact, Customer, Erasure
from regressions.world import DAY, World

ADDRESS = "petr@home.example"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal of this test alone."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")
    monkeypatch.setattr(settings, "BACKUPS", tmp_path / "elsewhere")


@pytest.fixture
def page(world: World) -> str:
    world.client("P1", name="Пётр Николаев", mail=ADDRESS, kind="person", language="ru")
    with scope.of(world.creditor.pk):
        return f"/c/{world.creditor.slug}/customers/{Customer.objects.get().pk}"


def test_an_admin_takes_the_copy_and_erases(client_as: Callable[..., Client], world: World, page: str) -> None:
    admin = client_as("admin")
    assert "person/erase" in admin.get(page).content.decode()
    assert ADDRESS in admin.get(f"{page}/person/copy?address={ADDRESS}").content.decode()

    copy = admin.post(f"{page}/person/copy", {"address": ADDRESS})
    assert copy.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(copy.content)["reached_by"][0]["address"] == ADDRESS

    unsure = admin.post(f"{page}/person/erase", {"address": ADDRESS, "why": "asked"})
    assert unsure.status_code == 422
    done = admin.post(f"{page}/person/erase", {"address": ADDRESS, "why": "asked by mail", "sure": "on"})
    assert done.status_code in (200, 204, 302)

    with scope.of(world.creditor.pk):
        assert Erasure.objects.get().effective_on == DAY
        assert Contact.objects.get().given_name == "[erased]"
    assert ADDRESS not in admin.get(page).content.decode()


def test_while_money_is_owed_the_page_says_so(client_as: Callable[..., Client], world: World, page: str) -> None:
    world.invoices("P1,invoice,P-1,2026-02-16,2026-03-09,100.00,EUR,")
    said = client_as("admin").post(f"{page}/person/erase", {"address": ADDRESS, "why": "asked", "sure": "on"})

    assert said.status_code == 422
    assert "P-1" in said.content.decode()


def test_a_collector_is_not_offered_it(client_as: Callable[..., Client], page: str) -> None:
    assert "person/erase" not in client_as("collector").get(page).content.decode()
