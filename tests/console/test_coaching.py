"""Talks: each manager's calls and letters with turns and the playbook, seen by role, in three languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.run import coaching, inbox, inbox_mail, subjects
from dunwell.store import scope
from inbox import mails
from regressions.world import DAY, World

LETTER = "Hello, this is Vera from Firm. Please pay what you owe or you will regret it."


@pytest.fixture
def talked(world: World) -> World:
    world.owing("2026-02-20")
    with scope.of(world.creditor.pk):
        customer = subjects.customer(world.creditor, "C1")
    for manager in ("Vera", "Petar"):
        coaching.of_letter(world.creditor, customer, f"{LETTER} {manager}", answers="No money.", on=DAY, by=manager)
    taken = inbox_mail.take(world.creditor, mails.reply("We will pay on Friday."), on=DAY)
    inbox.accept(world.creditor, taken.proposals[0], on=DAY, by="anna")
    return world


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Talks", "nobody is pressed", "The playbook says", "How well replies are read"]),
        ("ru", ["Разговоры", "без давления", "В сценарии сказано", "Насколько верно читаются ответы"]),
        ("bg", ["Разговори", "без натиск", "В наръчника пише", "Колко вярно се четат отговорите"]),
    ],
)
def test_every_manager_is_shown_to_who_may_approve(
    client_as: Callable[..., Client], talked: World, language: str, words: list[str]
) -> None:
    page = client_as("approver", language=language).get(f"/c/{talked.creditor.slug}/coaching").content.decode()
    for text in (*words, "Vera", "Petar", "you will regret it"):
        assert text in page


def test_others_see_themselves_alone(client_as: Callable[..., Client], talked: World) -> None:
    page = client_as("collector").get(f"/c/{talked.creditor.slug}/coaching").content.decode()
    assert "Vera" not in page and "Petar" not in page
