"""Whether readers' mail servers will believe our letters: the domain's records looked at, and plain advice for each that is missing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dunwell.core.message import LOCALES
from dunwell.core.refusal import Refusal
from dunwell.engine import mail_domain
from dunwell.engine.mail_domain import Sender, Told
from dunwell.plugins import dkim_signature
from dunwell.plugins.name_server import Names, NamesSilent
from dunwell.store import audit, load_letters, scope, vault
from dunwell.store.models import Creditor

SELECTOR = "dunwell"
SILENT = "DNS"
"""What was looked at where no name server answered."""


class NoSender(Refusal):
    """No letter leaves by a mail server yet: `dunwell channel email smtp --set host=…` and `dunwell staff NAME --email …` first."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing looked at, in the reader's language; `remedy` says what to enter where."""

    ok: bool
    domain: str
    what: str
    says: str
    remedy: str


def look(creditor: Creditor, *, locale: str = "", server: str = "") -> list[Said]:
    """Every domain from which letters leave; `server` is asked in place of this machine's name servers."""
    words, names = _words(locale or creditor.locale), Names(server)
    found = []
    for one in senders(creditor):
        try:
            told = mail_domain.judge(one, names.ask, names.name_of)
        except NamesSilent:
            told = [Told(False, SILENT, "silent")]
        found += [_said(one.domain, each, words) for each in told]
    return found


def senders(creditor: Creditor) -> list[Sender]:
    """The domains of the addresses that letters come from, each with the server by which they leave."""
    mail = creditor.channels.get("email", {})
    addresses = [one.email for one in load_letters.staff(creditor.pk)] + [creditor.reply_address]
    domains = dict.fromkeys(one.rpartition("@")[2].lower() for one in addresses if "@" in one)
    if mail.get("kind") != "smtp" or not domains:
        raise NoSender
    key = vault.unseal(str(mail.get("dkim_key", "")))
    return [
        Sender(
            domain=domain.encode("idna").decode(),
            host=str(mail["host"]).lower(),
            dkim_domain=str(mail.get("dkim_domain", "")),
            dkim_selector=str(mail.get("dkim_selector", "")),
            record=dkim_signature.record(key) if key else "",
        )
        for domain in domains
    ]


def sign(creditor: Creditor, domain: str, *, selector: str, by: str) -> tuple[str, str]:
    """From now on sign letters for this domain with a new key; gives the name and the text of the record to enter.

    Enter it first where letters are live: until it is seen, receivers find the signature wrong.
    """
    mail = creditor.channels.get("email", {})
    if mail.get("kind") != "smtp":
        raise NoSender
    key = dkim_signature.new_key()
    signing = {"dkim_domain": domain.lower(), "dkim_selector": selector, "dkim_key": vault.seal(key)}
    with scope.of(creditor.pk):
        creditor.channels = {**creditor.channels, "email": {**mail, **signing}}
        creditor.save(update_fields=["channels"])
        told = {"domain": domain, "selector": selector}
        audit.link(creditor.pk, actor=by, kind="dkim", subject="email", content=told)
    return f"{selector}._domainkey.{domain.lower()}", dkim_signature.record(key)


def unsign(creditor: Creditor, *, by: str) -> None:
    """Sign no longer; the key is forgotten."""
    mail = {name: value for name, value in creditor.channels.get("email", {}).items() if not name.startswith("dkim_")}
    with scope.of(creditor.pk):
        creditor.channels = {**creditor.channels, "email": mail}
        creditor.save(update_fields=["channels"])
        audit.link(creditor.pk, actor=by, kind="dkim", subject="email", content={"domain": ""})


def _said(domain: str, told: Told, words: Mapping[str, Mapping[str, str]]) -> Said:
    text = words[told.code]
    remedy = text.get("do", "").format(**told.values)
    return Said(told.ok, domain, told.what, text["says"].format(**told.values), remedy)


@cache
def _words(locale: str) -> Mapping[str, Mapping[str, str]]:
    name = locale if locale in LOCALES else "en"
    return tomllib.loads((files("dunwell") / "content" / "mail" / f"{name}.toml").read_text("utf-8"))
