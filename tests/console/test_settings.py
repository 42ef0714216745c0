"""Settings: what is changed is kept with who did it; passwords are not shown; two persons change an account; the switches say what is missing."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from dunwell.plugins.mailboxes import imap
from dunwell.plugins.providers import PROVIDERS
from dunwell.run import creditors, mailboxes, payment_providers, users, ways
from dunwell.store import scope
from dunwell.store.models import Audit, BankAccount, Creditor, Membership, Staff
from regressions.world import DAY, World

PAGES = ("", "/people", "/channels", "/law", "/mode", "/audit")


def at(creditor: Creditor, page: str) -> str:
    return f"/c/{creditor.slug}/{page}"


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_each_page_opens_in_each_language(client_as: Callable[..., Client], world: World, language: str) -> None:
    client = client_as("admin", language=language)
    for page in PAGES:
        assert client.get(at(world.creditor, f"settings{page}")).status_code == 200


def test_a_changed_address_is_kept_with_the_old_one(client_as: Callable[..., Client], creditor: Any) -> None:
    told = {
        "name": "Breza",
        "registered_name": "Breza OOD",
        "reply_address": "a@breza.example",
        "money_max_age_days": "2",
    }
    assert client_as("admin").post(at(creditor, "settings/company"), told).status_code == 302
    creditor.refresh_from_db()
    assert (creditor.name, creditor.money_max_age_days) == ("Breza", 2)
    with scope.of(creditor.pk):
        assert "Студия Пример" in Audit.objects.get(kind="creditor_changed").auditcontent.body


def test_a_second_account_waits_for_a_second_person(client_as: Callable[..., Client], creditor: Any) -> None:
    client = client_as("admin")
    first = {"currency": "EUR", "holder": "Breza", "iban": "BG80 BNBG 9661 1020 3456 78"}
    client.post(at(creditor, "settings/account"), first)
    client.post(at(creditor, "settings/account"), {**first, "iban": "DE89 3704 0044 0532 0130 00"})
    with scope.of(creditor.pk):
        used, waits = BankAccount.objects.order_by("pk")
    assert (bool(used.confirmed_by), bool(waits.confirmed_by)) == (True, False)
    confirm = at(creditor, f"settings/account/{waits.pk}/confirm")
    assert client.post(confirm).status_code == 422  # the one who proposed it
    other = client_as("approver")
    User.objects.filter(pk=other.session["_auth_user_id"]).update(first_name="Boris")
    assert other.post(confirm).status_code == 302


def test_a_password_is_sealed_and_never_shown(client_as: Callable[..., Client], creditor: Any) -> None:
    client = client_as("admin")
    told = {
        "host": "smtp.example.org",
        "port": "587",
        "security": "starttls",
        "username": "u",
        "password": "s3cret-word",
    }
    client.post(at(creditor, "settings/channels/mail"), told)
    client.post(at(creditor, "settings/channels/mail"), {**told, "port": "2525", "password": ""})
    creditor.refresh_from_db()
    assert creditor.channels["email"]["port"] == 2525
    assert creditor.channels["email"]["password"] != "s3cret-word"
    for page in ("settings/channels", "settings/channels/mail", "settings/audit"):
        assert "s3cret-word" not in client.get(at(creditor, page)).content.decode()
    with scope.of(creditor.pk):
        assert not Audit.objects.filter(auditcontent__body__contains=creditor.channels["email"]["password"]).exists()


def test_a_test_letter_says_why_it_did_not_leave(client_as: Callable[..., Client], creditor: Any) -> None:
    client = client_as("admin")
    client.post(at(creditor, "settings/channels/mail"), {"host": "127.0.0.1", "port": "1", "security": "none"})
    answer = client.post(at(creditor, "settings/channels/trial"), {"to": "a@breza.example"})
    assert answer.status_code == 422
    assert "did not leave" in answer.content.decode()


def test_a_new_person_gets_a_password_and_the_last_admin_stays(client_as: Callable[..., Client], creditor: Any) -> None:
    client = client_as("admin")
    answer = client.post(
        at(creditor, "settings/people/one"), {"name": f"boris-{creditor.pk}", "role": "collector"}, follow=True
    )
    assert "shown this once" in answer.content.decode()
    boris = Membership.objects.get(creditor=creditor, role="collector")
    assert client.post(at(creditor, f"settings/people/{boris.pk}/end")).status_code == 302
    last = Membership.objects.get(creditor=creditor)
    assert client.post(at(creditor, f"settings/people/{last.pk}/end")).status_code == 422
    assert Membership.objects.filter(creditor=creditor).exists()


def test_a_name_that_means_somebody_of_another_company_gives_nobody_a_role(
    client_as: Callable[..., Client], creditor: Any
) -> None:
    """The administrator means a new colleague, and nobody may learn who else signs in here by giving away a desk."""
    other = creditors.create(f"Other {creditor.pk}", slug=f"other-{creditor.pk}", country="BG", on=DAY, by="test")
    theirs = users.add(other, f"vera-{creditor.pk}", role="viewer", by="test").user
    said = {"name": theirs.username, "role": "admin"}
    client = client_as("admin")
    assert client.post(at(creditor, "settings/people/one"), said).status_code == 422
    assert not Membership.objects.filter(creditor=creditor, user=theirs).exists()
    users.add(creditor, theirs.username, role="viewer", by="operator")
    assert client.post(at(creditor, "settings/people/one"), said).status_code == 302
    users.remove(creditor, theirs.username, by="test")
    assert client.post(at(creditor, "settings/people/one"), said).status_code == 302, "who worked here may come back"


def test_live_is_not_offered_while_something_is_missing(client_as: Callable[..., Client], creditor: Any) -> None:
    client = client_as("admin")
    assert "Still missing before live" in client.get(at(creditor, "settings/mode")).content.decode()
    assert client.post(at(creditor, "settings/mode"), {"to": "live"}).status_code == 422
    assert not creditors.status(creditor).live


def test_the_letters_that_would_leave_live_can_be_looked_at_in_rehearsal(
    client_as: Callable[..., Client], world: World
) -> None:
    """The rehearsal has written to them today already; live nobody has."""
    world.owing("2026-02-20")
    world.cover(DAY)
    client = client_as("admin")
    client.post(at(world.creditor, "run"))
    page = client.get(at(world.creditor, "settings/mode")).content.decode()
    frame = page.split('<iframe class="letter-frame" src="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(frame).status_code == 200


def test_a_collector_stops_everything_and_an_approver_lifts_it(client_as: Callable[..., Client], creditor: Any) -> None:
    stop = at(creditor, "stop")
    collector = client_as("collector")
    assert collector.post(stop, {"why": "a wrong list"}).status_code == 302
    assert creditors.status(creditor).stopped
    assert collector.post(stop, {"why": "never mind"}).status_code == 403
    assert client_as("approver").post(stop, {"why": "the list is right again"}).status_code == 302
    assert not creditors.status(creditor).stopped


def test_the_chain_is_verified_on_request(client_as: Callable[..., Client], world: World) -> None:
    world.client("C1")
    page = client_as("admin").get(at(world.creditor, "settings/audit?verify=yes")).content.decode()
    assert "verified" in page


def drawn(side: int = 900, kind: str = "PNG", exif: bytes = b"") -> bytes:
    """A picture as a telephone takes it."""
    content = BytesIO()
    Image.new("RGB", (side, side // 2), (200, 120, 40)).save(content, kind, exif=exif)
    return content.getvalue()


def save_photo(client: Client, world: World, content: bytes) -> HttpResponse:
    told = {"name": "Maria Ivanova", "email": "maria@firm.example", "photo": SimpleUploadedFile("me.exe", content)}
    return client.post(f"/c/{world.creditor.slug}/settings/signature", told)


def test_a_photo_is_drawn_anew_small_and_without_its_secrets(client_as: Callable[..., Client], world: World) -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera of somebody"
    answer = save_photo(client_as("admin"), world, drawn(kind="JPEG", exif=exif.tobytes()))
    assert answer.status_code == 302, answer.content.decode()
    with scope.of(world.creditor.pk):
        kept = bytes(Staff.objects.get(name="Maria Ivanova").photo)
    assert b"camera of somebody" not in kept
    assert len(kept) < 20_000
    assert Image.open(BytesIO(kept)).size == (208, 208)


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\nnonsense", b"MZ" * 500, b"GIF89a"])
def test_what_is_no_picture_is_refused(client_as: Callable[..., Client], world: World, content: bytes) -> None:
    answer = save_photo(client_as("admin"), world, content)
    assert answer.status_code == 422
    assert "no picture that can be used" in answer.content.decode()
    with scope.of(world.creditor.pk):
        assert Staff.objects.get(name="Maria Ivanova").photo is None


def test_a_picture_that_claims_to_be_huge_is_refused(client_as: Callable[..., Client], world: World) -> None:
    head = bytearray(drawn(64))
    head[16:24] = (60_000).to_bytes(4, "big") * 2
    head[29:33] = zlib.crc32(bytes(head[12:29])).to_bytes(4, "big")
    assert save_photo(client_as("admin"), world, bytes(head)).status_code == 422


KEYS = {"api_key": "sk_word", "webhook_secret": "whsec_word"}
MAILBOX = {
    "host": "127.0.0.1",
    "port": "1",
    "security": "none",
    "username": "office",
    "password": "b0x-word",
    "folder": "INBOX",
    "plus": "no",
}


def test_a_mailbox_that_does_not_answer_is_not_kept(client_as: Callable[..., Client], creditor: Any) -> None:
    answer = client_as("admin").post(at(creditor, "settings/channels/mailbox"), MAILBOX)
    assert answer.status_code == 422
    assert "does not answer" in answer.content.decode()
    creditor.refresh_from_db()
    assert creditor.inbox == {}


def test_a_password_stays_for_its_server_alone_and_is_never_shown(
    client_as: Callable[..., Client], creditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator who names a server of their own may not have the old password told to it."""
    tried: list[Any] = []
    monkeypatch.setitem(
        mailboxes.MAILBOXES, "imap", (lambda config, **_: tried.append(config) or nullcontext(), imap.Config)
    )
    client, page = client_as("admin"), at(creditor, "settings/channels/mailbox")
    assert client.post(page, MAILBOX).status_code == 302
    assert client.post(page, {**MAILBOX, "folder": "Answers", "password": ""}).status_code == 302
    assert (tried[-1].folder, tried[-1].password) == ("Answers", "b0x-word")
    answer = client.post(page, {**MAILBOX, "host": "mail.elsewhere.example", "password": ""})
    assert answer.status_code == 422 and "Type the password" in answer.content.decode()
    assert len(tried) == 2
    for shown in ("settings/channels", "settings/channels/mailbox", "settings/audit"):
        assert "b0x-word" not in client.get(at(creditor, shown)).content.decode()
    with scope.of(creditor.pk):
        assert not Audit.objects.filter(auditcontent__body__contains="password").exists()
    assert client.post(at(creditor, "settings/channels/mailbox/off")).status_code == 302
    creditor.refresh_from_db()
    assert creditor.inbox == {}


def test_a_payment_provider_is_set_up_tested_and_taken_off(client_as: Callable[..., Client], creditor: Any) -> None:
    client, page = client_as("admin"), at(creditor, "settings/channels/online/stripe")
    assert client.post(page, {"api_key": "sk_word", "webhook_secret": ""}).status_code == 422
    assert f"/p/hooks/{creditor.slug}/stripe" in client.get(page).content.decode()
    payment_providers.configure(creditor, "stripe", {"api": "http://127.0.0.1:1"} | KEYS, by="test")
    assert client.post(page, {"api_key": "sk_new", "webhook_secret": ""}).status_code == 302
    creditor.refresh_from_db()
    stripe = ways.made(PROVIDERS, creditor.providers["stripe"]).config
    assert (stripe.api_key, stripe.webhook_secret, stripe.api) == ("sk_new", "whsec_word", "http://127.0.0.1:1")
    for shown in ("settings/channels", "settings/channels/online/stripe", "settings/audit"):
        text = client.get(at(creditor, shown)).content.decode()
        assert not any(word in text for word in ("sk_new", "sk_word", "whsec_word"))
    answer = client.post(at(creditor, "settings/channels/provider/stripe/check"), follow=True)
    assert "cannot be reached" in answer.content.decode()
    assert client.post(f"{page}/off").status_code == 302
    creditor.refresh_from_db()
    assert creditor.providers == {}
    assert client.get(at(creditor, "settings/channels/online/memory")).status_code == 404
