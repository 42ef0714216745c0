"""The numbers of documents that Dunwell issues: one after the other, none left out, none given twice, whoever issues at once.

A number is taken in the transaction that writes its document: what fails leaves no gap. A range that the books hold already is gone on
with after its highest number; one that stands on somebody else's document is passed over. A cancelled document keeps its number.
"""

from __future__ import annotations

from datetime import date

from dunwell.core import numbering
from dunwell.core.ledger import DocumentKind
from dunwell.core.refusal import Refusal
from dunwell.store import bulk, locks, switches
from dunwell.store.models import Creditor, DocumentNumber, Invoice, Switch

SWITCHES = {
    DocumentKind.INVOICE: Switch.INVOICES,
    DocumentKind.REQUEST: Switch.REQUESTS,
    DocumentKind.CREDIT_NOTE: Switch.CREDIT_NOTES,
}


class NoNumbers(Refusal):
    """How documents of the kind {kind} are numbered is not known: `dunwell recurring numbers {kind} {{year}}-{{number}}`."""


def pattern(creditor: Creditor, kind: DocumentKind) -> str:
    """How Dunwell numbers documents of a kind; empty where somebody else does."""
    return switches.value(creditor.pk, SWITCHES[kind])


def set_pattern(creditor: Creditor, kind: DocumentKind, wanted: str, *, on: date, by: str) -> None:
    """Number documents of a kind so from now on; an empty pattern leaves them to somebody else."""
    if wanted:
        numbering.check(wanted)
    switches.turn(creditor.pk, SWITCHES[kind], wanted, by=by, why="", on=on)


def take(creditor: Creditor, kind: DocumentKind, on: date) -> str:
    """The next number, ours with this transaction; call inside `scope.of`, where the document is made."""
    wanted = pattern(creditor, kind)
    if not wanted:
        raise NoNumbers(kind=kind.value)
    locks.in_turn(creditor.pk, "numbers")
    range_ = numbering.range_of(wanted, on.year)
    given = DocumentNumber.objects.filter(creditor=creditor, kind=kind.value, range=range_)
    last = given.order_by("-number").values_list("number", flat=True).first()
    number = (_highest(kind, range_) if last is None else last) + 1
    while Invoice.objects.filter(kind=kind.value, number=numbering.written(range_, number)).exists():
        number += 1
    DocumentNumber.objects.create(creditor=creditor, kind=kind.value, range=range_, number=number)
    return numbering.written(range_, number)


def _highest(kind: DocumentKind, range_: str) -> int:
    """The highest number of a range that stands in the books before we give the first one."""
    ((found,),) = bulk.rows(HIGHEST, numbering.expression(range_), kind.value)
    return int(found)


HIGHEST = "SELECT coalesce(max((regexp_match(number, %s))[1]::bigint), 0) FROM invoice WHERE kind = %s"
