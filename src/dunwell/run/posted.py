"""Letters by post: printed for the window of the envelope, one by one or all at once, and recorded with the post's number."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date

from django.db.models.functions import Coalesce
from pypdf import PdfWriter

from dunwell.core import tracking
from dunwell.core.claims import Party
from dunwell.core.ledger import TaskKind
from dunwell.core.message import LOCALES
from dunwell.core.money import total_by_currency
from dunwell.core.paper import QrCode
from dunwell.core.refusal import Refusal
from dunwell.engine import claim, posted
from dunwell.run import letter_papers, people, portal_speech, printing
from dunwell.run.letter_sources import account_facts
from dunwell.run.signing import writer_of
from dunwell.store import load_letters, scope, stop_work
from dunwell.store.models import Contact, Creditor, Customer, Receivable, Task

POSTED = "posted"
PURPOSE = {
    "ru": "Оплата по счёту № {numbers}",
    "bg": "Плащане по фактура № {numbers}",
    "en": "Payment of invoice {numbers}",
}


class NoLetterTask(Refusal):
    """There is no letter to print under number {number}: `dunwell work` lists the tasks."""


class NoPostalAddress(Refusal):
    """The postal address of {customer} is not known: put it into the customer's record (column “Address” of a sheet)."""


class LetterSettled(Refusal):
    """What the letter of task {number} asks for is paid or contested by now: it is not printed. Close the task with another outcome."""


def pdf(creditor: Creditor, number: int) -> bytes:
    """The letter of a task with the code to pay by, and the invoices that it says are attached; the same task gives the same bytes
    while the same is owed.
    """
    with scope.of(creditor.pk):
        task = Task.objects.select_related("customer", "contact").filter(pk=number, kind=TaskKind.LETTER).first()
        asked = list(task.items.values_list("receivable_id", flat=True)) if task else []
    if task is None or not task.text.strip():
        raise NoLetterTask(number=number)
    owed = stop_work.still_open(creditor.pk, asked, rehearsal=task.rehearsal)
    if asked and not any(one.asked for one in owed):
        raise LetterSettled(number=number)
    locale = _locale(creditor, task.customer, task.contact)
    letter = printing.pdf(
        creditor,
        posted.letter(
            task.text,
            sender=Party(creditor.registered_name, "", creditor.tax_id, creditor.address, creditor.country),
            writer=writer_of(creditor, task.customer, task.due_on),
            address=_address(task.customer, task.contact),
            on=task.due_on,
            locale=locale,
            codes=_codes(creditor, task, owed, locale),
        ),
    )
    return _bound([letter, *_enclosed(creditor, task, asked, locale)])


def waiting(creditor: Creditor) -> list[Task]:
    """The letters that nobody has posted yet."""
    with scope.of(creditor.pk):
        rows = Task.objects.filter(kind=TaskKind.LETTER, outcome=None).exclude(text="").select_related("customer")
        return list(rows.order_by("pk"))


def together(creditor: Creditor, numbers: Iterable[int]) -> bytes:
    """Several letters as one file for the printer, each beginning on a sheet of its own also when both sides are printed."""
    return _bound([pdf(creditor, number) for number in numbers], is_for_both_sides=True)


def post(creditor: Creditor, number: int, tracking_number: str, *, on: date, by: str) -> str:
    """Record that a letter was posted: its step is done, the post's number is kept with it and goes into the evidence."""
    with scope.of(creditor.pk):
        if not Task.objects.filter(pk=number, kind=TaskKind.LETTER).exists():
            raise NoLetterTask(number=number)
    found = tracking.read(tracking_number)
    people.close_task(creditor, number, outcome=POSTED, is_done=True, on=on, by=by, why=found)
    return found


def _enclosed(creditor: Creditor, task: Task, receivables: list[int], locale: str) -> list[bytes]:
    if not posted.says_attached(task.text, portal_speech.terms_of(locale)):
        return []
    with scope.of(creditor.pk):
        owed = Receivable.objects.filter(pk__in=receivables).order_by(Coalesce("due_date", "invoice__issue_date"), "pk")
        invoices = list(owed.values_list("invoice_id", flat=True))
    enclosed = letter_papers.printed(creditor, invoices, on=task.due_on, locale=locale, rehearsal=task.rehearsal)
    return [one.content for one in enclosed.files]


def _bound(sheets: list[bytes], *, is_for_both_sides: bool = False) -> bytes:
    """Several documents as one file; one alone stays as it is."""
    if len(sheets) == 1 and not is_for_both_sides:
        return sheets[0]
    whole = PdfWriter()
    for sheet in sheets:
        whole.append(io.BytesIO(sheet))
        if is_for_both_sides and len(whole.pages) % 2:
            whole.add_blank_page()
    held = io.BytesIO()
    whole.write(held)
    return held.getvalue()


def _codes(creditor: Creditor, task: Task, owed: list[stop_work.Open], locale: str) -> list[QrCode]:
    accounts = {one.currency: account_facts(one) for one in load_letters.bank_accounts(creditor.pk, task.due_on)}
    found = []
    for currency, amount in total_by_currency(one.asked for one in owed).items():
        purpose = PURPOSE[locale].format(
            numbers=", ".join(dict.fromkeys(one.number for one in owed if one.asked.currency == currency))
        )
        if currency in accounts:
            found.append(posted.code(accounts[currency], amount, purpose, text=task.text, locale=locale))
    return [one for one in found if one is not None]


def _address(customer: Customer, contact: Contact | None) -> tuple[str, ...]:
    """Name, for whose hands, street and town: the contact's own address before the customer's."""
    lines = claim.address_lines((contact.postal_address if contact else "") or customer.address)
    if not lines:
        raise NoPostalAddress(customer=customer.name)
    person = " ".join(filter(None, (contact.given_name, contact.family_name))) if contact else ""
    return tuple(filter(None, (customer.name, person if person != customer.name else "", *lines)))


def _locale(creditor: Creditor, customer: Customer, contact: Contact | None) -> str:
    found = (contact.locale if contact else "") or customer.locale or creditor.locale
    return found if found in LOCALES else creditor.locale
