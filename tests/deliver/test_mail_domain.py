"""What a domain's records say is understood as readers' servers understand it, and each fault has its advice in three languages."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files

import dkim
import pytest

from deliver.mail_services import name_server, token_mail_server
from deliver.test_smtp import message
from dunwell.core.message import LOCALES
from dunwell.engine import mail_domain, spf
from dunwell.engine.mail_domain import Sender, Told
from dunwell.plugins import dkim_signature
from dunwell.plugins.channels.smtp import Config, Smtp
from dunwell.run import creditors, mail_check, ways
from dunwell.store import vault
from dunwell.store.models import Creditor

Records = Mapping[tuple[str, str], Sequence[str]]
KEY = dkim_signature.new_key()
OWN = Sender("firm.example", "mail.firm.example", "firm.example", "dunwell", dkim_signature.record(KEY))
FINE: dict[tuple[str, str], Sequence[str]] = {
    ("firm.example", "MX"): ["10 mail.firm.example."],
    ("firm.example", "TXT"): ['"v=spf1 mx -all"', '"google-site-verification=x"'],
    ("mail.firm.example", "A"): ["203.0.113.7"],
    ("7.113.0.203.in-addr.arpa", "PTR"): ["mail.firm.example."],
    ("_dmarc.firm.example", "TXT"): ['"v=DMARC1; p=quarantine; rua=mailto:d@firm.example"'],
    # A key is longer than one string of a record may be.
    ("dunwell._domainkey.firm.example", "TXT"): [f'"{OWN.record[:200]}" "{OWN.record[200:]}"'],
}


def judged(sender: Sender, records: Records) -> list[Told]:
    def ask(name: str, kind: str) -> tuple[str, ...]:
        found = records.get((name, kind), ())
        return tuple(one.replace('" "', "").strip('"').removeprefix("10 ").rstrip(".") for one in found)

    return mail_domain.judge(
        sender, ask, lambda address: ask(f"{'.'.join(address.split('.')[::-1])}.in-addr.arpa", "PTR")
    )


def codes(sender: Sender, records: Records) -> dict[str, str]:
    return {one.what: one.code for one in judged(sender, records)}


def test_a_domain_in_order() -> None:
    assert codes(OWN, FINE) == {"MX": "mx_ok", "SPF": "spf_ok", "DKIM": "dkim_ok", "DMARC": "dmarc_ok", "PTR": "ptr_ok"}
    assert all(one.ok for one in judged(OWN, FINE))


@pytest.mark.parametrize(
    ("what", "name", "kind", "records", "code"),
    [
        ("MX", "firm.example", "MX", [], "mx_missing"),
        ("SPF", "firm.example", "TXT", [], "spf_missing"),
        ("SPF", "firm.example", "TXT", ["v=spf1 mx -all", "v=spf1 a -all"], "spf_several"),
        ("SPF", "firm.example", "TXT", ["v=spf1 include:_spf.google.com -all"], "spf_lacks"),
        ("SPF", "firm.example", "TXT", ["v=spf1 ip4:203.0.113.0/24 ~all"], "spf_ok"),
        ("SPF", "firm.example", "TXT", ["v=spf1 a:mail.firm.example/28 ~all"], "spf_ok"),
        ("SPF", "firm.example", "TXT", ["v=spf1 +all"], "spf_open"),
        ("SPF", "firm.example", "TXT", ["v=spf1 " + "include:gone.example " * 11 + "mx -all"], "spf_too_long"),
        ("DKIM", "dunwell._domainkey.firm.example", "TXT", [], "dkim_record_missing"),
        ("DKIM", "dunwell._domainkey.firm.example", "TXT", ["v=DKIM1; k=rsa; p="], "dkim_other_key"),
        ("DMARC", "_dmarc.firm.example", "TXT", [], "dmarc_missing"),
        ("DMARC", "_dmarc.firm.example", "TXT", ["v=DMARC1; p=none"], "dmarc_none"),
        ("DMARC", "_dmarc.firm.example", "TXT", ["v=DMARC1; rua=mailto:x@y.z"], "dmarc_broken"),
        ("PTR", "7.113.0.203.in-addr.arpa", "PTR", [], "ptr_missing"),
        ("PTR", "7.113.0.203.in-addr.arpa", "PTR", ["host-7.provider.example"], "ptr_not_back"),
    ],
)
def test_each_fault_is_told_apart(what: str, name: str, kind: str, records: list[str], code: str) -> None:
    assert codes(OWN, {**FINE, (name, kind): records})[what] == code


def test_a_signature_for_another_domain_counts_for_nothing() -> None:
    elsewhere = Sender("firm.example", "mail.firm.example", "relay.example", "dunwell", OWN.record)
    assert codes(elsewhere, FINE)["DKIM"] == "dkim_elsewhere"


def test_a_mail_service_is_known_by_its_server() -> None:
    google = Sender("firm.example", "smtp.gmail.com")
    records = {**FINE, ("firm.example", "TXT"): ["v=spf1 include:_spf.google.com ~all"]}
    assert codes(google, records) == {
        "MX": "mx_ok", "SPF": "spf_ok", "DKIM": "dkim_service_off", "DMARC": "dmarc_ok", "PTR": "ptr_of_service",
    }  # fmt: skip
    records[("google._domainkey.firm.example", "TXT")] = ["v=DKIM1; k=rsa; p=MIIB"]
    assert codes(google, records)["DKIM"] == "dkim_by_service"
    lacks = next(one for one in judged(google, FINE) if one.what == "SPF")
    assert (lacks.code, lacks.values["wanted"]) == ("spf_lacks", "include:_spf.google.com")


def test_a_server_on_a_private_net_is_not_guessed_about() -> None:
    inside = {**FINE, ("mail.firm.example", "A"): ["10.0.0.5"]}
    assert codes(OWN, inside)["SPF"] == "spf_unseen" and codes(OWN, inside)["PTR"] == "ptr_unseen"


def test_a_circle_of_records_ends() -> None:
    records = {"a.example": ["v=spf1 include:b.example -all"], "b.example": ["v=spf1 redirect=a.example"]}
    assert spf.judge("a.example", "203.0.113.7", lambda name, _: records.get(name, ())).result == "permerror"


def test_every_sentence_stands_in_every_language_with_the_same_values() -> None:
    packs = {
        locale: tomllib.loads((files("dunwell") / "content" / "mail" / f"{locale}.toml").read_text("utf-8"))
        for locale in LOCALES
    }
    for code, said in packs["en"].items():
        for locale in LOCALES:
            for part, text in said.items():
                assert _fields(packs[locale][code][part]) == _fields(text), (locale, code)
    assert len({tuple(sorted(pack)) for pack in packs.values()}) == 1


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture
def mailing(creditor: Creditor) -> Creditor:
    creditors.add_staff(
        creditor, "Ани", email="ani@firm.example", phone="", gender="f", title="", by="anna", photo=None
    )
    ways.configure(creditor, "email", "smtp", {"host": "mail.firm.example", "security": "none"})
    creditor.refresh_from_db()
    return creditor


def test_a_real_name_server_is_asked(mailing: Creditor) -> None:
    name, record = mail_check.sign(mailing, "firm.example", selector="dunwell", by="anna")
    assert name == "dunwell._domainkey.firm.example"
    assert "PRIVATE" not in str(mailing.channels)
    with name_server({**FINE, (name, "TXT"): [f'"{record[:250]}" "{record[250:]}"']}) as server:
        found = mail_check.look(mailing, locale="ru", server=server)
    assert [(one.what, one.ok) for one in found] == [(what, True) for what in ("MX", "SPF", "DKIM", "DMARC", "PTR")]
    with name_server({}) as server:
        found = mail_check.look(mailing, locale="bg", server=server)
    assert not any(one.ok for one in found if one.what in ("MX", "SPF", "DKIM", "DMARC"))
    assert record in next(one.remedy for one in found if one.what == "DKIM")


def test_a_silent_name_server_is_one_line(mailing: Creditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunwell.plugins.name_server.TIMEOUT_S", 0.2)
    (only,) = mail_check.look(mailing, locale="en", server="127.0.0.1:1")
    assert not only.ok and "No name server answers" in only.says


def test_letters_are_signed_as_they_leave_and_anybody_can_verify_it(mailing: Creditor) -> None:
    _, record = mail_check.sign(mailing, "firm.example", selector="dunwell", by="anna")
    key = vault.unseal(mailing.channels["email"]["dkim_key"])
    letter = (
        b"From: Ani <ani@firm.example>\r\nTo: a@customer.test\r\nSubject: S\r\nMessage-ID: <k@x>\r\n"
        b"List-Unsubscribe: <https://firm.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        b"MIME-Version: 1.0\r\n\r\n.one\r\n..two\r\n"
    )
    with token_mail_server() as box:
        signing = {"dkim_domain": "firm.example", "dkim_selector": "dunwell", "dkim_key": key}
        way = Smtp(Config(host="127.0.0.1", port=box.port, security="none", **signing))
        way.send(message(mime=letter), "k")
        way.close()
    (taken,) = box.taken
    assert dkim.verify(taken, dnsfunc=lambda *_, **__: record.encode())
    assert not dkim.verify(taken.replace(b"..two", b"..six"), dnsfunc=lambda *_, **__: record.encode())
    head = taken.partition(b"bh=")[0].lower()
    assert b"list-unsubscribe-post" in head and b"date" in head
