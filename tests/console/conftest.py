"""The console under test: static files made once, a firm, people of every role, and the day it is."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from console import clock

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def built(database: Path) -> None:
    """Hashed static files and compiled words, as `dunwell serve` makes them."""
    from dunwell.site import built as made

    made.make()


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Monday noon of the small firm; `clock.set` turns it."""
    clock.set(datetime(2026, 3, 2, 12, tzinfo=UTC))
    monkeypatch.setattr(django_settings, "CLOCK", "console.clock.now")
    monkeypatch.setattr(django_settings, "ALLOWED_HOSTS", ["testserver", "127.0.0.1"])


@pytest.fixture
def world(creditor: object, tmp_path: Path) -> object:
    """A firm in rehearsal with somebody who signs and accounts in two currencies; see `regressions.world`."""
    from regressions import world as worlds

    return worlds.fresh(creditor, tmp_path)


@pytest.fixture
def client_as(built: None, creditor: Any) -> Callable[..., Any]:
    """`client_as("collector")`: a browser without a screen, signed in at the creditor in that role; None: nobody signed in."""
    from django.contrib.auth.models import User
    from django.test import Client

    from dunwell.store.models import Membership

    def made(role: str | None = "admin", *, at: Any = creditor, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        if role is not None:
            user = User.objects.create_user(f"user-{next(_numbers)}", first_name="Anna", last_name="Petrova")
            Membership.objects.create(user=user, creditor=at, role=role)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return made


@pytest.fixture(scope="session")
def served(built: None) -> Iterator[str]:
    """The console served by threads of this process, so that a test's clock is the served one too; gives its address."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    class Silent(WSGIRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Silent)
    server.set_app(WSGIHandler())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
