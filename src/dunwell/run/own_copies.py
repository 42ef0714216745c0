"""A copy of our own mail in our own mailbox (BCC): it is nobody's answer, and the e-invoices in it are read like an upload.

Anybody can write our address as the sender. So an invoice goes in by itself only where our mail server says that the mail really
came from our domain (RFC 8601); any other is kept with the mail, and a person who knows it imports it by hand.
"""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path

from dunwell.core.inbox import MailKind
from dunwell.core.reading import Attached, MailText
from dunwell.core.refusal import Refusal
from dunwell.plugins import importers
from dunwell.plugins.readers.mail import attachments, proven_domain
from dunwell.run import ingest_documents
from dunwell.store import inbox
from dunwell.store.models import Creditor, FindingRecord, Inbound, Staff

UNSAFE = re.compile(r"[^\w.-]+")
NAME_MAX = 100
FORMATS = frozenset(importers.INVOICE_FORMATS) - {"invoice_table"}


def kind_of(creditor: Creditor, sender: str, mail: MailText) -> MailKind:
    """What a mail is: a delivery report, a copy of our own, an automatic answer or an answer."""
    if mail.bounce:
        return MailKind.BOUNCE
    if sender and _is_own(creditor, sender):
        return MailKind.COPY
    return MailKind.AUTOMATIC if mail.is_auto_reply else MailKind.REPLY


def _is_own(creditor: Creditor, sender: str) -> bool:
    """Whether the address is the creditor's or one of its people's, and no customer's."""
    own = {creditor.reply_address, *Staff.objects.values_list("email", flat=True)} - {""}
    return sender.casefold() in {each.casefold() for each in own} and not inbox.by_sender(sender)


def take(creditor: Creditor, row: Inbound, sender: str, raw: bytes, *, on: date, by: str) -> str:
    """Import what the copy holds; gives in one line what became of it."""
    found = [one for one in attachments(raw) if importers.detect(one.content, one.name) in FORMATS]
    if not found:
        return "a copy of our own mail; it holds no e-invoice"
    if proven_domain(raw) != sender.rpartition("@")[2].casefold():
        _tell(
            row,
            code="copy_unproven",
            message="A copy of one of our invoices came by mail, but the mail server does not say that it is from us.",
            remedy="If you know it, save the invoice from the mail and import it.",
        )
        return "a copy of our own mail that nothing proves; its invoice waits for a person"
    taken = [one for one in found if _imported(creditor, row, one, on=on, by=by)]
    return f"a copy of our own mail; {len(taken)} of {len(found)} invoices read"


def _imported(creditor: Creditor, row: Inbound, one: Attached, *, on: date, by: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (UNSAFE.sub("_", one.name).strip(".")[-NAME_MAX:] or "invoice")
        path.write_bytes(one.content)
        try:
            ingest_documents.file(creditor, path, as_of=on, by=by)
        except Refusal as refusal:
            _tell(
                row,
                code="copy_unread",
                message=f"A copy of one of our invoices cannot be read: {refusal}",
                remedy="Import the invoice from the program that wrote it.",
            )
            return False
    return True


def _tell(row: Inbound, *, code: str, message: str, remedy: str) -> None:
    FindingRecord.objects.create(
        creditor_id=row.creditor_id,
        effective_on=row.effective_on,
        code=code,
        message=message,
        field="mail",
        value=str(row.pk),
        remedy=remedy,
    )
