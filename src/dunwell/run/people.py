"""What people record by hand: promises, disputes, holds, contacts made, money put right, states, wishes not to be written to.

Each is a fact with who and why, leaves an audit link, and is taken back by a counter-record, never by an update. Nothing is sent in
reaction: the next run sees the fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dunwell.core import names
from dunwell.core.ledger import CustomerState, HoldReason, OurDebt
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.store import audit, balances, bulk, scope
from dunwell.store.models import (
    Allocation,
    Cancellation,
    ContactPoint,
    Coverage,
    Creditor,
    Customer,
    Dispute,
    Ending,
    FindingRecord,
    FindingSettled,
    Hold,
    Invoice,
    Note,
    OnAccount,
    OptOut,
    OurSide,
    Payment,
    Promise,
    Receivable,
    StateRecord,
    StopWork,
    Task,
    TaskOutcome,
    Touch,
)

PROMISE_DAYS_MAX = 60
STOPPED = "stopped"
"""The outcome of a task that stops work; only the stop itself gives it."""
FINDING_OUTCOMES = ("paid", "cancelled", "still_open", "repaired", "ignored")
ALL_CHANNELS = "all"
OPT_OUT_CHANNELS = (ALL_CHANNELS, "email", "sms", "call", "visit", "letter")
PEOPLE_AT = """
SELECT DISTINCT person_key FROM contact_point
WHERE lower(address) = lower(%s) OR (channel IN ('sms', 'call') AND nullif(%s, '') = regexp_replace(address, '[^0-9]', '', 'g'))
"""
DISPUTE_CAUSES = (
    "wrong_sum",
    "quality",
    "not_delivered",
    "not_ordered",
    "already_paid",
    "wrong_party",
    "documents",
    "other",
)


class NoSuchInvoice(Refusal):
    """There is no open invoice {number!r}: write its number as it stands on the document."""


class SeveralInvoices(Refusal):
    """{number!r} names {count} documents: name the one you mean as number@issue-date, for example {number}@{example}."""


class NoSuchCustomer(Refusal):
    """There is no customer {name!r}: write the external id or the exact name."""


class NothingToUndo(Refusal):
    """There is no {what} number {number} that could be taken back."""


class NoOpenTask(Refusal):
    """There is no open task number {number}: `dunwell work` shows what waits."""


class NoOpenFinding(Refusal):
    """There is no open finding number {number}: `dunwell work` shows what waits."""


class NothingIsOpen(Refusal):
    """Nothing is open on {number} any more: it is paid or cancelled."""


class OneOfTwo(Refusal):
    """Say which invoice, or which customer: one of the two."""


class PromiseInPast(Refusal):
    """A promise is for a day to come: {day} has passed."""


class PromiseTooLate(Refusal):
    """A promise can be at most {days} days ahead; {day} is further. Agree a payment plan instead."""


class AmountTooLarge(Refusal):
    """{amount} is more than the {most} that is open."""


class CauseUnknown(Refusal):
    """{cause!r} is not a cause of dispute. Causes: {causes}."""


class ReasonUnknown(Refusal):
    """{reason!r} is not a known reason. Reasons: {reasons}."""


class AmountNotPositive(Refusal):
    """{amount} is not a part of anything: give more than zero."""


class SeveralCustomers(Refusal):
    """{name!r} fits {count} customers: write the external id of the one you mean. Ids: {ids}."""


class NothingToSet(Refusal):
    """Nothing can be set: payment {payment} has {left} left, and {open} is open on {number}."""


class OtherCurrency(Refusal):
    """Payment {payment} is in {paid} and invoice {number} in {owed}: put it on account, or record what it was exchanged for."""


class NoSuchPayment(Refusal):
    """There is no payment number {number}: `dunwell work` shows the unmatched ones."""


class StopItself(Refusal):
    """Work does not stop by closing task {number}: `dunwell stopwork begin CUSTOMER` stops it and closes the task. Where work goes on, close it with another outcome."""


class HoldInPast(Refusal):
    """A hold until {day} would hold nothing: that day has passed."""


class CoverageInFuture(Refusal):
    """Payments cannot be complete up to {until} on {on}: name a day that is not after it."""


class NoSuchSource(Refusal):
    """There is no money source {source!r}: `dunwell check` names them."""


class AddressMissing(Refusal):
    """Say which address or phone number is not to be written to."""


class NamesNoInvoice(Refusal):
    """Finding {number} names no invoice: it can be repaired, ignored or still_open."""


def receivables_of(creditor: Creditor, number: str | Invoice) -> list[Receivable]:
    """The receivables of one document, by its number or `number@issue-date`, or of the document itself."""
    if isinstance(number, Invoice):
        with scope.of(creditor.pk):
            return list(Receivable.objects.filter(invoice=number).select_related("invoice").order_by("instalment"))
    bare, _, day = number.rpartition("@")
    with scope.of(creditor.pk):
        found = Invoice.objects.exclude(kind="credit_note").order_by("-issue_date")
        invoices = list(found.filter(number=number))
        if not invoices and bare and (issued := _day(day)):
            invoices = list(found.filter(number=bare, issue_date=issued))
        if not invoices:
            raise NoSuchInvoice(number=number)
        if len(invoices) > 1:
            raise SeveralInvoices(number=number, count=len(invoices), example=invoices[0].issue_date)
        return list(Receivable.objects.filter(invoice=invoices[0]).select_related("invoice").order_by("instalment"))


def customer(creditor: Creditor, name: str | Customer) -> Customer:
    """A customer by external id, else by exact name; a name that fits two is never a choice. Who is chosen already stays so."""
    if isinstance(name, Customer):
        return name
    with scope.of(creditor.pk):
        rows = Customer.objects.order_by("pk")
        found = list(rows.filter(external_id=name)) or list(rows.filter(name=name))
    if not found:
        raise NoSuchCustomer(name=name)
    if len(found) > 1:
        raise SeveralCustomers(name=name, count=len(found), ids=", ".join(one.external_id for one in found))
    return found[0]


def promise(
    creditor: Creditor, number: str | Invoice, *, promised_date: date, amount: Money | None, on: date, by: str, why: str
) -> list[Promise]:
    """A client promised to pay an invoice, or part of it, by a day."""
    if promised_date < on:
        raise PromiseInPast(day=promised_date)
    if (promised_date - on).days > PROMISE_DAYS_MAX:
        raise PromiseTooLate(days=PROMISE_DAYS_MAX, day=promised_date)
    left = _part(amount)
    made = []
    with scope.of(creditor.pk):
        for receivable, open_amount in _still_open(creditor, number):
            part = open_amount if left is None else min(open_amount, left)
            left = None if left is None else left - part
            if part > 0:
                values = _fact(creditor, on, by, why)
                made.append(
                    Promise.objects.create(
                        **values,
                        receivable=receivable,
                        currency=receivable.currency,
                        amount=part,
                        promised_date=promised_date,
                    )
                )
        if left:
            assert amount is not None
            raise AmountTooLarge(amount=amount, most=Money(sum(one.amount for one in made), amount.currency))
        _note(
            creditor,
            by,
            "promise",
            number,
            {"until": promised_date, "amounts": [one.amount for one in made], "why": why},
        )
    return made


def dispute(
    creditor: Creditor, number: str | Invoice, *, cause: str, amount: Money | None, on: date, by: str, why: str
) -> list[Dispute]:
    """A client contests an invoice, or part of it; the undisputed rest is still asked for."""
    if cause not in DISPUTE_CAUSES:
        raise CauseUnknown(cause=cause, causes=", ".join(DISPUTE_CAUSES))
    with scope.of(creditor.pk):
        opened = _still_open(creditor, number)
        total = sum(open_amount for _, open_amount in opened)
        left = _part(amount)
        if amount and amount.minor > total:
            raise AmountTooLarge(amount=amount, most=Money(total, amount.currency))
        made = []
        for receivable, open_amount in opened:
            part = None if left is None else min(left, open_amount)
            if part is None or part > 0:
                made.append(
                    Dispute.objects.create(
                        **_fact(creditor, on, by, why), receivable=receivable, cause=cause, amount=part
                    )
                )
            left = None if left is None else left - (part or 0)
        _note(creditor, by, "dispute", number, {"cause": cause, "amount": str(amount or "all"), "why": why})
    return made


def hold(
    creditor: Creditor,
    *,
    number: str | Invoice = "",
    customer_name: str | Customer = "",
    reason: str,
    until: date | None,
    on: date,
    by: str,
    why: str,
) -> list[Hold]:
    """Stop contact about an invoice or with a customer, with the reason and until when (None: until lifted)."""
    if reason not in list(HoldReason):
        raise ReasonUnknown(reason=reason, reasons=", ".join(HoldReason))
    if until is not None and until < on:
        raise HoldInPast(day=until)
    if bool(number) == bool(customer_name):
        raise OneOfTwo
    with scope.of(creditor.pk):
        scopes: list[dict[str, Any]]
        if customer_name:
            scopes = [{"customer": customer(creditor, customer_name)}]
        else:
            scopes = [{"receivable": one} for one in receivables_of(creditor, number)]
        made = [
            Hold.objects.create(**_fact(creditor, on, by, why), **one, reason=reason, until_date=until)
            for one in scopes
        ]
        _note(creditor, by, "hold", number or customer_name, {"reason": reason, "until": until, "why": why})
    return made


def end(creditor: Creditor, what: str, number: int, *, outcome: str, on: date, by: str, why: str) -> Ending:
    """Take back or close a promise, a dispute or a hold by its number."""
    models: dict[str, type[Promise] | type[Dispute] | type[Hold]] = {
        "promise": Promise,
        "dispute": Dispute,
        "hold": Hold,
    }
    with scope.of(creditor.pk):
        row = models[what].objects.filter(pk=number, ending=None).first()
        if row is None:
            raise NothingToUndo(what=what, number=number)
        ending = Ending.objects.create(**_fact(creditor, on, by, why), **{what: row}, outcome=outcome)
        _note(creditor, by, f"{what}_ended", str(number), {"outcome": outcome, "why": why})
    return ending


def contacted(
    creditor: Creditor,
    customer_name: str | Customer,
    *,
    channel: str,
    address: str = "",
    note: str,
    on: date,
    by: str,
    why: str = "",
) -> Touch:
    """Somebody contacted a customer by hand: it counts for the minimum gap and the caps like one of ours."""
    with scope.of(creditor.pk):
        found = customer(creditor, customer_name)
        points = ContactPoint.objects.filter(contact__customer=found).order_by("-is_preferred", "contact__rank", "pk")
        # Without an address nobody said who it was: then it counts against everybody at the customer.
        point = points.filter(address=address).first() if address else None
        touch = Touch.objects.create(
            **_fact(creditor, on, by, why),
            customer=found,
            contact=point.contact if point else None,
            person_key=point.person_key if point else "",
            channel=channel,
            note=note,
        )
        _note(creditor, by, "contacted", found.external_id, {"channel": channel, "note": note})
    return touch


def note(creditor: Creditor, customer_name: str | Customer, text: str, *, on: date, by: str, why: str = "") -> Note:
    """Somebody of ours lets the others know something about a customer."""
    with scope.of(creditor.pk):
        found = customer(creditor, customer_name)
        row = Note.objects.create(**_fact(creditor, on, by, why), customer=found, text=text)
        _note(creditor, by, "note", found, {"text": text})
    return row


def allocate(
    creditor: Creditor, payment_id: int, number: str | Invoice, *, amount: Money | None, on: date, by: str, why: str
) -> int:
    """Set a payment against an invoice by hand, as much as is open on both or the amount given; gives the minor units set."""
    with scope.of(creditor.pk):
        payment = _payment(payment_id)
        opened = _open(creditor, number)
        if any(receivable.currency != payment.currency for receivable, _ in opened):
            raise OtherCurrency(
                payment=payment_id, paid=payment.currency, number=_named(number), owed=opened[0][0].currency
            )
        left = _unapplied(payment)
        if amount and amount.minor > left:
            raise AmountTooLarge(amount=amount, most=Money(left, payment.currency))
        if left <= 0 or not opened:
            still_open = Money(sum(open_amount for _, open_amount in opened), payment.currency)
            raise NothingToSet(
                payment=payment_id, left=Money(left, payment.currency), open=still_open, number=_named(number)
            )
        left = _part(amount) or left
        done = 0
        for receivable, open_amount in opened:
            part = min(left - done, open_amount)
            if part > 0:
                # Money counts from the day it came, as when the program sets it: a promise kept in time stays kept.
                since = min(on, max(payment.date, receivable.invoice.issue_date))
                Allocation.objects.create(
                    **_fact(creditor, since, by, why),
                    payment=payment,
                    receivable=receivable,
                    currency=payment.currency,
                    amount=part,
                    basis="manual",
                )
                done += part
        _note(creditor, by, "allocate", number, {"payment": payment_id, "amount": done, "why": why})
    return done


def undo_allocation(creditor: Creditor, allocation_id: int, *, on: date, by: str, why: str) -> Allocation:
    """Take an allocation back by a counter-record; the money is unapplied again."""
    with scope.of(creditor.pk):
        row = Allocation.objects.filter(pk=allocation_id, undoes=None, allocation=None, amount__gt=0).first()
        if row is None:
            raise NothingToUndo(what="allocation", number=allocation_id)
        counter = Allocation.objects.create(
            **_fact(creditor, on, by, why),
            payment_id=row.payment_id,
            credit_note_id=row.credit_note_id,
            receivable_id=row.receivable_id,
            currency=row.currency,
            amount=-row.amount,
            basis="undo",
            undoes=row,
        )
        _note(creditor, by, "undo_allocation", str(allocation_id), {"amount": row.amount, "why": why})
    return counter


def on_account(
    creditor: Creditor, payment_id: int, customer_name: str | Customer, *, on: date, by: str, why: str
) -> OnAccount:
    """Keep unapplied money on account for a customer: it holds nobody, and is shown and deducted in letters."""
    with scope.of(creditor.pk):
        row = OnAccount.objects.create(
            **_fact(creditor, on, by, why), payment=_payment(payment_id), customer=customer(creditor, customer_name)
        )
        _note(creditor, by, "on_account", str(payment_id), {"customer": _named(customer_name), "why": why})
    return row


def close_task(
    creditor: Creditor, task_id: int, *, outcome: str, is_done: bool, on: date, by: str, why: str = ""
) -> TaskOutcome:
    """A task ended: what came of it, and whether its step counts as done."""
    with scope.of(creditor.pk):
        task = Task.objects.filter(pk=task_id, outcome=None).first()
        if task is None:
            raise NoOpenTask(number=task_id)
        if outcome == STOPPED and not StopWork.objects.filter(customer=task.customer_id, end=None).exists():
            raise StopItself(number=task_id)
        row = TaskOutcome.objects.create(**_fact(creditor, on, by, why), task=task, outcome=outcome, done=is_done)
        _note(creditor, by, "task_closed", str(task_id), {"outcome": outcome, "done": is_done, "why": why})
    return row


def settle_finding(
    creditor: Creditor, finding_id: int, *, outcome: str, on: date, by: str, why: str = ""
) -> FindingSettled:
    """A person looked at a finding. What it held goes on, unless they say that it is paid or cancelled: then it is that."""
    if outcome not in FINDING_OUTCOMES:
        raise ReasonUnknown(reason=outcome, reasons=", ".join(FINDING_OUTCOMES))
    with scope.of(creditor.pk):
        finding = FindingRecord.objects.filter(pk=finding_id, findingsettled=None).first()
        if finding is None:
            raise NoOpenFinding(number=finding_id)
        if outcome in ("paid", "cancelled"):
            _close(creditor, finding, outcome, on=on, by=by, why=why)
        row = FindingSettled.objects.create(**_fact(creditor, on, by, why), finding=finding, outcome=outcome)
        _note(creditor, by, "finding_settled", str(finding_id), {"outcome": outcome, "why": why})
    return row


def opt_out(
    creditor: Creditor, address: str, *, channel: str, wanted: bool = False, on: date, by: str, why: str
) -> int:
    """A person does not want to be written to at an address (or does again); holds under every customer they belong to."""
    if channel not in OPT_OUT_CHANNELS:
        raise ReasonUnknown(reason=channel, reasons=", ".join(OPT_OUT_CHANNELS))
    if not address.strip():
        raise AddressMissing
    with scope.of(creditor.pk):
        known = {row[0] for row in bulk.rows(PEOPLE_AT, address, names.digits(address))}
        # Whom nobody knows yet may stand in the next file: the wish waits for them there.
        for key in known | {names.person_key(address)}:
            closed = OptOut.objects.filter(person_key=key).values_list("channel", flat=True).distinct()
            for one in {channel, *closed} if wanted and channel == ALL_CHANNELS else {channel}:
                OptOut.objects.create(**_fact(creditor, on, by, why), person_key=key, channel=one, wanted=wanted)
        _note(creditor, by, "opt_out", channel, {"people": sorted(known), "wanted": wanted, "why": why})
    return len(known)


def state(
    creditor: Creditor, customer_name: str | Customer, value: str, *, ended: bool = False, on: date, by: str, why: str
) -> StateRecord:
    """A state that stops everything (insolvent, deceased …), or its end."""
    if value not in list(CustomerState):
        raise ReasonUnknown(reason=value, reasons=", ".join(CustomerState))
    with scope.of(creditor.pk):
        row = StateRecord.objects.create(
            **_fact(creditor, on, by, why), customer=customer(creditor, customer_name), state=value, ended=ended
        )
        _note(creditor, by, "state", customer_name, {"state": value, "ended": ended, "why": why})
    return row


def our_side(
    creditor: Creditor, customer_name: str | Customer, what: str, *, done: bool, on: date, by: str, why: str
) -> OurSide:
    """Our side owes the client an answer or a document, or has given it (I19)."""
    if what not in list(OurDebt):
        raise ReasonUnknown(reason=what, reasons=", ".join(OurDebt))
    with scope.of(creditor.pk):
        row = OurSide.objects.create(
            **_fact(creditor, on, by, why), customer=customer(creditor, customer_name), what=what, done=done
        )
        _note(creditor, by, "our_side", customer_name, {"what": what, "done": done, "why": why})
    return row


def cover(creditor: Creditor, source: str, until: date, *, on: date, by: str, why: str = "") -> Coverage:
    """A person's word, or a statement's end: all payments of this source up to a day are entered."""
    if until > on:
        raise CoverageInFuture(until=until, on=on)
    with scope.of(creditor.pk):
        row = Coverage.objects.create(**_fact(creditor, on, by, why), source=source, covered_until=until)
        _note(creditor, by, "coverage", source, {"until": until})
    return row


def end_source(creditor: Creditor, source: str, *, on: date, by: str, why: str = "") -> Coverage:
    """A money source is used no more: it is expected no longer, until something of it is entered again."""
    with scope.of(creditor.pk):
        last = Coverage.objects.filter(source=source).order_by("covered_until").last()
        if last is None:
            raise NoSuchSource(source=source)
        values = _fact(creditor, on, by, why)
        row = Coverage.objects.create(**values, source=source, covered_until=last.covered_until, required=False)
        _note(creditor, by, "source_ended", source, {"until": last.covered_until, "why": why})
    return row


def _close(creditor: Creditor, finding: FindingRecord, outcome: str, *, on: date, by: str, why: str) -> None:
    """The document that a finding names is paid in full, its day unknown, or was cancelled."""
    if finding.receivable is None:
        raise NamesNoInvoice(number=finding.pk)
    invoice = finding.receivable.invoice
    if outcome == "cancelled":
        Cancellation.objects.create(**_fact(creditor, on, by, why), invoice=invoice)
        return
    rows = list(Receivable.objects.filter(invoice=invoice).order_by("instalment"))
    opened = [(row, left) for row in rows if (left := dict(_balances([row.pk]))[row.pk]) > 0]
    if not opened:
        return
    payment = Payment.objects.create(
        creditor=creditor,
        source="finding",
        external_id=str(finding.pk),
        customer=invoice.customer,
        date=on,
        is_date_known=False,
        currency=invoice.currency,
        amount=sum(left for _, left in opened),
        reference=invoice.number,
        recorded_on=on,
    )
    for row, left in opened:
        values = _fact(creditor, on, by, why or "a person says it is paid")
        Allocation.objects.create(
            **values, payment=payment, receivable=row, currency=row.currency, amount=left, basis="manual"
        )


def _payment(number: int) -> Payment:
    found = Payment.objects.filter(pk=number).first()
    if found is None:
        raise NoSuchPayment(number=number)
    return found


def _unapplied(payment: Payment) -> int:
    sql = balances.unapplied_sql(as_of=None)
    found = bulk.rows(f"SELECT unapplied FROM ({sql}) u WHERE payment_id = %s", payment.pk)
    return int(found[0][0]) if found else 0


def _part(amount: Money | None) -> int | None:
    """The minor units of a part that a person named; None: all of it."""
    if amount is not None and amount.minor <= 0:
        raise AmountNotPositive(amount=amount)
    return amount.minor if amount else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _open(creditor: Creditor, number: str | Invoice) -> list[tuple[Receivable, int]]:
    """The receivables of a document with what is open on each, the earliest first."""
    rows = receivables_of(creditor, number)
    found = dict(_balances([row.pk for row in rows]))
    return [(row, found[row.pk]) for row in rows if found[row.pk] > 0]


def _still_open(creditor: Creditor, number: str | Invoice) -> list[tuple[Receivable, int]]:
    found = _open(creditor, number)
    if not found:
        raise NothingIsOpen(number=_named(number))
    return found


def _balances(ids: Sequence[int]) -> list[tuple[int, int]]:
    """What is still owed on receivables; nothing on those of a cancelled document."""
    sql = balances.balances_sql(as_of=None, rehearsal=False, among="SELECT unnest(%s::bigint[])")
    values = [list(ids)] * sql.count("%s")
    return bulk.rows(f"SELECT receivable_id, CASE WHEN is_cancelled THEN 0 ELSE balance END FROM ({sql}) b", *values)


def _fact(creditor: Creditor, on: date, by: str, why: str) -> dict[str, Any]:
    return {"creditor": creditor, "effective_on": on, "by": by, "why": why}


def _note(creditor: Creditor, by: str, kind: str, subject: str | Invoice | Customer, content: dict[str, Any]) -> None:
    audit.link(creditor.pk, actor=by, kind=kind, subject=_named(subject), content=content)


def _named(subject: str | Invoice | Customer) -> str:
    if isinstance(subject, Invoice):
        return subject.number
    return subject.external_id if isinstance(subject, Customer) else subject
