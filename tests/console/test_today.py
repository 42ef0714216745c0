"""Today shows what waits and says why; approval lets go exactly what was shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from console import clock, worlds
from dunwell.run import people
from dunwell.store import bulk, scope
from dunwell.store.models import FindingRecord, Message
from regressions.world import DAY, World


@pytest.fixture
def waiting(world: World) -> Message:
    """A letter that a person must allow: the first one to a manager."""
    return worlds.waiting(world)


def home(world: World) -> str:
    return f"/c/{world.creditor.slug}/"


def test_an_empty_list_says_that_nothing_waits(client_as: Callable[..., Client], world: World) -> None:
    assert "Nothing waits for you" in client_as("viewer").get(home(world)).content.decode()


def test_each_row_says_why(client_as: Callable[..., Client], world: World, waiting: Message) -> None:
    page = client_as("approver").get(home(world)).content.decode()
    assert "1 thing waits for you" in page
    assert "A person approves it first: the policy asks for it." in page
    assert "€100.00" in page
    assert f'value="{waiting.pk}" data-choose' in page


def test_the_same_in_russian_and_bulgarian(client_as: Callable[..., Client], world: World, waiting: Message) -> None:
    assert "Вас ждёт 1 дело" in client_as("viewer", language="ru").get(home(world)).content.decode()
    assert "Чака ви 1 задача" in client_as("viewer", language="bg").get(home(world)).content.decode()


def test_a_viewer_is_not_offered_what_an_approver_is(
    client_as: Callable[..., Client], world: World, waiting: Message
) -> None:
    page = client_as("collector").get(home(world)).content.decode()
    assert "data-choose" not in page.split("<script")[0]
    assert "Run the day" not in page


def test_money_that_fits_nothing_waits(client_as: Callable[..., Client], world: World) -> None:
    world.client("C1", name="Romashka")
    world.paid("2026-03-01,77.00,EUR,Romashka,thanks")
    page = client_as("viewer").get(home(world) + "?kind=money").content.decode()
    assert "Romashka" in page
    assert "€77.00" in page
    assert "thanks" in page


def test_a_promise_past_its_day_waits_until_it_is_paid(client_as: Callable[..., Client], world: World) -> None:
    (number,) = world.owing("2026-02-20")
    people.promise(world.creditor, number, promised_date=DAY, amount=None, on=DAY, by="anna", why="by phone")
    client = client_as("viewer")
    assert "Promised, not paid" not in client.get(home(world)).content.decode()
    clock.set_day(date(2026, 3, 5))
    assert "Promised, not paid" in client.get(home(world)).content.decode()
    world.paid(f"2026-03-04,100.00,EUR,C1 Ltd,{number}", on=date(2026, 3, 5))
    world.plan(date(2026, 3, 5))
    assert "Promised, not paid" not in client.get(home(world)).content.decode()


def test_what_is_shown_are_the_bytes_that_go(client_as: Callable[..., Client], world: World, waiting: Message) -> None:
    client = client_as("approver")
    page = client.get(f"{home(world)}approve?m={waiting.pk}").content.decode()
    assert waiting.content_hash in page
    assert waiting.content_row.subject in page
    letter = client.get(f"{home(world)}messages/{waiting.pk}/letter")
    assert "script" not in letter["Content-Security-Policy"].replace("default-src 'none'", "")
    assert "sandbox" in letter["Content-Security-Policy"]
    assert letter["X-Frame-Options"] == "SAMEORIGIN"
    original = client.get(f"{home(world)}messages/{waiting.pk}/original").content
    assert original == bytes(waiting.content_row.mime)


def test_approval_lets_go_what_was_shown_and_nothing_else(
    client_as: Callable[..., Client], world: World, waiting: Message
) -> None:
    client = client_as("approver")
    address = f"{home(world)}approve/chosen"
    client.post(address, {"m": f"{waiting.pk}:{'0' * 64}"})
    assert [one.state for one in world.messages() if one.pk == waiting.pk] == ["waiting"]
    page = client.get(home(world)).content.decode()
    assert "has changed or no longer waits" in page

    client.post(address, {"m": f"{waiting.pk}:{waiting.content_hash}"})
    (after,) = [one for one in world.messages() if one.pk == waiting.pk]
    assert after.state == "sent"  # rehearsed at once
    assert after.rehearsal
    with scope.of(world.creditor.pk):
        ((by, content_hash),) = bulk.rows("SELECT by, content_hash FROM approval WHERE message_id = %s", waiting.pk)
    assert (by, content_hash) == ("Anna Petrova", waiting.content_hash)
    assert "1 message approved." in client.get(home(world)).content.decode()


def test_two_people_approving_at_once_approve_once(
    client_as: Callable[..., Client], world: World, waiting: Message
) -> None:
    told = {"m": f"{waiting.pk}:{waiting.content_hash}"}
    first, second = client_as("approver"), client_as("approver")
    first.post(f"{home(world)}approve/chosen", told)
    second.post(f"{home(world)}approve/chosen", told)
    assert "has changed or no longer waits" in second.get(home(world)).content.decode()
    with scope.of(world.creditor.pk):
        assert bulk.rows("SELECT count(*) FROM approval WHERE message_id = %s", waiting.pk) == [(1,)]


def test_a_collector_cannot_approve(client_as: Callable[..., Client], world: World, waiting: Message) -> None:
    told = {"m": f"{waiting.pk}:{waiting.content_hash}"}
    assert client_as("collector").post(f"{home(world)}approve/chosen", told).status_code == 403
    assert [one.state for one in world.messages() if one.pk == waiting.pk] == ["waiting"]


def test_the_day_is_run_from_here(client_as: Callable[..., Client], world: World) -> None:
    world.owing("2026-02-20")
    world.cover(DAY)
    client = client_as("approver")
    client.post(f"{home(world)}run")
    page = client.get(home(world)).content.decode()
    assert re.search(r"The day was run: 1 written", page)
    assert [one.state for one in world.messages()] == ["sent"]


def test_figures_add_up_by_currency(client_as: Callable[..., Client], world: World) -> None:
    world.owing("2026-02-20", "2026-03-20", sum_="1500.00")
    page = client_as("viewer").get(f"{home(world)}figures").content.decode()
    assert "€1,500" in page
    assert "of €3,000 open" in page


@pytest.mark.parametrize(
    ("language", "wrong", "remedy"),
    [
        ("en", "This is not a date.", "Write the date as"),
        ("ru", "Это не дата.", "Напишите дату"),
        ("bg", "Това не е дата.", "Напишете датата"),
    ],
)
def test_a_finding_is_said_in_the_persons_language(
    client_as: Callable[..., Client], world: World, language: str, wrong: str, remedy: str
) -> None:
    world.client()
    world.take("Customer ID,Invoice number,Invoice date,Due date,Amount\nC1,7,2026-02-01,soon,100.00\n")
    client = client_as("viewer", language=language)
    with scope.of(world.creditor.pk):
        address = f"{home(world)}money/files/{FindingRecord.objects.get().file_id}"
    for page in (home(world), address):
        said = client.get(page).content.decode()
        assert wrong in said and remedy in said
