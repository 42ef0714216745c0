"""Writing by hand: looked at, checked, counted like every letter, sent once; an answer settles what was asked."""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from console import clock
from dunwell.run import inbox, inbox_mail, people
from dunwell.store import scope
from dunwell.store.models import ContactPoint, Customer, InboundContent, OurSide
from inbox import mails
from regressions.world import DAY, World


@pytest.fixture
def owing(world: World) -> World:
    world.owing("2026-02-20", sum_="300.00")
    return world


def place(world: World) -> str:
    with scope.of(world.creditor.pk):
        return f"/c/{world.creditor.slug}/customers/{Customer.objects.get().pk}/write"


def told(world: World, text: str, **more: str) -> dict[str, str]:
    with scope.of(world.creditor.pk):
        point = ContactPoint.objects.filter(channel="email")[0].pk
    return {"to": str(point), "subject": "Your visit", "text": text, **more}


def looked_at(client: Client, address: str, said: dict[str, str]) -> str:
    page = client.post(address, said).content.decode()
    return re.findall(r'name="hash" value="([0-9a-f]{64})"', page)[0]


def test_what_was_looked_at_goes_once(client_as: Callable[..., Client], owing: World) -> None:
    client, address = client_as("collector"), place(owing)
    said = told(owing, "Thank you for the visit.\n\nThe drawings come on Monday.")
    page = client.post(address, said).content.decode()
    assert "Hello Anna," in page and "Maria Ivanova" in page
    said["hash"] = looked_at(client, address, said)
    client.post(f"{address}/send", said)
    (sent,) = owing.messages()
    assert (sent.state, sent.purpose, sent.content, sent.rehearsal) == ("sent", "by_hand", "own_words", True)
    letter = email.message_from_bytes(bytes(sent.content_row.mime), policy=email.policy.default)
    assert "The drawings come on Monday." in letter.get_body(("plain",)).get_content()
    client.post(f"{address}/send", said)
    assert len(owing.messages()) == 1


def test_another_text_than_was_looked_at_does_not_go(client_as: Callable[..., Client], owing: World) -> None:
    client, address = client_as("collector"), place(owing)
    said = told(owing, "Thank you for the visit.")
    said["hash"] = looked_at(client, address, said)
    page = client.post(f"{address}/send", {**said, "text": "Something else."}).content.decode()
    assert "has changed since you looked at it" in page
    assert owing.messages() == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("You have ignored our letters.", "blames the reader"),
        ("", "This field is required"),
        ("{balance}", "stands in the text"),
    ],
)
def test_a_tactless_or_unfinished_letter_is_refused(
    client_as: Callable[..., Client], owing: World, text: str, says: str
) -> None:
    answer = client_as("collector").post(place(owing), told(owing, text))
    assert answer.status_code == 422
    assert says in html.unescape(answer.content.decode())


def test_nobody_is_written_to_more_often_than_the_governor_allows(
    client_as: Callable[..., Client], owing: World
) -> None:
    owing.day()
    clock.set_day(DAY + timedelta(1))
    answer = client_as("collector").post(place(owing), told(owing, "Thank you for the visit."))
    assert answer.status_code == 422
    assert "It can go from 5 Mar on." in answer.content.decode()


def test_an_opted_out_address_is_not_written_to(client_as: Callable[..., Client], owing: World) -> None:
    people.opt_out(owing.creditor, "c1@client.example", channel="email", on=DAY, by="anna", why="asked")
    answer = client_as("collector").post(place(owing), told(owing, "Thank you for the visit."))
    assert answer.status_code == 422


def test_an_answer_has_a_draft_goes_into_the_thread_and_gives_what_was_owed(
    client_as: Callable[..., Client], owing: World
) -> None:
    owing.day()
    taken = inbox_mail.take(owing.creditor, mails.reply("Could you send me a copy of the invoice, please?"), on=DAY)
    client, address = client_as("collector"), place(owing)
    page = client.get(address, {"mail": taken.number, "reply": taken.proposals[0]}).content.decode()
    assert "C1-1" in page and "Re: Invoice" in page
    said = told(owing, "Here is what you asked for.", mail=str(taken.number), subject="Re: Invoice")
    said["hash"] = looked_at(client, address, said)
    client.post(f"{address}/send", said)
    sent = owing.messages()[-1]
    assert (sent.state, sent.purpose) == ("sent", "answer")  # the day's letter does not stand in an answer's way
    letter = email.message_from_bytes(bytes(sent.content_row.mime), policy=email.policy.default)
    with scope.of(owing.creditor.pk):
        assert letter["In-Reply-To"] in bytes(InboundContent.objects.get(mail_id=taken.number).raw).decode()
        assert list(OurSide.objects.order_by("pk").values_list("done", flat=True)) == [False, True]
    assert inbox.waiting(owing.creditor) == []


def test_another_customers_reply_cannot_be_answered_here(client_as: Callable[..., Client], owing: World) -> None:
    address = place(owing)
    owing.owing("2026-02-20", client="C2")
    taken = inbox_mail.take(owing.creditor, mails.reply("A copy, please?", sender="x <c2@client.example>"), on=DAY)
    assert client_as("collector").get(address, {"mail": taken.number}).status_code == 404
    assert client_as("viewer").get(address).status_code == 403


def test_how_fresh_the_payments_are_stands_where_letters_are_let_go(
    client_as: Callable[..., Client], owing: World
) -> None:
    owing.cover(DAY)
    page = client_as("collector").get(place(owing)).content.decode()
    assert "payments are known up to" in page and "1 Mar" in page
    clock.set_day(DAY + timedelta(7))
    assert (
        "late: nobody is asked for money" in client_as("collector").get(f"/c/{owing.creditor.slug}/").content.decode()
    )
