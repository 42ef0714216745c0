"""Sign-in to a mail service without a password (OAuth 2): a person allows it once, and refresh tokens last.

Two ways to be allowed. By *device* (RFC 8628) a person types a short code on a page of the service, with any browser. By *address*
(RFC 6749 with PKCE, RFC 7636) the service sends the browser to an address of this machine, which that person brings back by hand: no port
need be open, and no browser run here. Mail servers take the token by XOAUTH2 (Google, Microsoft) or OAUTHBEARER (RFC 7628).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from dunwell.core.refusal import Refusal
from dunwell.plugins.providers.http import ANSWER_BYTES_MAX, NO_REDIRECT, TIMEOUT_S

COMES_BACK_TO = "http://127.0.0.1:8643/"
"""Nobody listens there: the browser shows the address with the code in it, and the person copies it."""
WAIT_MORE_S = 5
"""What a service that says `slow_down` wants added (RFC 8628)."""
MECHANISMS = ("XOAUTH2", "OAUTHBEARER")
FAREWELL = {"XOAUTH2": "", "OAUTHBEARER": "\x01"}
"""What ends the conversation after the server has said why it refuses."""


class ServiceUnknown(Refusal):
    """{name!r} is not a mail service known here. Services: {known}; for another one say --token-url, --device-url or --allow-url, and --scope."""


class NotAllowed(Refusal):
    """The mail service {host} does not allow it: {said}"""


class ServiceSilent(Refusal):
    """The mail service {host} does not answer: {said}"""


class NoCode(Refusal):
    """There is no code in {address!r}: copy the whole address that the browser shows after you have allowed it."""


@dataclass(frozen=True, slots=True)
class Service:
    """Where a mail service is asked. With `device_url` a person types a code there, else they bring an address back from `allow_url`."""

    token_url: str
    scope: str
    device_url: str = ""
    allow_url: str = ""
    smtp: str = ""
    imap: str = ""


SERVICES = {
    # Google lets no device ask for mail: https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes
    "google": Service(
        token_url="https://oauth2.googleapis.com/token",
        scope="https://mail.google.com/",
        allow_url="https://accounts.google.com/o/oauth2/v2/auth?access_type=offline&prompt=consent",
        smtp="smtp.gmail.com",
        imap="imap.gmail.com",
    ),
    "microsoft": Service(
        token_url="https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
        scope="https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        device_url="https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode",
        smtp="smtp.office365.com",
        imap="outlook.office365.com",
    ),
}


@dataclass(frozen=True, slots=True)
class Client:
    """This program as the service knows it: registered there once by the company."""

    client_id: str
    client_secret: str = ""

    @property
    def fields(self) -> dict[str, str]:
        return {"client_id": self.client_id, **({"client_secret": self.client_secret} if self.client_secret else {})}


@dataclass(frozen=True, slots=True)
class Granted:
    """`access` opens a connection for so many seconds; `refresh` brings the next one, empty where the old one stays."""

    access: str
    lasts_s: int
    refresh: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A device's question: the person types `code` at `where`; it is asked after every so many seconds, and not for ever."""

    code: str
    where: str
    device: str
    every_s: int
    lasts_s: int


def ask_by_device(service: Service, client: Client) -> Asked:
    found = _post(service.device_url, {"client_id": client.client_id, "scope": service.scope})
    where = str(found.get("verification_uri") or found.get("verification_url") or "")
    return Asked(
        code=str(found["user_code"]),
        where=where,
        device=str(found["device_code"]),
        every_s=int(found.get("interval", 5)),
        lasts_s=int(found.get("expires_in", 900)),
    )


def granted_to_device(service: Service, client: Client, asked: Asked, rest: Callable[[float], None]) -> Granted:
    """Wait until the person has allowed it; `rest` waits so many seconds."""
    form = {**client.fields, "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked.device}
    every, waited = asked.every_s, 0
    while waited < asked.lasts_s:
        rest(every)
        waited += max(1, every)
        try:
            return _granted(_post(service.token_url, form))
        except NotAllowed as no:
            match no.values.get("code"):
                case "authorization_pending":
                    continue
                case "slow_down":
                    every += WAIT_MORE_S
                case _:
                    raise
    raise NotAllowed(host=_host(service.token_url), said="nobody has typed the code in time", code="expired_token")


@dataclass(frozen=True, slots=True)
class Errand:
    """What must be remembered between the question and the address that comes back: `proof` shows that it was we who asked."""

    address: str
    state: str
    proof: str


def ask_by_address(service: Service, client: Client) -> Errand:
    """The page on which a person allows it."""
    proof, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(proof.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": COMES_BACK_TO,
        "scope": service.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in service.allow_url else "?"
    return Errand(f"{service.allow_url}{joint}{urlencode(query)}", state, proof)


def granted_to_address(service: Service, client: Client, errand: Errand, came_back: str) -> Granted:
    """`came_back` is the address that the browser showed afterwards."""
    said = parse_qs(urlsplit(came_back.strip()).query)
    if said.get("state") != [errand.state] or not said.get("code"):
        raise NoCode(address=came_back)
    form = {
        **client.fields,
        "grant_type": "authorization_code",
        "code": said["code"][0],
        "redirect_uri": COMES_BACK_TO,
        "code_verifier": errand.proof,
    }
    return _granted(_post(service.token_url, form))


def refreshed(token_url: str, client: Client, scope: str, refresh: str) -> Granted:
    """The next access token. A sign-in that was taken back, or not used for months, is `NotAllowed`."""
    form = {**client.fields, "grant_type": "refresh_token", "refresh_token": refresh, "scope": scope}
    return _granted(_post(token_url, form))


def mechanism(offered: Sequence[str]) -> str:
    """The one of ours that the server offers; XOAUTH2 where it does not say."""
    known = [one for one in MECHANISMS if one in {name.upper() for name in offered}]
    return (known or MECHANISMS)[0]


def said(mechanism: str, user: str, host: str, port: int, token: str) -> str:
    """What is said to the mail server, before base64."""
    if mechanism == "OAUTHBEARER":
        return f"n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _granted(found: Mapping[str, Any]) -> Granted:
    return Granted(str(found["access_token"]), int(found.get("expires_in", 3600)), str(found.get("refresh_token", "")))


def _post(url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The answer's JSON object; a refusal of the service is `NotAllowed` with its code in `values`."""
    host = _host(url)
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise ServiceSilent(host=host, said=f"{url} is no https address")
    request = urllib.request.Request(url, data=urlencode(form).encode(), headers={"Accept": "application/json"})
    try:
        with NO_REDIRECT.open(request, timeout=TIMEOUT_S) as answer:
            found = json.loads(answer.read(ANSWER_BYTES_MAX))
    except urllib.error.HTTPError as error:
        raise _refused(host, error) from error
    except (OSError, ValueError) as error:
        raise ServiceSilent(host=host, said=str(error)) from error
    if not isinstance(found, dict):
        raise ServiceSilent(host=host, said="its answer is no object")
    return found


def _refused(host: str, error: urllib.error.HTTPError) -> Refusal:
    try:
        found = json.loads(error.read(ANSWER_BYTES_MAX))
    except (OSError, ValueError):
        found = {}
    code = str(found.get("error", "")) if isinstance(found, dict) else ""
    if not code:
        return ServiceSilent(host=host, said=f"it answered {error.code}")
    # Microsoft explains at length, with numbers of its own; the first line says it.
    told = str(found.get("error_description", "")).partition("\n")[0].strip()
    return NotAllowed(host=host, said=f"{code}: {told}" if told else code, code=code)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
