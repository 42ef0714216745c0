"""Cash to come: weeks with bands in every language, what if, files, and the small picture of a payer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from dunwell.run import forecasting
from dunwell.store import record_forecasts, scope
from dunwell.store.models import Customer
from regressions.world import DAY, World


def home(world: World, rest: str = "outlook") -> str:
    return f"/c/{world.creditor.slug}/{rest}"


@pytest.fixture
def book(world: World) -> World:
    """Two clients who owe; one of them has paid before, late, and promised the rest."""
    world.owing("2026-01-20", "2026-03-10", client="C1", sum_="100.00")
    world.owing("2026-03-20", client="C2", sum_="700.00")
    world.paid("2026-02-02,100.00,EUR,C1 Ltd,invoice C1-1")
    world.day()
    return world


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Cash to come", "80 of 100", "Look at these first", "No model has proved itself yet"]),
        ("ru", ["Ожидаемые поступления", "в 80 из 100", "в первую очередь", "ещё не подтвердила себя"]),
        ("bg", ["Очаквани постъпления", "в 80 от 100", "Погледнете първо", "не се е доказал"]),
    ],
)
def test_the_weeks_stand_beside_their_picture(
    client_as: Callable[..., Client], book: World, language: str, words: list[str]
) -> None:
    page = client_as("viewer", language=language).get(home(book)).content.decode()
    for text in (*words, "C2-1", "800"):
        assert text in page
    charts = [json.loads(found) for found in re.findall(r'<script type="application/json">(.*?)</script>', page)]
    (chart,) = [one for one in charts if one["xAxis"]["type"] == "category"]
    assert len(chart["xAxis"]["data"]) == 84
    assert page.count("nowrap") >= 12


def test_a_lost_client_and_other_days_change_the_figures(client_as: Callable[..., Client], book: World) -> None:
    client = client_as("viewer")
    with scope.of(book.creditor.pk):
        lost = Customer.objects.get(external_id="C2").pk
    without = client.get(home(book), {"lost": lost}).content.decode()
    assert "without C2 Ltd" in without
    assert "€100.00 open" in without
    assert "A supposition" in client.get(home(book), {"sooner": "7"}).content.decode()
    assert client.get(home(book), {"weeks": "x", "sooner": "1000", "lost": "999999"}).status_code == 404


def test_the_days_go_along_as_a_file(client_as: Callable[..., Client], book: World) -> None:
    client = client_as("viewer")
    lines = client.get(home(book, "outlook/csv"), {"weeks": "4"}).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 28
    assert lines[1].startswith(f"{DAY},EUR,")
    assert client.get(home(book, "outlook/xlsx")).content[:2] == b"PK"
    assert client.get(home(book, "outlook/pdf")).status_code == 404


def test_a_customer_is_shown_with_how_they_pay_and_when_the_money_comes(
    client_as: Callable[..., Client], book: World
) -> None:
    with scope.of(book.creditor.pk):
        number = Customer.objects.get(external_id="C1").pk
    page = client_as("viewer").get(home(book, f"customers/{number}")).content.decode()
    assert "How they pay" in page
    assert "13 days late" in page
    assert page.count("payer-late") == 1
    assert "expected" in page


def test_a_person_is_not_pictured_until_a_basis_is_stated(client_as: Callable[..., Client], world: World) -> None:
    world.client("P1", kind="person")
    world.owing("2026-01-20", "2026-03-10", client="P2")
    with scope.of(world.creditor.pk):
        Customer.objects.filter(external_id="P2").update(kind="person")
        person = Customer.objects.get(external_id="P2")
    world.paid("2026-02-02,100.00,EUR,P2 Ltd,invoice P2-1")
    world.day()
    assert forecasting.profile(world.creditor, person, DAY) is None
    forecasting.state_basis(world.creditor, "consent of 1 March", on=DAY, by="anna")
    found = forecasting.profile(world.creditor, person, DAY)
    assert found is not None
    assert found.payments == 1


def test_an_empty_book_brings_nothing_and_says_so(client_as: Callable[..., Client], world: World) -> None:
    assert "Nothing is open" in client_as("viewer").get(home(world)).content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["How the error went over time", "stayed in the shadow"]),
        ("ru", ["Как менялась ошибка", "осталась в тени"]),
        ("bg", ["Как се меняше грешката", "остана в сянка"]),
    ],
)
def test_the_error_is_shown_from_learning_to_learning(
    client_as: Callable[..., Client], book: World, language: str, words: list[str]
) -> None:
    one = {"crps": 2.5, "mae": 3.0, "covered": 0.81}
    for back, trial in ((56, {"new": one, "histories": one}), (28, {"new": one, "histories": one, "before": one})):
        record_forecasts.version(
            book.creditor.pk, on=DAY - timedelta(back), by="anna", why="", took_over=False, fingerprint=str(back),
            payments=300, metrics=trial, calibration=[[0.5, 0.4, 30]], model="",
        )  # fmt: skip
    page = client_as("viewer", language=language).get(home(book)).content.decode()
    for text in (*words, "81\u00a0%"):
        assert text in page
