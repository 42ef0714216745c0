"""What keeps strangers out and people's sessions theirs: policy, headers, log-in, lock, second factor, forms of other sites."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import clear_url_caches

from dunwell.run import users
from dunwell.site import urls
from dunwell.store import scope, switches, vault
from dunwell.store.models import Customer, Switch
from regressions.world import World

PASSWORD = "a long enough passphrase"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Attempts of one test are not another's."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def user(built: None, world: World) -> User:
    name = f"anna-{world.creditor.slug}"
    return users.add(world.creditor, name, role="approver", by="test", password=PASSWORD).user


def sign_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    return client.post("/login", {"login": user.username, "password": password})


@pytest.mark.parametrize("page", ["", "customers", "invoices", "search?q=x", "approve", "figures"])
def test_every_page_forbids_scripts_and_styles_of_its_own(
    client_as: Callable[..., Client], world: World, page: str
) -> None:
    world.owing("2026-02-20")
    answer = client_as("admin").get(f"/c/{world.creditor.slug}/{page}")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    text = answer.content.decode()
    assert " style=" not in text
    assert " onclick=" not in text
    scripts = [part.split(">")[0] for part in text.split("<script")[1:]]
    assert all("src=" in one or 'type="application/json"' in one for one in scripts), "figures of a chart run nothing"


@pytest.mark.parametrize("page", ["/login", "/nothing-here"])
def test_the_way_in_is_bound_as_well(built: None, page: str) -> None:
    assert "unsafe" not in Client().get(page)["Content-Security-Policy"]


def test_names_and_passwords_open_the_desk(user: User, world: World) -> None:
    client = Client()
    assert sign_in(client, user)["Location"] == "/"
    assert client.get("/")["Location"] == f"/c/{world.creditor.slug}/"


def test_the_session_before_is_not_the_session_after(user: User) -> None:
    """Who planted a session cannot use it once somebody has signed in with it."""
    client = Client()
    client.get("/login")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client, user)
    assert client.cookies["sessionid"].value != before


def test_guessing_is_stopped(user: User) -> None:
    client = Client()
    answers = [sign_in(client, user, "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert sign_in(client, user).status_code != 302  # not even with the right one
    assert AccessAttempt.objects.filter(username=user.username).exists()
    assert client.get(f"/c/{user.memberships.get().creditor.slug}/").status_code == 302


def test_a_log_in_goes_on_to_pages_of_ours_alone(user: User) -> None:
    told = {"login": user.username, "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/login", told)["Location"] == "/"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_language_and_theme_lead_to_pages_of_ours_alone(built: None, address: str) -> None:
    for door, field, value in (("/language", "language", "ru"), ("/theme", "theme", "dark")):
        assert Client().post(door, {field: value, "next": address})["Location"] == "/"


def test_another_sites_form_is_refused(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("admin")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(f"/c/{world.creditor.slug}/run").status_code == 403


def test_a_foreign_host_name_is_refused(built: None) -> None:
    assert Client().get("/login", headers={"host": "evil.example"}).status_code == 400


def test_a_second_factor_is_asked_for_and_kept_sealed(user: User, world: World) -> None:
    client = Client()
    sign_in(client, user)
    page = client.get("/account/second-factor/on")
    if page.status_code == 302:  # asked for the password once more before anything about the account is changed
        client.post(page["Location"], {"password": PASSWORD})
        page = client.get("/account/second-factor/on")
    assert page.status_code == 200, page.headers
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page.content.decode())
    assert found
    secret = found[1]
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    client.post("/account/second-factor/on", {"code": code})
    stored = user.authenticator_set.get(type="totp").data["secret"]
    assert stored != secret
    assert vault.unseal(stored) == secret

    cache.clear()
    again = Client()
    assert "second-factor/code" in sign_in(again, user)["Location"]
    assert again.get(f"/c/{world.creditor.slug}/")["Location"].startswith("/login")
    again.post("/account/second-factor/code", {"code": "000000"})
    assert again.get(f"/c/{world.creditor.slug}/")["Location"].startswith("/login")


def test_a_live_creditors_approver_needs_a_second_factor(client_as: Callable[..., Client], world: World) -> None:
    with scope.of(world.creditor.pk):
        switches.turn(
            world.creditor.pk, Switch.MODE, switches.LIVE, by="anna", why="test", on=world.creditor.created_at
        )
    address = f"/c/{world.creditor.slug}/"
    assert client_as("approver").get(address)["Location"] == "/account/second-factor/on"
    assert client_as("collector").get(address).status_code == 200


def test_weak_passwords_are_refused(world: World) -> None:
    with pytest.raises(users.PasswordWeak):
        users.add(world.creditor, "bob", role="viewer", by="test", password="12345678")


def test_who_leaves_a_creditor_finds_nothing_there(user: User, world: World) -> None:
    client = Client()
    sign_in(client, user)
    users.remove(world.creditor, user.username, by="test")
    assert client.get(f"/c/{world.creditor.slug}/").status_code == 404


def test_a_face_served_alone_has_no_door_to_the_other(built: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pay page's process: nothing of the console exists there, and its “not found” needs nothing of it."""
    monkeypatch.setattr(settings, "FACES", ["pay"])
    names = importlib.reload(urls)
    monkeypatch.setattr(settings, "ROOT_URLCONF", names)
    clear_url_caches()
    try:
        for page in ("/login", "/", "/c/any/"):
            answer = Client().get(page)
            assert answer.status_code == 404
            assert "Nothing is here" in answer.content.decode()
    finally:
        monkeypatch.undo()
        importlib.reload(urls)
        clear_url_caches()


@pytest.mark.parametrize(
    "page", ["customers?q=%00", "customers?owner=%00", "invoices?q=%00", "search?q=%00", "messenger"]
)
def test_a_nul_is_refused_before_the_books_are_asked(client_as: Callable[..., Client], world: World, page: str) -> None:
    client, here = client_as("admin"), f"/c/{world.creditor.slug}/"
    if page == "messenger":
        world.client()
        with scope.of(world.creditor.pk):
            address = f"{here}customers/{Customer.objects.get().pk}/messenger"
        assert client.post(address, {"text": "a\0b"}).status_code == 400
    else:
        assert client.get(here + page).status_code == 400


@pytest.mark.parametrize("page", ["approve?m=", "settings/audit?after=", "customers?after=", "texts?version="])
def test_a_number_longer_than_any_is_no_number(client_as: Callable[..., Client], world: World, page: str) -> None:
    assert client_as("admin").get(f"/c/{world.creditor.slug}/{page}{'9' * 5000}").status_code == 200
