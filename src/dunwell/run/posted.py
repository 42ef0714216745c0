"""`dunwell letter`: the letter of a task as PDF, ready for the envelope."""

from __future__ import annotations

from dunwell.core.claims import Party, Signatory
from dunwell.core.message import LOCALES
from dunwell.core.refusal import Refusal
from dunwell.engine import claim, posted
from dunwell.plugins import paper
from dunwell.store import load_letters, scope
from dunwell.store.models import Contact, Creditor, Customer, Task


class NoLetterTask(Refusal):
    """There is no letter to print under number {number}: `dunwell work` lists the tasks."""


class NoPostalAddress(Refusal):
    """The postal address of {customer} is not known: put it into the customer's record (column “Address” of a sheet)."""


def pdf(creditor: Creditor, number: int) -> bytes:
    """The letter of an open or closed task; the same task gives the same bytes."""
    with scope.of(creditor.pk):
        task = Task.objects.select_related("customer", "contact").filter(pk=number, kind="letter").first()
    if task is None or not task.text.strip():
        raise NoLetterTask(number=number)
    return paper.pdf(
        posted.letter(
            task.text,
            sender=Party(creditor.registered_name, "", creditor.tax_id, creditor.address, creditor.country),
            writer=_writer(creditor, task.customer),
            address=_address(task.customer, task.contact),
            on=task.due_on,
            locale=_locale(creditor, task.customer, task.contact),
        )
    )


def _address(customer: Customer, contact: Contact | None) -> tuple[str, ...]:
    """Name, for whose hands, street and town: the contact's own address before the customer's."""
    lines = claim.address_lines((contact.postal_address if contact else "") or customer.address)
    if not lines:
        raise NoPostalAddress(customer=customer.name)
    person = " ".join(filter(None, (contact.given_name, contact.family_name))) if contact else ""
    return tuple(filter(None, (customer.name, person if person != customer.name else "", *lines)))


def _writer(creditor: Creditor, customer: Customer) -> Signatory:
    staff = load_letters.staff(creditor.pk)
    found = next((one for one in staff if one.name == customer.owner), staff[0] if staff else None)
    if found is None:
        return Signatory(creditor.name, "", "", creditor.reply_address)
    return Signatory(found.name, found.title, found.phone, found.email)


def _locale(creditor: Creditor, customer: Customer, contact: Contact | None) -> str:
    found = (contact.locale if contact else "") or customer.locale or creditor.locale
    return found if found in LOCALES else creditor.locale
