"""What an office sets up: who stands in for whom, keys of other programs, sources of payments, calendars, test buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from email import message_from_bytes
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from dunwell.run import api_tokens, calendars, digest, leaves, papers, people
from dunwell.store import scope
from dunwell.store.models import ApiToken, Audit, Customer, Leave, Staff
from regressions.world import DAY, World


def at(world: World, page: str) -> str:
    return f"/c/{world.creditor.slug}/{page}"


# --- API tokens


def created(client: Client, world: World) -> str:
    page = client.post(at(world, "settings/tokens/new"), {"name": "Shop", "role": "viewer"}).content.decode()
    found = re.search(r'value="(dunwell_[^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_token_is_shown_once_and_only_its_digest_is_kept(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("admin")
    text = created(client, world)
    for page in ("settings/people", "settings/audit"):
        assert text not in client.get(at(world, page)).content.decode()
    with scope.of(world.creditor.pk):
        row = ApiToken.objects.get()
        assert text not in (row.token_hash, row.name) and len(row.token_hash) == 64
        assert text not in Audit.objects.get(kind="api_token").auditcontent.body
    found = api_tokens.found(text)
    assert found is not None and (found.pk, found.role, found.creditor) == (row.pk, "viewer", world.creditor)


def test_a_revoked_token_opens_nothing(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("admin")
    text = created(client, world)
    with scope.of(world.creditor.pk):
        number = ApiToken.objects.get().pk
    assert client.post(at(world, f"settings/tokens/{number}/revoke"), {"why": "lost"}).status_code == 302
    assert api_tokens.found(text) is None
    assert client.post(at(world, f"settings/tokens/{number}/revoke")).status_code == 422


@pytest.mark.parametrize(
    "text", ["", "dunwell_1_short", "dunwell_999999999_" + "a" * 43, "'; drop", "dunwell__" + "a" * 43]
)
def test_what_is_no_token_opens_nothing(world: World, text: str) -> None:
    assert api_tokens.found(text) is None


# --- leave


@pytest.fixture
def colleague(world: World) -> Staff:
    with scope.of(world.creditor.pk):
        return Staff.objects.create(
            creditor=world.creditor, name="Ivan Stoev", gender="m", email="ivan@primer.example", phone="+359 2 222"
        )


def usual(world: World) -> Staff:
    with scope.of(world.creditor.pk):
        return Staff.objects.order_by("pk")[0]


def test_whoever_stands_in_signs_and_names_the_colleague(world: World, colleague: Staff) -> None:
    away = usual(world)
    leaves.record(world.creditor, away, colleague, first=DAY, last=DAY + timedelta(7), on=DAY, by="test")
    world.owing("2026-02-20")
    world.plan()
    (message,) = world.messages("queued", "sent", "waiting")
    with scope.of(world.creditor.pk):
        content = message.content_row
    assert "Ivan Stoev" in content.text and f"standing in for {away.name}" in content.text
    assert "ivan@primer.example" in content.text


def test_back_early_signs_themselves(world: World, colleague: Staff) -> None:
    away = usual(world)
    row = leaves.record(world.creditor, away, colleague, first=DAY, last=DAY + timedelta(7), on=DAY, by="test")
    leaves.end(world.creditor, row.pk, on=DAY, by="test")
    world.owing("2026-02-20")
    world.plan()
    (message,) = world.messages("queued", "sent", "waiting")
    with scope.of(world.creditor.pk):
        assert "standing in" not in message.content_row.text
    with pytest.raises(leaves.NoSuchLeave):
        leaves.end(world.creditor, row.pk, on=DAY, by="test")


def test_nobody_stands_in_who_is_away_themselves(world: World, colleague: Staff) -> None:
    away, week = usual(world), DAY + timedelta(7)
    leaves.record(world.creditor, away, colleague, first=DAY, last=week, on=DAY, by="test")
    told: dict[str, Any] = {"first": DAY, "last": week, "on": DAY, "by": "test"}
    with pytest.raises(leaves.SubstituteAway):
        leaves.record(world.creditor, colleague, away, **told)
    with pytest.raises(leaves.NobodyStandsIn):
        leaves.record(world.creditor, colleague, colleague, **told)
    with pytest.raises(leaves.LeaveBackwards):
        leaves.record(
            world.creditor, colleague, away, **{**told, "first": week + timedelta(2), "last": week + timedelta(1)}
        )
    with pytest.raises(leaves.LeaveIsPast):
        leaves.record(
            world.creditor, colleague, away, **{**told, "first": DAY - timedelta(9), "last": DAY - timedelta(8)}
        )


def test_leave_is_noted_and_ended_in_the_console(
    client_as: Callable[..., Client], world: World, colleague: Staff
) -> None:
    client, away = client_as("admin"), usual(world)
    told = {"staff": away.pk, "substitute": colleague.pk, "first": DAY, "last": DAY + timedelta(3)}
    assert client.post(at(world, "settings/leave"), told).status_code == 302
    with scope.of(world.creditor.pk):
        row = Leave.objects.get()
    assert "Ivan Stoev stands in" in client.get(at(world, "settings/people")).content.decode()
    assert client.post(at(world, f"settings/leave/{row.pk}/back")).status_code == 302
    assert "Ivan Stoev stands in" not in client.get(at(world, "settings/people")).content.decode()


def test_the_work_of_whoever_is_away_is_mine_too(
    client_as: Callable[..., Client], world: World, colleague: Staff
) -> None:
    """Anna Petrova is signed in; a customer of Ivan's is hers while he is away."""
    with scope.of(world.creditor.pk):
        anna = Staff.objects.create(creditor=world.creditor, name="Anna Petrova", email="anna@primer.example")
    for client_name, owner in (("C1", "Anna Petrova"), ("C2", "Ivan Stoev"), ("C3", "Somebody")):
        (number,) = world.owing("2026-02-20", client=client_name)
        people.dispute(world.creditor, number, cause="quality", amount=None, on=DAY, by="test", why="")
        with scope.of(world.creditor.pk):
            Customer.objects.filter(external_id=client_name).update(owner=owner)
    client = client_as("collector")
    everybody = client.get(at(world, "?kind=dispute")).content.decode()
    assert [f"C{n} Ltd" in everybody for n in (1, 2, 3)] == [True, True, True]
    mine = client.get(at(world, "?whose=mine")).content.decode()
    assert [f"C{n} Ltd" in mine for n in (1, 2, 3)] == [True, False, False]
    leaves.record(world.creditor, colleague, anna, first=DAY, last=DAY + timedelta(3), on=DAY, by="test")
    mine = client.get(at(world, "?whose=mine")).content.decode()
    assert [f"C{n} Ltd" in mine for n in (1, 2, 3)] == [True, True, False]
    assert "standing in for Ivan Stoev" in mine


# --- logo


def test_a_logo_stands_above_letters(world: World) -> None:
    drawn = BytesIO()
    Image.new("RGBA", (1200, 300), (20, 90, 80, 128)).save(drawn, "PNG")
    papers.set_logo(world.creditor, drawn.getvalue(), on=DAY, by="test")
    world.owing("2026-02-20")
    world.plan()
    (message,) = world.messages("queued", "sent", "waiting")
    with scope.of(world.creditor.pk):
        mail = message_from_bytes(bytes(message.content_row.mime))
    html = next(part for part in mail.walk() if part.get_content_type() == "text/html")
    assert "cid:logo@dunwell" in html.get_payload(decode=True).decode()
    assert [part["Content-ID"] for part in mail.walk() if part.get_filename() == "logo.png"] == ["<logo@dunwell>"]


# --- sources, calendars, test buttons


def test_a_source_that_is_no_more_is_not_waited_for(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("admin")
    people.cover(world.creditor, "old till", DAY - timedelta(30), on=DAY, by="test")
    assert "<b>old till</b>" in client.get(at(world, "")).content.decode()
    told = {"source": "old till", "why": "closed"}
    assert client.post(at(world, "settings/law/payments/end"), told).status_code == 302
    assert "<b>old till</b>" not in client.get(at(world, "")).content.decode()


def test_a_day_off_of_ours_counts_from_the_next_run(
    client_as: Callable[..., Client], world: World, database: Path
) -> None:
    client, day = client_as("admin"), date(2026, 3, 4)
    file = database / calendars.FILE
    assert not file.exists()
    try:
        for word, is_business_day in (("off", False), ("work", True)):
            told = {"country": world.creditor.country, "day": day, "is": word}
            assert client.post(at(world, "settings/law/calendar"), told).status_code == 302
            assert calendars.around(world.creditor.country, 2026).is_business_day(day) is is_business_day
    finally:
        file.unlink()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("channel/email", "does not answer"),
        ("channel/sms", "Nothing is set up"),
        ("mailbox/inbox", "No mailbox is set"),
        ("provider/memory", "It answers"),
    ],
)
def test_each_way_has_a_button_that_tries_it(
    client_as: Callable[..., Client], world: World, place: str, said: str
) -> None:
    world.creditor.channels = {"email": {"kind": "smtp", "host": "127.0.0.1", "port": 1, "security": "none"}}
    world.creditor.providers = {"memory": {"kind": "memory"}}
    world.creditor.save()
    page = client_as("admin").post(at(world, f"settings/channels/{place}/check"), follow=True).content.decode()
    assert said in page


# --- morning mail


def test_each_turns_their_own_morning_mail_on_and_off(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("viewer", language="bg")
    page = client.get(at(world, "morning")).content.decode()
    assert "Сутрешно писмо" in page
    said = {"wanted": "on", "address": "anna@firm.example", "language": "ru"}
    assert client.post(at(world, "morning"), said).status_code == 302
    (own,) = digest.readers(world.creditor, DAY)
    assert (own.wanted, own.address, own.locale) == (True, "anna@firm.example", "ru")
    assert client.post(at(world, "morning"), {"address": "", "language": "ru"}).status_code == 302
    (own,) = digest.readers(world.creditor, DAY)
    assert not own.wanted and own.address == "anna@firm.example"


def test_a_morning_mail_without_an_address_is_refused(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("viewer")
    assert client.post(at(world, "morning"), {"wanted": "on", "address": "", "language": "en"}).status_code == 422
