"""Replies that another program brings: signed, taken once, limited, and matched like any other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from dunwell.core.inbox import MatchBasis
from dunwell.plugins import webhook
from dunwell.run import inbox, inbox_hook
from dunwell.run.inbox_mail import Taken
from dunwell.store import scope
from dunwell.store.models import Inbound, OptOut
from inbox import mails
from regressions.world import DAY, World

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
TOLD = {"channel": "sms", "from": "+359 88 123 4567", "text": "We will pay on Friday"}


@pytest.fixture
def secret(firm: World) -> str:
    return inbox_hook.open_to(firm.creditor, on=DAY, by="anna")


def brought(
    firm: World, secret: str, body: bytes, *, key: str = "m-1", at: datetime = NOW, kind: str = "application/json"
) -> Taken | None:
    stamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": kind,
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": webhook.signature(secret, key, stamp, body),
    }
    return inbox_hook.receive(firm.creditor.slug, body, headers, NOW)


def with_phone(firm: World) -> None:
    head = "Customer ID,Customer name,Customer type,Country,Language,Contact person,Role,Phone"
    firm.take(f"{head}\nC9,C9 Ltd,business,BG,en,Boris Green,accounts payable,+359 881 234 567\n")


def said(**other: str) -> bytes:
    return json.dumps({**TOLD, **other}).encode()


def test_a_message_is_matched_by_its_number_and_read(firm: World, secret: str) -> None:
    with_phone(firm)
    taken = brought(firm, secret, said())
    assert taken and (taken.customer, taken.basis) == ("C9 Ltd", MatchBasis.SENDER)


def test_the_same_delivery_again_changes_nothing(firm: World, secret: str) -> None:
    first, again = brought(firm, secret, said()), brought(firm, secret, said(), at=NOW + timedelta(minutes=1))
    assert first and again and (first.is_new, again.is_new, again.number) == (True, False, first.number)


def test_a_mail_is_taken_as_from_the_mailbox(firm: World, secret: str) -> None:
    raw = mails.reply("We will pay on Friday.")
    first = brought(firm, secret, raw, kind="message/rfc822")
    again = brought(firm, secret, raw, key="m-2", kind="message/rfc822")
    assert first and again and (first.customer, again.is_new) == ("C1 Ltd", False)


@pytest.mark.parametrize("change", ["body", "key", "secret", "time"])
def test_a_forged_or_old_delivery_leaves_no_trace(firm: World, secret: str, change: str) -> None:
    stamp = str(int((NOW - timedelta(minutes=6 if change == "time" else 0)).timestamp()))
    key = webhook.new_secret() if change == "secret" else secret
    headers = {
        "webhook-id": "m-2" if change == "key" else "m-1",
        "webhook-timestamp": stamp,
        "webhook-signature": webhook.signature(key, "m-1", stamp, said()),
    }
    with pytest.raises(inbox_hook.ReplyForged):
        inbox_hook.receive(firm.creditor.slug, said(text="other") if change == "body" else said(), headers, NOW)
    with scope.of(firm.creditor.pk):
        assert not Inbound.objects.exists()


def test_an_earlier_secret_holds_no_more_and_a_closed_door_is_not_there(firm: World, secret: str) -> None:
    newer = inbox_hook.open_to(firm.creditor, on=DAY, by="anna")
    with pytest.raises(inbox_hook.ReplyForged):
        brought(firm, secret, said())
    inbox_hook.close(firm.creditor, on=DAY, by="anna")
    assert brought(firm, newer, said()) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"{" * 9999, said(channel="pigeon"), said(text="  "), b"\xff\xfe"])
def test_what_is_no_message_is_refused(firm: World, secret: str, body: bytes) -> None:
    with pytest.raises(inbox_hook.MessageUnfit):
        brought(firm, secret, body)


def test_too_many_in_an_hour_come_later(firm: World, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_hook, "PER_HOUR_MAX", 2)
    now = datetime.now(UTC)
    for number in range(2):
        stamp, key, body = str(int(now.timestamp())), f"n-{number}", said(text=f"{number}")
        headers = {
            "webhook-id": key,
            "webhook-timestamp": stamp,
            "webhook-signature": webhook.signature(secret, key, stamp, body),
        }
        inbox_hook.receive(firm.creditor.slug, body, headers, now)
    headers = {
        "webhook-id": "n-3",
        "webhook-timestamp": stamp,
        "webhook-signature": webhook.signature(secret, "n-3", stamp, body),
    }
    with pytest.raises(inbox_hook.TooOften):
        inbox_hook.receive(firm.creditor.slug, body, headers, now)


def test_stop_by_message_closes_the_number_on_its_channel(firm: World, secret: str) -> None:
    with_phone(firm)
    brought(firm, secret, said(text="STOP texting me, do not contact me again"))
    with scope.of(firm.creditor.pk):
        closed = OptOut.objects.get()
        assert closed.channel == "sms"
    assert not inbox.strays(firm.creditor)


def test_the_address_is_on_the_public_pages(firm: World, secret: str) -> None:
    from django.test import Client  # Django is set up by the fixtures

    client, address = Client(), f"/p/hooks/{firm.creditor.slug}/replies"
    assert client.post(address, said(), content_type="application/json").status_code == 401
    assert client.post("/p/hooks/nobody/replies", said(), content_type="application/json").status_code == 404
