"""The replies' page: what was read stands beside the client's words, one deed settles it, and it can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.run import inbox, inbox_mail
from dunwell.store import scope
from dunwell.store.models import Promise
from inbox import mails
from regressions.world import DAY, World

PROMISE = "Hello,\nwe will pay on Friday, 6 March.\nAnna"


@pytest.fixture
def owing(world: World) -> World:
    world.owing("2026-02-20", "2026-02-25", sum_="300.00")
    return world


def home(world: World) -> str:
    return f"/c/{world.creditor.slug}/"


def take(world: World, text: str, **head: str) -> int:
    """A mail as it comes in; gives the number of its first proposal."""
    taken = inbox_mail.take(world.creditor, mails.reply(text, **head), on=DAY)
    return taken.proposals[0] if taken.proposals else taken.number


def promises(world: World) -> list[Promise]:
    with scope.of(world.creditor.pk):
        return list(Promise.objects.filter(ending=None))


def test_a_reading_stands_beside_the_clients_words(client_as: Callable[..., Client], owing: World) -> None:
    number = take(owing, PROMISE)
    page = client_as("collector").get(f"{home(owing)}replies").content.decode()
    assert "1 reply waits for your word" in page
    assert re.search(r"<mark>[^<]*6 March[^<]*</mark>", page)
    assert "Promises to pay" in page
    assert "Friday 6 March 2026" in page.replace(",", "")
    assert "C1-1, C1-2" in page
    assert "answers a letter" not in page and "known sender" in page
    assert f'formaction="{home(owing)}replies/read/{number}/accept"' in page


def test_accepting_records_the_promise_and_undo_takes_it_back(client_as: Callable[..., Client], owing: World) -> None:
    number, client = take(owing, PROMISE), client_as("collector")
    client.post(f"{home(owing)}replies/read/{number}/accept", {"next": f"{home(owing)}replies"})
    assert [one.promised_date.isoformat() for one in promises(owing)] == ["2026-03-06", "2026-03-06"]
    page = client.get(f"{home(owing)}replies").content.decode()
    assert "Every reply is settled" in page
    assert f'action="{home(owing)}undo/reply/{number}"' in page
    client.post(f"{home(owing)}undo/reply/{number}")
    assert promises(owing) == []
    assert "1 reply waits" in client.get(f"{home(owing)}replies").content.decode()


def test_editing_records_what_was_typed(client_as: Callable[..., Client], owing: World) -> None:
    number, client = take(owing, PROMISE), client_as("collector")
    form = client.get(f"{home(owing)}replies/read/{number}/edit").content.decode()
    assert 'value="2026-03-06"' in form
    told = {"until": "2026-03-09", "amount": "250,00", "invoices": ["C1-1"]}
    answer = client.post(f"{home(owing)}replies/read/{number}/edit", told)
    assert answer.status_code == 302, answer.content.decode()
    (made,) = promises(owing)
    assert (made.promised_date.isoformat(), made.amount) == ("2026-03-09", 250_00)


def test_more_than_is_owed_is_refused_beside_the_form(client_as: Callable[..., Client], owing: World) -> None:
    number, client = take(owing, PROMISE), client_as("collector")
    told = {"until": "2026-03-09", "amount": "9000", "invoices": ["C1-1"]}
    answer = client.post(f"{home(owing)}replies/read/{number}/edit", told)
    assert answer.status_code == 422
    assert promises(owing) == []
    assert inbox.waiting(owing.creditor)


def test_rejecting_records_nothing_and_ends_the_wait(client_as: Callable[..., Client], owing: World) -> None:
    number, client = take(owing, PROMISE), client_as("collector")
    client.post(f"{home(owing)}replies/read/{number}/reject")
    assert promises(owing) == []
    assert inbox.waiting(owing.creditor) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "it says that the client asks for a later day"),
        ("ru", "на самом деле клиент просит перенести срок"),
        ("bg", "всъщност клиентът моли за по-късен срок"),
    ],
)
def test_a_person_says_what_it_means_instead_and_takes_it_back(
    client_as: Callable[..., Client], owing: World, language: str, said: str
) -> None:
    number, client = take(owing, PROMISE), client_as("collector", language=language)
    address = f"{home(owing)}replies/read/{number}/means"
    assert "request_extension" in client.get(address).content.decode()
    assert client.post(address, {"means": "something"}).status_code == 422
    assert client.post(address, {"means": "request_extension"}).status_code == 302
    assert promises(owing) == []
    assert inbox.waiting(owing.creditor) == []
    (line,) = inbox.corrections(owing.creditor)
    assert '"settled": {"means": "request_extension"}' in line
    mail = inbox.proposed(owing.creditor, number).mail
    whole = f"{home(owing)}replies/{mail}"
    assert said in client.get(whole).content.decode()
    client.post(f"{home(owing)}undo/reply/{number}")
    assert said not in client.get(whole).content.decode()
    assert [one.number for one in inbox.waiting(owing.creditor)] == [number]


def test_two_people_settling_one_reading_settle_it_once(client_as: Callable[..., Client], owing: World) -> None:
    number = take(owing, PROMISE)
    first, second = client_as("collector"), client_as("collector")
    first.post(f"{home(owing)}replies/read/{number}/accept")
    second.post(f"{home(owing)}replies/read/{number}/accept")
    assert len(promises(owing)) == 2  # one an invoice
    assert "There is no proposal" in second.get(f"{home(owing)}replies").content.decode()


def test_a_viewer_sees_and_settles_nothing(client_as: Callable[..., Client], owing: World) -> None:
    number, client = take(owing, PROMISE), client_as("viewer")
    page = client.get(f"{home(owing)}replies").content.decode()
    assert "Promises to pay" in page
    assert "/accept" not in page
    assert client.post(f"{home(owing)}replies/read/{number}/accept").status_code == 403


def test_mail_of_nobody_finds_its_customer_and_is_read(client_as: Callable[..., Client], owing: World) -> None:
    mail = take(owing, PROMISE, sender="Someone <new@elsewhere.example>")
    client = client_as("collector")
    assert "Nobody knows whose" in client.get(f"{home(owing)}replies").content.decode()
    form = client.get(f"{home(owing)}replies/{mail}/match", {"q": "C1"}).content.decode()
    (customer,) = re.findall(r'name="customer" value="(\d+)"', form)
    client.post(f"{home(owing)}replies/{mail}/match", {"customer": customer})
    page = client.get(f"{home(owing)}replies").content.decode()
    assert "Nobody knows whose" not in page
    assert "placed by a person" in page and "Promises to pay" in page


def test_the_timeline_quotes_and_leads_to_the_mail(client_as: Callable[..., Client], owing: World) -> None:
    take(owing, PROMISE)
    with scope.of(owing.creditor.pk):
        (proposal,) = inbox.waiting(owing.creditor)
    client = client_as("viewer")
    page = client.get(f"{home(owing)}customers/{proposal.customer_id}").content.decode()
    assert "Wrote: Re: Invoice" in page
    assert re.search(r'<blockquote class="event-said">[^<]*6 March', page)
    assert f'href="{home(owing)}replies/{proposal.mail}"' in page
    whole = client.get(f"{home(owing)}replies/{proposal.mail}").content.decode()
    assert "<mark>" in whole
    assert client.get(f"{home(owing)}replies/{proposal.mail}/original").content.startswith(b"From: ")


def test_the_side_bar_counts_what_waits(client_as: Callable[..., Client], owing: World) -> None:
    client = client_as("collector")
    assert "count" not in bar(client, owing, "replies")
    number = take(owing, PROMISE)
    assert '<span class="count">1</span>' in bar(client, owing, "replies")
    assert '<span class="count">1</span>' in bar(client, owing, "today")
    client.post(f"{home(owing)}replies/read/{number}/reject")
    assert "count" not in bar(client, owing, "replies")


def test_a_hostile_mail_is_only_text(client_as: Callable[..., Client], owing: World) -> None:
    take(owing, 'We pay on Friday <script>alert(1)</script> & "more"')
    page = client_as("viewer").get(f"{home(owing)}replies").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(("language", "words"), [("ru", "ждёт вашего решения"), ("bg", "чака решението Ви")])
def test_in_russian_and_bulgarian(client_as: Callable[..., Client], owing: World, language: str, words: str) -> None:
    take(owing, PROMISE)
    assert words in client_as("viewer", language=language).get(f"{home(owing)}replies").content.decode()


def bar(client: Client, world: World, name: str) -> str:
    """A page's line in the side bar."""
    page = client.get(f"{home(world)}customers").content.decode()
    (found,) = re.findall(rf'data-nav="{name}".*?</a>', page, re.DOTALL)
    return str(found)
