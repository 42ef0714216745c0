"""Requests before work: asked for whole or by a deposit, accepted by the client, paid so that work may start, or ended kindly.

What a request says of its days stays true by `deadlines`; its letters are the *before-work* ladder, which ends it kindly, once. The
invoice that it becomes is `before_work_invoice`'s. Money opens the work, whoever was told of it: the same day's run says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from dunwell.core import before_work as rules
from dunwell.core.before_work import Marks, Standing
from dunwell.core.ledger import DocumentKind, Purpose
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.engine import terms
from dunwell.run import books, facts, hooks, numbers, subjects, tell_staff
from dunwell.store import bulk, scope, switches
from dunwell.store.models import (
    Acceptance,
    AcceptanceEnd,
    BecameInvoice,
    Cancellation,
    Creditor,
    Customer,
    Invoice,
    Order,
    RecurringIssued,
    WorkOpened,
    WorkOpenedEnd,
)

MAY_START, WAITS = "work.may_start", "work.waits"


class NotARequest(Refusal):
    """{number} is no request before work."""


class RequestOver(Refusal):
    """{number} is no request that waits any more: it was cancelled, or its invoice stands in its place."""


class RequestExpired(Refusal):
    """{number} was valid until {day}. You are welcome to come back to it: write to us, and we find new dates."""


class AcceptedAlready(Refusal):
    """{number} was accepted already."""


class NothingAccepted(Refusal):
    """{number} was not accepted: there is nothing to take back."""


class AcceptanceUnproven(Refusal):
    """Say how it was accepted: the e-mail, the call, the signed order."""


class WhoAccepts(Refusal):
    """The name of whoever accepts is needed."""


class DepositOutside(Refusal):
    """A deposit is more than nothing and at most the whole order: {percent} % is not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order to be asked for before it begins; without a number it gets the next one of our range."""

    what_for: str
    total: Money
    valid_until: date
    deposit_percent: Decimal = Decimal(100)
    number: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """A request with all that became of it; `order` is the whole, `asked` what it asks for before the work."""

    request: Invoice
    standing: Standing
    asked: Money
    paid: Money
    order: Money
    acceptance: Acceptance | None
    opened: WorkOpened | None
    invoice: Invoice | None
    period: tuple[date, date] | None

    @property
    def is_deposit(self) -> bool:
        return self.order != self.asked


def ask(creditor: Creditor, customer: str | Customer, wanted: Wanted, *, on: date, by: str, why: str = "") -> Invoice:
    """Write a request before work; the day's run sends it. Where a deposit is asked for, the whole order stands beside it."""
    if not 0 < wanted.deposit_percent <= 100:
        raise DepositOutside(percent=wanted.deposit_percent)
    asked = rules.deposit(wanted.total, wanted.deposit_percent)
    with scope.of(creditor.pk):
        number = wanted.number or numbers.take(creditor, DocumentKind.REQUEST, on)
        made = books.add_document(
            creditor, subjects.customer(creditor, customer), kind=DocumentKind.REQUEST.value, number=number, issued=on,
            due=wanted.valid_until, total=asked, what_for=terms.clean(wanted.what_for), is_sent=False, on=on, by=by, why=why,
        )  # fmt: skip
        if asked != wanted.total:
            Order.objects.create(**facts.fact(creditor, on, by, why), request=made, total=wanted.total.minor)
            facts.link(creditor, by, "order", made, {"total": str(wanted.total), "deposit": str(asked)})
    return made


def find(creditor: Creditor, number: str | Invoice) -> Invoice:
    """A request before work by its number."""
    invoice = number if isinstance(number, Invoice) else subjects.receivables_of(creditor, number)[0].invoice
    if invoice.kind != DocumentKind.REQUEST:
        raise NotARequest(number=invoice.number)
    return invoice


def accept(
    creditor: Creditor,
    number: str | Invoice,
    *,
    name: str,
    evidence: str,
    rehearsal: bool = False,
    on: date,
    by: str,
) -> Acceptance:
    """The client accepts the order: their word with its evidence. It holds no letter but the question whether the request arrived."""
    if not name.strip():
        raise WhoAccepts
    if not evidence.strip():
        raise AcceptanceUnproven
    with scope.of(creditor.pk):
        request = find(creditor, number)
        found = life(creditor, request, on, rehearsal=rehearsal)
        if found.standing in (Standing.INVOICED, Standing.CANCELLED):
            raise RequestOver(number=request.number)
        if found.standing is Standing.EXPIRED:
            raise RequestExpired(number=request.number, day=request.valid_until)
        if found.acceptance is not None:
            raise AcceptedAlready(number=request.number)
        row = Acceptance.objects.create(
            **facts.fact(creditor, on, by, ""),
            request=request,
            name=name.strip(),
            evidence=evidence.strip(),
            rehearsal=rehearsal,
        )
        facts.link(creditor, by, "accepted", request, {"name": row.name, "evidence": row.evidence})
    return row


def take_back_acceptance(creditor: Creditor, number: str | Invoice, *, on: date, by: str, why: str = "") -> None:
    """It was not accepted after all."""
    with scope.of(creditor.pk):
        request = find(creditor, number)
        row = _acceptance(request, rehearsal=not switches.is_live(creditor.pk))
        if row is None:
            raise NothingAccepted(number=request.number)
        AcceptanceEnd.objects.create(**facts.fact(creditor, on, by, why), acceptance=row)
        facts.link(creditor, by, "acceptance_taken_back", request, {"why": why})


def life(creditor: Creditor, request: Invoice, on: date, *, rehearsal: bool) -> Life:
    """All that became of a request; call inside `scope.of`."""
    acceptance = _acceptance(request, rehearsal=rehearsal)
    opened = WorkOpened.objects.filter(request=request, end=None).first()
    became = BecameInvoice.objects.filter(request=request, end=None).select_related("invoice").first()
    paid = Money(_came(request), request.currency)
    order = Order.objects.filter(request=request).first()
    marks = Marks(
        valid_until=request.valid_until,
        is_cancelled=Cancellation.objects.filter(invoice=request).exists(),
        is_invoiced=became is not None,
        is_opened=opened is not None,
        is_accepted=acceptance is not None,
        paid=paid,
    )
    asked = Money(request.total, request.currency)
    issued = RecurringIssued.objects.filter(invoice=request).first()
    return Life(
        request=request,
        standing=rules.standing(marks, on),
        asked=asked,
        paid=paid,
        order=Money(order.total, request.currency) if order else asked,
        acceptance=acceptance,
        opened=opened,
        invoice=became.invoice if became else None,
        period=(issued.period_first, issued.period_last) if issued else None,
    )


def lives(creditor: Creditor, on: date, *, rehearsal: bool, most: int) -> list[Life]:
    """The newest requests before work with how each stands; call inside `scope.of`."""
    rows = (
        Invoice.objects.filter(kind=DocumentKind.REQUEST.value)
        .select_related("customer")
        .order_by("-issue_date", "-pk")
    )
    return [life(creditor, row, on, rehearsal=rehearsal) for row in rows[:most]]


def open_work(creditor: Creditor, on: date, now: datetime, *, by: str) -> int:
    """Let the work start of every request that is paid, and wait again where a payment was taken back; gives how many changed."""
    with scope.of(creditor.pk):
        paid = list(
            Invoice.objects.filter(pk__in=_numbers(PAID, on)).select_related("customer").order_by("customer_id", "pk")
        )
        gone = WorkOpened.objects.filter(pk__in=_numbers(GONE)).select_related("request__customer")
        for request in paid:
            WorkOpened.objects.create(**facts.fact(creditor, on, by, ""), request=request)
            _tell_program(creditor, request, MAY_START, on=on, by=by)
        for opening in gone:
            WorkOpenedEnd.objects.create(**facts.fact(creditor, on, by, "the payment was taken back"), opening=opening)
            _tell_program(creditor, opening.request, WAITS, on=on, by=by)
        for customer, requests in groupby(paid, key=lambda one: one.customer):
            _tell_people(creditor, customer, [one.number for one in requests], on=on, now=now)
        return len(paid) + len(gone)


def _tell_program(creditor: Creditor, request: Invoice, kind: str, *, on: date, by: str) -> None:
    customer = request.customer
    issued = RecurringIssued.objects.filter(invoice=request).first()
    content: dict[str, Any] = {
        "request": request.number,
        "what_for": request.what_for,
        "customer": {"id": customer.external_id, "name": customer.name},
        "on": str(on),
        "period": [str(issued.period_first), str(issued.period_last)] if issued else None,
    }
    facts.link(creditor, by, kind, request, content)
    times = WorkOpened.objects.filter(request=request).count()
    hooks.announce(creditor, kind, f"{kind}.{creditor.slug}.{request.pk}.{times}", content, on=on, by=by)


def _tell_people(creditor: Creditor, customer: Customer, numbers_: Sequence[str], *, on: date, now: datetime) -> None:
    """One note to whoever looks after the customer."""
    people = tell_staff.called(creditor, (), owner=customer.owner)
    values = {"requests": ", ".join(numbers_), "date": terms.long_date(on, tell_staff.locale_of(creditor))}
    rehearsal = not switches.is_live(creditor.pk)
    tell_staff.write(
        creditor, customer, Purpose.WORK_MAY_START, "paid", values, people, on=on, now=now, rehearsal=rehearsal
    )


def _acceptance(request: Invoice, *, rehearsal: bool) -> Acceptance | None:
    rows = Acceptance.objects.filter(request=request, end=None)
    return (rows if rehearsal else rows.filter(rehearsal=False)).order_by("pk").last()


def _came(request: Invoice) -> int:
    """What was set against the request and not taken back; money that its invoice took over counts."""
    ((found,),) = bulk.rows(CAME.format(request="%s"), request.pk)
    return int(found)


def _numbers(sql: str, *values: Any) -> list[int]:
    return [int(number) for (number,) in bulk.rows(sql, *values)]


# What its invoice took over is still what came for the request: rows that merely carry it are left out.
CAME = """
SELECT coalesce(sum(a.amount), 0)::bigint FROM allocation a JOIN receivable r ON r.id = a.receivable_id
WHERE r.invoice_id = {request} AND a.basis <> 'carried'
"""
# Money counts from the day it came, which may lie some weeks before it was known; older money was seen by an earlier run.
PAID = f"""
SELECT i.id FROM invoice i CROSS JOIN LATERAL ({CAME.format(request="i.id")}) c(came)
WHERE i.id IN (SELECT r.invoice_id FROM allocation a JOIN receivable r ON r.id = a.receivable_id
               WHERE a.effective_on >= %s::date - 90 AND a.amount > 0)
  AND i.kind = 'request' AND c.came >= i.total AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)
  AND NOT EXISTS (SELECT FROM work_opened w WHERE w.request_id = i.id
                  AND NOT EXISTS (SELECT FROM work_opened_end e WHERE e.opening_id = w.id))
ORDER BY i.id
"""
GONE = f"""
SELECT w.id FROM work_opened w JOIN invoice i ON i.id = w.request_id CROSS JOIN LATERAL ({CAME.format(request="i.id")}) c(came)
WHERE c.came < i.total AND NOT EXISTS (SELECT FROM work_opened_end e WHERE e.opening_id = w.id) ORDER BY w.id
"""
