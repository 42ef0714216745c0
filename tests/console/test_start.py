"""From an empty installation to tomorrow's letters: company, file, columns, policy, preview; and what stands against going live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from console.uploading import imported
from dunwell.run import founding
from dunwell.store import scope
from dunwell.store.models import BankAccount, Coverage, Creditor, Invoice, Membership, PolicyChoice, Staff
from regressions.world import World

HEAD = "Customer ID,Customer name,Country,Language,Contact person,Role,Email,Invoice number,Invoice date,Due date,Amount,Currency\n"
COMPANY = {
    "name": "Бреза ООД",
    "country": "BG",
    "writer": "Мария Петрова",
    "email": "maria@breza.example",
    "iban": "BG80 BNBG 9661 1020 3456 78",
    "bic": "BNBGBGSD",
}


@pytest.fixture
def newcomer(built: None) -> Iterator[Client]:
    """Signed in, and at no company yet."""
    client = Client(headers={"accept-language": "en"})
    user = User.objects.create_user(f"newcomer-{User.objects.count()}", first_name="Anna", last_name="Petrova")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    yield client


def rows(count: int) -> str:
    lines = [
        f"C{n},Client {n} Ltd,BG,en,Anna Brown,accounts payable,c{n}@client.example,A-{n},2026-02-02,2026-02-{16 + n % 5},{100 + n}.00,EUR"
        for n in range(1, count + 1)
    ]
    return "\n".join(lines) + "\n"


def sheet() -> SimpleUploadedFile:
    return SimpleUploadedFile("open items.csv", (HEAD + rows(200)).encode())


def start(creditor: Creditor, page: str) -> str:
    return f"/c/{creditor.slug}/start/{page}"


def test_the_first_user_is_led_to_set_up_a_company(newcomer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(founding, "may_found", lambda user: True)  # the test database is never empty
    assert newcomer.get("/")["Location"] == "/start"
    assert "Who is owed?" in newcomer.get("/start").content.decode()
    answer = newcomer.post("/start", COMPANY)
    assert answer.status_code == 302, answer.content.decode()
    made = Creditor.objects.order_by("-pk")[0]
    assert answer["Location"] == start(made, "file")
    assert (made.name, made.locale, made.timezone) == ("Бреза ООД", "bg", "Europe/Sofia")
    assert Membership.objects.get(creditor=made).role == "admin"
    with scope.of(made.pk):
        assert BankAccount.objects.get().iban == "BG80BNBG96611020345678"
        assert Staff.objects.get().name == "Мария Петрова"


def test_only_those_who_run_a_company_set_up_another(
    newcomer: Client, client_as: Callable[..., Client], creditor: Any
) -> None:
    assert newcomer.get("/start").status_code == 403
    assert client_as("approver").post("/start", COMPANY).status_code == 403
    assert client_as("admin").get("/start").status_code == 200


def test_an_impossible_account_is_refused_with_what_was_typed(client_as: Callable[..., Client], creditor: Any) -> None:
    answer = client_as("admin").post("/start", {**COMPANY, "iban": "BG80BNBG96611020345679"})
    assert answer.status_code == 422
    assert "BG80BNBG96611020345679" in answer.content.decode()


def test_two_hundred_rows_become_tomorrows_letters(client_as: Callable[..., Client], world: World) -> None:
    client, creditor = client_as("admin"), world.creditor
    look = client.post(start(creditor, "file"), {"file": sheet()})["Location"]
    page = client.get(look).content.decode()
    assert "200 rows" in page
    assert "200 customers" in page
    assert 'class="steps-strip"' in page
    with scope.of(creditor.pk):
        assert not Invoice.objects.exists()
    page = imported(client, look, covered_until="2026-03-02")
    assert start(creditor, "policy") in page
    with scope.of(creditor.pk):
        assert Invoice.objects.count() == 200
        assert str(Coverage.objects.get().covered_until) == "2026-03-02"

    assert client.post(start(creditor, "policy"), {"family": "gentle"})["Location"] == start(creditor, "letters")
    with scope.of(creditor.pk):
        assert set(PolicyChoice.objects.values_list("policy", flat=True)) == {"gentle", "gentle-person"}

    page = client.get(start(creditor, "letters")).content.decode()
    assert "messages would be written" in page
    assert "@client.example" in page
    frame = page.split('<iframe class="letter-frame" src="')[1].split('"')[0]
    assert "A-" in client.get(frame).content.decode()


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_the_steps_speak_the_persons_language(client_as: Callable[..., Client], world: World, language: str) -> None:
    client = client_as("admin", language=language)
    for page in ("file", "policy", "letters"):
        text = client.get(start(world.creditor, page)).content.decode()
        assert {"ru": "Регламент", "bg": "Политика"}[language] in text
