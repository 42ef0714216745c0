"""What every fact recorded by hand carries: its day, who and why, and its link in the audit chain."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.store import audit
from dunwell.store.models import Creditor, Customer, Invoice


class AmountTooLarge(Refusal):
    """{amount} is more than the {most} that is open."""


class NothingToUndo(Refusal):
    """There is no {what} number {number} that could be taken back."""


class AmountNotPositive(Refusal):
    """{amount} is not a part of anything: give more than zero."""


def fact(creditor: Creditor, on: date, by: str, why: str) -> dict[str, Any]:
    """The columns that every fact has."""
    return {"creditor": creditor, "effective_on": on, "by": by, "why": why}


def link(creditor: Creditor, by: str, kind: str, subject: str | Invoice | Customer, content: dict[str, Any]) -> None:
    """One link of the audit chain for one deed."""
    audit.link(creditor.pk, actor=by, kind=kind, subject=named(subject), content=content)


def part_of(amount: Money | None) -> int | None:
    """The minor units of a part that a person named; None: all of it."""
    if amount is not None and amount.minor <= 0:
        raise AmountNotPositive(amount=amount)
    return amount.minor if amount else None


def file_name(*parts: str) -> str:
    """Numbers and names as part of a file's name: `invoice-1042`."""
    return re.sub(r"[^\w.-]+", "-", "-".join(parts)).strip("-.") or "document"


def named(subject: str | Invoice | Customer) -> str:
    """How the chain names a document or a customer."""
    if isinstance(subject, Invoice):
        return subject.number
    return subject.external_id if isinstance(subject, Customer) else subject
