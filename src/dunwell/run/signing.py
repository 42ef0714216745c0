"""Who signs what is printed."""

from __future__ import annotations

from datetime import date

from dunwell.core.claims import Signatory
from dunwell.store import load_letters
from dunwell.store.models import Creditor, Customer


def writer_of(creditor: Creditor, customer: Customer, on: date) -> Signatory:
    """Who signs: whoever looks after the customer on that day, else the first of the staff."""
    signs = load_letters.looks_after(creditor.pk, customer.owner, on)
    if signs is None:
        return Signatory(creditor.name, "", "", creditor.reply_address)
    found, _absent = signs
    return Signatory(found.name, found.title, found.phone, found.email)
