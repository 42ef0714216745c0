"""Sign-ins at mail services by OAuth 2: allowed once by a person, kept sealed, renewed whenever a connection needs a token.

Access tokens live in the memory of the process alone. A refresh token that the service replaces is stored in the same transaction in which
it was asked for, one process at a time: services that honour each refresh token once would else lock both of two workers out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from dunwell.core.channel import ChannelDown
from dunwell.core.refusal import Refusal
from dunwell.plugins import oauth
from dunwell.plugins.oauth import Asked, Client, Errand, Granted, Service
from dunwell.store import audit, scope, vault
from dunwell.store.models import Creditor

SPARE_S = 120
"""A token that ends within the conversation with the mail server would end it."""


class NotSignedIn(Refusal):
    """There is no sign-in {name!r}: `dunwell mail login {name}`."""


class NoClient(Refusal):
    """Say --client-id: the company registers Dunwell at its mail service once (docs/how-to/mail.md)."""


class NothingLasting(Refusal):
    """The mail service gave no refresh token: allow it again, and for offline access."""


def service(name: str, **given: str) -> Service:
    """A service known by its name, with the addresses given in place of its own."""
    told = {field: value for field, value in given.items() if value}
    known = oauth.SERVICES.get(name)
    if known is not None:
        return replace(known, **told)
    if not {"token_url", "scope"} <= told.keys() or not told.keys() & {"device_url", "allow_url"}:
        raise oauth.ServiceUnknown(name=name, known=", ".join(oauth.SERVICES))
    return Service(**told)


def client(creditor: Creditor, name: str, client_id: str, client_secret: str) -> Client:
    """The program as it is registered at the service; who signs in anew need not say it again."""
    if client_id:
        return Client(client_id, client_secret)
    before = creditor.logins.get(name)
    if before is None:
        raise NoClient
    return _client(before)


def by_device(service: Service, client: Client) -> Asked:
    """A person types the code given at the address given."""
    return oauth.ask_by_device(service, client)


def by_address(service: Service, client: Client) -> Errand:
    """A person opens the address given, allows it, and brings back the address that the browser shows then."""
    return oauth.ask_by_address(service, client)


def wait(creditor: Creditor, name: str, service: Service, client: Client, asked: Asked, *, by: str) -> None:
    """Until the person has allowed it."""
    _store(creditor, name, service, client, oauth.granted_to_device(service, client, asked, time.sleep), by)


def bring(
    creditor: Creditor, name: str, service: Service, client: Client, errand: Errand, came_back: str, *, by: str
) -> None:
    _store(creditor, name, service, client, oauth.granted_to_address(service, client, errand, came_back), by)


@dataclass(frozen=True)
class Login:
    """Gives connections their tokens (`core.channel.Bearer`)."""

    creditor_id: int
    name: str

    def token(self) -> str:
        return _tokens.of(self.creditor_id, self.name)

    def refused(self) -> None:
        _tokens.forget(self.creditor_id, self.name)


def bearer(creditor: Creditor, settings: Mapping[str, Any]) -> Login | None:
    """Of a mail server's settings; None where they have a password or nothing."""
    name = str(settings.get("login", ""))
    if not name:
        return None
    if name not in creditor.logins:
        raise NotSignedIn(name=name)
    return Login(creditor.pk, name)


class _Tokens:
    """The access tokens that this process has, until shortly before they end."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[tuple[int, str], tuple[str, float]] = {}

    def of(self, creditor_id: int, name: str) -> str:
        with self._lock:
            token, until = self._held.get((creditor_id, name), ("", 0.0))
            if not token or self._clock() >= until:
                granted = _renewed(creditor_id, name)
                token, until = granted.access, self._clock() + granted.lasts_s - SPARE_S
                self._held[creditor_id, name] = (token, until)
            return token

    def forget(self, creditor_id: int, name: str) -> None:
        with self._lock:
            self._held.pop((creditor_id, name), None)


_tokens = _Tokens()


def _renewed(creditor_id: int, name: str) -> Granted:
    """Ask the service; who asks holds the row, so that two processes do not spend one refresh token twice."""
    is_main = threading.current_thread() is threading.main_thread()
    try:
        with transaction.atomic():
            creditor = Creditor.objects.select_for_update(no_key=True).get(pk=creditor_id)
            login = creditor.logins[name]
            refresh = vault.unseal(login["refresh_token"])
            granted = oauth.refreshed(login["token_url"], _client(login), login["scope"], refresh)
            if granted.refresh and granted.refresh != refresh:
                creditor.logins = {**creditor.logins, name: {**login, "refresh_token": vault.seal(granted.refresh)}}
                creditor.save(update_fields=["logins"])
        return granted
    except oauth.NotAllowed as no:
        raise ChannelDown(f"{no} Sign in anew: `dunwell mail login {name}`. The messages wait.") from no
    except (oauth.ServiceSilent, OperationalError, InterfaceError) as trouble:
        raise ChannelDown(f"no token for the mail server: {trouble} The messages wait.") from trouble
    finally:
        # A thread that sends has a session of its own, which nobody else would end.
        if not is_main and not connection.in_atomic_block:
            connection.close()


def _store(creditor: Creditor, name: str, service: Service, client: Client, granted: Granted, by: str) -> None:
    if not granted.refresh:
        raise NothingLasting
    login = {
        "token_url": service.token_url,
        "scope": service.scope,
        "client_id": client.client_id,
        "client_secret": vault.seal(client.client_secret) if client.client_secret else "",
        "refresh_token": vault.seal(granted.refresh),
    }
    with scope.of(creditor.pk):
        creditor.refresh_from_db(fields=["logins"])
        creditor.logins = {**creditor.logins, name: login}
        creditor.save(update_fields=["logins"])
        told = {"token_url": service.token_url, "scope": service.scope, "client_id": client.client_id}
        audit.link(creditor.pk, actor=by, kind="mail_login", subject=name, content=told)
    _tokens.forget(creditor.pk, name)


def _client(login: Mapping[str, str]) -> Client:
    return Client(login["client_id"], vault.unseal(login["client_secret"]))
