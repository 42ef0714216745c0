"""A firm whose letters carry links, and the faces ready to be asked. Models can be imported once Django is set up, so within."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def faces(database) -> None:
    """Static files and words, made once as `dunwell serve` makes them."""
    from dunwell.site import built

    built.make()


@pytest.fixture
def firm(creditor, tmp_path, faces):
    from regressions import world

    return world.fresh(creditor, tmp_path)


@pytest.fixture
def reader(firm):
    """Somebody who owes 100.00 since 20 February, has a letter of 2 March and opens its link."""
    from portal.clients import Reader, link_in

    firm.owing("2026-02-20")
    firm.day()
    (message,) = firm.sent()
    return Reader(link_in(message))


@pytest.fixture
def provider():
    """A stand-in of the payment providers on the loopback."""
    from portal.providers import standing_in

    with standing_in() as stand_in:
        yield stand_in


@pytest.fixture
def settings_clock(monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "CLOCK", "portal.paying.clock")


@pytest.fixture
def live(firm, provider, settings_clock):
    """A live firm with Stripe and a public address, one letter out, its reader's page."""
    from dunwell.run import payment_providers
    from dunwell.store import switches
    from dunwell.store.models import Switch
    from portal.clients import Reader, link_in
    from portal.paying import MONDAY
    from portal.providers import SECRET

    creditor = firm.creditor
    payment_providers.configure(
        creditor, "stripe", {"api_key": "sk", "webhook_secret": SECRET, "api": provider.address}, by="test"
    )
    creditor.public_url = "https://pay.firm.example"
    creditor.save()
    switches.turn(creditor.pk, Switch.PUBLIC_URL, creditor.public_url, by="check", why="", on=MONDAY)
    firm.owing("2026-02-20")
    firm.go_live()
    firm.plan()
    firm.deliver()
    (message,) = firm.sent()
    return Reader(link_in(message))
