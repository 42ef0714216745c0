"""Whether readers' mail servers will believe letters of a domain: what stands in the domain name system, and what is missing there.

Looked at as Google, Microsoft, Yandex and Mail.ru do before they show a letter: may this server send for the domain (SPF), is the letter
signed (DKIM), what shall be done with letters that are neither (DMARC), has the server a name of its own (PTR), can be answered (MX).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dunwell.engine import spf
from dunwell.engine.spf import Ask

PRIVATE = [
    ipaddress.ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
]
"""Addresses that the outside never sees: from where letters leave in the end is known to whoever runs that server."""


@dataclass(frozen=True, slots=True)
class Service:
    """A mail service: what the SPF of a domain includes for it, and under which selectors it signs."""

    spf: str
    selectors: tuple[str, ...] = ()


SERVICES: Mapping[str, Service] = {
    "gmail.com": Service("_spf.google.com", ("google",)),
    "google.com": Service("_spf.google.com", ("google",)),
    "office365.com": Service("spf.protection.outlook.com", ("selector1", "selector2")),
    "outlook.com": Service("spf.protection.outlook.com", ("selector1", "selector2")),
    "yandex.ru": Service("_spf.yandex.net", ("mail",)),
    "yandex.com": Service("_spf.yandex.net", ("mail",)),
    "yandex.net": Service("_spf.yandex.net", ("mail",)),
    "mail.ru": Service("_spf.mail.ru", ("mailru",)),
    "zoho.eu": Service("zohomail.eu", ("zmail", "zoho")),
    "zoho.com": Service("zohomail.com", ("zmail", "zoho")),
    "sendgrid.net": Service("sendgrid.net", ("s1", "s2")),
    "mailgun.org": Service("mailgun.org", ("mailo", "mx", "k1", "pic")),
    "postmarkapp.com": Service("spf.mtasv.net"),
    "amazonaws.com": Service("amazonses.com"),
    "brevo.com": Service("spf.brevo.com", ("brevo1", "mail")),
    "fastmail.com": Service("spf.messagingengine.com", ("fm1", "fm2", "fm3")),
}


@dataclass(frozen=True, slots=True)
class Sender:
    """How letters leave: from which domain, by which server, signed by us or not. `record` is what our key must show."""

    domain: str
    host: str
    dkim_domain: str = ""
    dkim_selector: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing looked at: `code` names its sentence in `content/mail`, `values` fill it. Not `ok` is to be put right."""

    ok: bool
    what: str
    code: str
    values: Mapping[str, str] = field(default_factory=dict)


def judge(sender: Sender, ask: Ask, name_of: Callable[[str], Sequence[str]]) -> list[Told]:
    """`ask` gives the records of a name and kind, `name_of` the names of an IP address."""
    service = _service(sender.host)
    addresses = [] if service else [one for kind in ("A", "AAAA") for one in _addresses(sender.host, kind, ask)]
    public = [one for one in addresses if not any(ipaddress.ip_address(one) in net for net in PRIVATE)]
    return [
        *_mx(sender, ask),
        *_spf(sender, service, public, ask),
        *_dkim(sender, service, ask),
        *_dmarc(sender, ask),
        *_ptr(sender, service, public, ask, name_of),
    ]


def _mx(sender: Sender, ask: Ask) -> Iterator[Told]:
    found = ask(sender.domain, "MX")
    if found:
        yield Told(True, "MX", "mx_ok", {"servers": ", ".join(found)})
    else:
        yield Told(False, "MX", "mx_missing", {"domain": sender.domain})


def _spf(sender: Sender, service: Service | None, addresses: Sequence[str], ask: Ask) -> Iterator[Told]:
    found = spf.records(ask(sender.domain, "TXT"))
    wanted = f"include:{service.spf}" if service else " ".join(_as_term(one) for one in addresses)
    values = {"domain": sender.domain, "wanted": wanted or "…", "host": sender.host}
    if not found:
        yield Told(False, "SPF", "spf_missing", values)
        return
    if len(found) > 1:
        yield Told(False, "SPF", "spf_several", {**values, "count": str(len(found))})
        return
    verdicts = [spf.judge(sender.domain, one, ask) for one in addresses or [""]]
    values["record"] = found[0]
    if any(one.lookups > spf.LOOKUPS_MAX for one in verdicts):
        yield Told(False, "SPF", "spf_too_long", {**values, "most": str(spf.LOOKUPS_MAX)})
    elif any(one.is_open for one in verdicts):
        yield Told(False, "SPF", "spf_open", values)
    elif service and service.spf not in verdicts[0].included:
        yield Told(False, "SPF", "spf_lacks", values)
    elif not service and not addresses:
        yield Told(True, "SPF", "spf_unseen", values)
    elif not service and any(one.result != "pass" for one in verdicts):
        yield Told(False, "SPF", "spf_lacks", values)
    else:
        yield Told(True, "SPF", "spf_ok", values)


def _dkim(sender: Sender, service: Service | None, ask: Ask) -> Iterator[Told]:
    if sender.record:
        name = f"{sender.dkim_selector}._domainkey.{sender.dkim_domain}"
        values = {"name": name, "record": sender.record, "domain": sender.domain, "signed": sender.dkim_domain}
        found = _keys(name, ask)
        if not _is_aligned(sender.dkim_domain, sender.domain):
            yield Told(False, "DKIM", "dkim_elsewhere", values)
        elif not found:
            yield Told(False, "DKIM", "dkim_record_missing", values)
        elif _key(sender.record) not in map(_key, found):
            yield Told(False, "DKIM", "dkim_other_key", values)
        else:
            yield Told(True, "DKIM", "dkim_ok", values)
        return
    known = service.selectors if service else ()
    seen = [one for one in known if any(_key(text) for text in _keys(f"{one}._domainkey.{sender.domain}", ask))]
    if seen:
        yield Told(True, "DKIM", "dkim_by_service", {"host": sender.host, "selector": seen[0]})
    elif service:
        yield Told(False, "DKIM", "dkim_service_off", {"host": sender.host, "domain": sender.domain})
    else:
        yield Told(False, "DKIM", "dkim_unsigned", {"domain": sender.domain})


def _dmarc(sender: Sender, ask: Ask) -> Iterator[Told]:
    name = f"_dmarc.{sender.domain}"
    found = [one for one in ask(name, "TXT") if one.lower().startswith("v=dmarc1")]
    if not found and (above := _above(sender.domain)):
        # A domain without a record of its own goes by the one above it (RFC 7489, 6.6.3).
        found = [one for one in ask(f"_dmarc.{above}", "TXT") if one.lower().startswith("v=dmarc1")]
    values = {"name": name, "domain": sender.domain}
    if not found:
        yield Told(False, "DMARC", "dmarc_missing", values)
        return
    if len(found) > 1:
        yield Told(False, "DMARC", "dmarc_several", values)
        return
    tags = {tag.strip().lower(): value.strip() for tag, _, value in (one.partition("=") for one in found[0].split(";"))}
    values |= {"record": found[0], "policy": tags.get("p", "").lower()}
    if values["policy"] not in ("none", "quarantine", "reject"):
        yield Told(False, "DMARC", "dmarc_broken", values)
    elif values["policy"] == "none":
        yield Told(True, "DMARC", "dmarc_none", values)
    else:
        yield Told(True, "DMARC", "dmarc_ok", values)


def _ptr(
    sender: Sender,
    service: Service | None,
    addresses: Sequence[str],
    ask: Ask,
    name_of: Callable[[str], Sequence[str]],
) -> Iterator[Told]:
    if service:
        yield Told(True, "PTR", "ptr_of_service", {"host": sender.host})
        return
    if not addresses:
        yield Told(True, "PTR", "ptr_unseen", {"host": sender.host})
    for address in addresses:
        names = name_of(address)
        values = {"address": address, "host": sender.host, "name": ", ".join(names)}
        kind = "AAAA" if ":" in address else "A"
        if not names:
            yield Told(False, "PTR", "ptr_missing", values)
        elif not any(address in _addresses(one, kind, ask) for one in names):
            yield Told(False, "PTR", "ptr_not_back", values)
        else:
            yield Told(True, "PTR", "ptr_ok", values)


def _service(host: str) -> Service | None:
    return next((one for name, one in SERVICES.items() if host == name or host.endswith(f".{name}")), None)


def _addresses(host: str, kind: str, ask: Ask) -> list[str]:
    try:
        given = ipaddress.ip_address(host)
    except ValueError:
        return [str(ipaddress.ip_address(one)) for one in ask(host, kind)]
    return [str(given)] if (given.version == 6) == (kind == "AAAA") else []


def _as_term(address: str) -> str:
    return f"ip6:{address}" if ":" in address else f"ip4:{address}"


def _keys(name: str, ask: Ask) -> list[str]:
    return [one for one in ask(name, "TXT") if "p=" in one.replace(" ", "").lower()]


def _key(record: str) -> str:
    """The public key of a DKIM record; empty where it was taken back."""
    tags = (tag.partition("=") for tag in record.split(";"))
    return next(("".join(value.split()) for name, _, value in tags if name.strip() == "p"), "")


def _is_aligned(signed: str, domain: str) -> bool:
    one, other = signed.lower(), domain.lower()
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _above(domain: str) -> str:
    """The domain above a subdomain; empty for one of two labels."""
    _, _, above = domain.partition(".")
    return above if "." in above else ""
