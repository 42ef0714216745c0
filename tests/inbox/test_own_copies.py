"""A copy of our own mail in our mailbox: nobody's answer, and its e-invoice is read like an upload where its sender is proven."""

from __future__ import annotations

from datetime import date, timedelta
from email.message import EmailMessage

import pytest

from dunwell.core.inbox import MailKind
from dunwell.run import creditors, einvoices, inbox_mail, work
from dunwell.run.inbox_mail import Taken
from dunwell.store import scope
from dunwell.store.models import FindingRecord, Invoice, ReplyProposal, Sign
from inbox import mails
from regressions.world import DAY, World, only

OWN = "billing@firm.example"
NEXT = DAY + timedelta(1)
PROVEN = {"Authentication-Results": "mx.firm.example; spf=pass; dmarc=pass (p=reject) header.from=firm.example"}


@pytest.fixture
def ours(firm: World) -> World:
    registered = {"registered_name": "„Пример“ ЕООД", "tax_id": "BG175074752", "country": "BG"}
    creditors.change(firm.creditor, by="anna", address="ул. „Шипка“ 5\n1504 София", **registered)
    firm.creditor.reply_address = OWN
    firm.creditor.save(update_fields=["reply_address"])
    einvoices.set_vat(firm.creditor, "20", on=DAY, by="anna")
    return firm


def sent_with_invoice(firm: World, number: str = "NEW-7", headers: dict[str, str] | None = None) -> bytes:
    known = einvoices.write(firm.creditor, "C1-1", "ubl").decode()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Billing <{OWN}>", "c1@client.example", f"Invoice {number}"
    mail["Message-ID"] = f"<{number}@firm.example>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content("Please pay by Friday.")
    mail.add_attachment(
        known.replace("C1-1", number).encode(), maintype="application", subtype="xml", filename="../i.xml"
    )
    return mail.as_bytes()


def took(firm: World, raw: bytes, on: date = NEXT) -> Taken:
    return inbox_mail.take(firm.creditor, raw, on=on)


def numbers(firm: World) -> set[str]:
    with scope.of(firm.creditor.pk):
        return set(Invoice.objects.values_list("number", flat=True))


def codes(firm: World) -> list[str]:
    with scope.of(firm.creditor.pk):
        return list(FindingRecord.objects.filter(code__startswith="copy_").values_list("code", flat=True))


def test_a_proven_copy_brings_its_invoice_in_once(ours: World) -> None:
    raw = sent_with_invoice(ours, headers=PROVEN)
    first, again = took(ours, raw), took(ours, raw)
    assert (first.kind, first.did) == (MailKind.COPY, "a copy of our own mail; 1 of 1 invoices read")
    assert not again.is_new
    assert "NEW-7" in numbers(ours) and codes(ours) == []


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authentication-Results": "mx; dmarc=fail header.from=firm.example"}, {"Authentication-Results": "mx; dmarc=pass header.from=else.example"}],
)  # fmt: skip
def test_what_only_says_that_it_is_ours_waits_for_a_person(ours: World, headers: dict[str, str]) -> None:
    took(ours, sent_with_invoice(ours, headers=headers))
    assert "NEW-7" not in numbers(ours)
    assert codes(ours) == ["copy_unproven"]


def test_a_copy_is_nobody_s_answer(ours: World) -> None:
    ours.day()
    letter = only(ours.sent())
    taken = took(ours, mails.reply("We will pay on Friday.", sender=OWN, references=letter.message_id))
    assert (taken.kind, taken.customer, taken.proposals) == (MailKind.COPY, "", ())
    with scope.of(ours.creditor.pk):
        assert not ReplyProposal.objects.exists() and not Sign.objects.exists()
    assert "mail" not in [row.kind for row in work.rows(ours.creditor, DAY)]


def test_an_invoice_that_cannot_be_read_is_told(ours: World) -> None:
    raw = sent_with_invoice(ours, headers=PROVEN)
    mail = EmailMessage()
    mail["From"], mail["Authentication-Results"] = OWN, PROVEN["Authentication-Results"]
    mail["Message-ID"] = "<pdf@firm.example>"
    mail.set_content("see there")
    mail.add_attachment(b"%PDF-1.4 nothing", maintype="application", subtype="pdf", filename="invoice.pdf")
    assert took(ours, mail.as_bytes()).did == "a copy of our own mail; 0 of 1 invoices read"
    assert codes(ours) == ["copy_unread"]
    assert took(ours, raw).did.endswith("1 of 1 invoices read")


def test_a_customer_who_writes_from_such_an_address_is_heard(ours: World) -> None:
    ours.creditor.reply_address = "c1@client.example"
    ours.creditor.save(update_fields=["reply_address"])
    assert took(ours, mails.reply("We will pay on Friday.")).kind == MailKind.REPLY
