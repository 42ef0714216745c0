"""The invoices that a letter carries as PDF, where its step wants that: in the bytes that are approved, sent and kept as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dunwell.core.message import LOOKS, Attachment
from dunwell.engine import terms
from dunwell.run import papers, portal_speech
from dunwell.run.letter_sources import Sources
from dunwell.store import scope
from dunwell.store.load_letters import Row
from dunwell.store.models import Creditor, Invoice

CARRIERS = ("email", "letter")
"""The ways that take files; an SMS names the page instead."""
INVOICES_MAX = 10
BYTES_MAX = 5_000_000
"""Many companies' mail servers refuse more than ten megabytes, and base64 adds a third."""
*_, FORMAL = LOOKS


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What goes with one letter, in its order; `is_all`: nothing that it asks for had to stay out."""

    files: tuple[Attachment, ...] = ()
    is_all: bool = True


def of(known: Sources, items: Sequence[Row], *, channel: str, locale: str, rehearsal: bool) -> Enclosed:
    """The invoices of what a letter asks for, the oldest due first, as the books stand on its day.

    On paper only those whose step it is: they are what its task remembers when it is printed.
    """
    spoken = [item for item in items if item["part"] in ("asked", "listed")]
    rows = [
        known.found.receivables[one["receivable_id"]] for one in spoken if channel == "email" or one["part"] == "asked"
    ]
    rows.sort(key=lambda row: (row["due_date"] or row["issue_date"], row["id"]))
    invoices = [row["invoice_id"] for row in rows]
    found = printed(known.creditor, invoices, on=known.as_of, locale=locale, rehearsal=rehearsal)
    return replace(found, is_all=found.is_all and len(rows) == len(spoken))


def printed(creditor: Creditor, invoices: Iterable[int], *, on: date, locale: str, rehearsal: bool) -> Enclosed:
    """So many of these invoices, in their order, as one letter may carry."""
    wanted = list(dict.fromkeys(invoices))
    with scope.of(creditor.pk):
        rows = Invoice.objects.select_related("customer").in_bulk(wanted[:INVOICES_MAX])
    files: list[Attachment] = []
    left = BYTES_MAX
    for number in wanted[:INVOICES_MAX]:
        sheet = papers.invoice(creditor, rows[number], on=on, languages=locale, look=FORMAL, rehearsal=rehearsal)
        left -= len(sheet)
        if left < 0:
            break
        files.append(Attachment(_file_name(rows[number].number, locale), "application/pdf", sheet))
    return Enclosed(tuple(files), is_all=len(files) == len(wanted))


def _file_name(number: str, locale: str) -> str:
    title = portal_speech.terms_of(locale).labels["invoice"]
    safe = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in terms.clean(number))
    return f"{title} {safe}.pdf"
