"""What people record by hand: promises, disputes, holds, contacts made, tasks, findings, states, wishes not to be written to.

Each is a fact with who and why, leaves an audit link, and is taken back by a counter-record, never by an update. Nothing is sent in
reaction: the next run sees the fact.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from dunwell.core import names
from dunwell.core.ledger import CustomerState, HoldReason, OurDebt
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import facts, subjects
from dunwell.store import bulk, scope
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


class NoOpenTask(Refusal):
    """There is no open task number {number}: `dunwell work` shows what waits."""


class NoOpenFinding(Refusal):
    """There is no open finding number {number}: `dunwell work` shows what waits."""


class OneOfTwo(Refusal):
    """Say which invoice, or which customer: one of the two."""


class PromiseInPast(Refusal):
    """A promise is for a day to come: {day} has passed."""


class PromiseTooLate(Refusal):
    """A promise can be at most {days} days ahead; {day} is further. Agree a payment plan instead."""


class CauseUnknown(Refusal):
    """{cause!r} is not a cause of dispute. Causes: {causes}."""


class ReasonUnknown(Refusal):
    """{reason!r} is not a known reason. Reasons: {reasons}."""


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


def promise(
    creditor: Creditor, number: str | Invoice, *, promised_date: date, amount: Money | None, on: date, by: str, why: str
) -> list[Promise]:
    """A client promised to pay an invoice, or part of it, by a day."""
    if promised_date < on:
        raise PromiseInPast(day=promised_date)
    if (promised_date - on).days > PROMISE_DAYS_MAX:
        raise PromiseTooLate(days=PROMISE_DAYS_MAX, day=promised_date)
    left = facts.part_of(amount)
    made = []
    with scope.of(creditor.pk):
        for receivable, open_amount in subjects.still_open(creditor, number):
            part = open_amount if left is None else min(open_amount, left)
            left = None if left is None else left - part
            if part > 0:
                values = facts.fact(creditor, on, by, why)
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
            raise facts.AmountTooLarge(amount=amount, most=Money(sum(one.amount for one in made), amount.currency))
        facts.link(
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
        opened = subjects.still_open(creditor, number)
        total = sum(open_amount for _, open_amount in opened)
        left = facts.part_of(amount)
        if amount and amount.minor > total:
            raise facts.AmountTooLarge(amount=amount, most=Money(total, amount.currency))
        made = []
        for receivable, open_amount in opened:
            part = None if left is None else min(left, open_amount)
            if part is None or part > 0:
                made.append(
                    Dispute.objects.create(
                        **facts.fact(creditor, on, by, why), receivable=receivable, cause=cause, amount=part
                    )
                )
            left = None if left is None else left - (part or 0)
        facts.link(creditor, by, "dispute", number, {"cause": cause, "amount": str(amount or "all"), "why": why})
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
        # The chain is never changed: it names a customer by the source's id, not by the name that somebody typed.
        subject: str | Invoice | Customer = number
        if customer_name:
            subject = subjects.customer(creditor, customer_name)
            scopes = [{"customer": subject}]
        else:
            scopes = [{"receivable": one} for one in subjects.receivables_of(creditor, number)]
        made = [
            Hold.objects.create(**facts.fact(creditor, on, by, why), **one, reason=reason, until_date=until)
            for one in scopes
        ]
        facts.link(creditor, by, "hold", subject, {"reason": reason, "until": until, "why": why})
    return made


def end(creditor: Creditor, what: str, number: int, *, outcome: str, on: date, by: str, why: str) -> Ending:
    """Take back or close a promise, a dispute, a hold or a contact made by hand (`touch`) by its number."""
    models: dict[str, type[Promise] | type[Dispute] | type[Hold] | type[Touch]] = {
        "promise": Promise,
        "dispute": Dispute,
        "hold": Hold,
        "touch": Touch,
    }
    with scope.of(creditor.pk):
        row = models[what].objects.filter(pk=number, ending=None).first()
        if row is None:
            raise facts.NothingToUndo(what=what, number=number)
        ending = Ending.objects.create(**facts.fact(creditor, on, by, why), **{what: row}, outcome=outcome)
        facts.link(creditor, by, f"{what}_ended", str(number), {"outcome": outcome, "why": why})
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
        found = subjects.customer(creditor, customer_name)
        points = ContactPoint.objects.filter(contact__customer=found).order_by("-is_preferred", "contact__rank", "pk")
        # Without an address nobody said who it was: then it counts against everybody at the customer.
        point = points.filter(address=address).first() if address else None
        touch = Touch.objects.create(
            **facts.fact(creditor, on, by, why),
            customer=found,
            contact=point.contact if point else None,
            person_key=point.person_key if point else "",
            channel=channel,
            note=note,
        )
        facts.link(creditor, by, "contacted", found.external_id, {"channel": channel, "note": note, "why": why})
    return touch


def note(creditor: Creditor, customer_name: str | Customer, text: str, *, on: date, by: str, why: str = "") -> Note:
    """Somebody of ours lets the others know something about a customer."""
    with scope.of(creditor.pk):
        found = subjects.customer(creditor, customer_name)
        row = Note.objects.create(**facts.fact(creditor, on, by, why), customer=found, text=text)
        facts.link(creditor, by, "note", found, {"text": text})
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
        row = TaskOutcome.objects.create(**facts.fact(creditor, on, by, why), task=task, outcome=outcome, done=is_done)
        facts.link(creditor, by, "task_closed", str(task_id), {"outcome": outcome, "done": is_done, "why": why})
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
        row = FindingSettled.objects.create(**facts.fact(creditor, on, by, why), finding=finding, outcome=outcome)
        facts.link(creditor, by, "finding_settled", str(finding_id), {"outcome": outcome, "why": why})
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
                OptOut.objects.create(**facts.fact(creditor, on, by, why), person_key=key, channel=one, wanted=wanted)
        facts.link(creditor, by, "opt_out", channel, {"people": sorted(known), "wanted": wanted, "why": why})
    return len(known)


def state(
    creditor: Creditor, customer_name: str | Customer, value: str, *, ended: bool = False, on: date, by: str, why: str
) -> StateRecord:
    """A state that stops everything (insolvent, deceased …), or its end."""
    if value not in list(CustomerState):
        raise ReasonUnknown(reason=value, reasons=", ".join(CustomerState))
    with scope.of(creditor.pk):
        found = subjects.customer(creditor, customer_name)
        row = StateRecord.objects.create(
            **facts.fact(creditor, on, by, why),
            customer=found,
            state=value,
            ended=ended,
        )
        facts.link(creditor, by, "state", found, {"state": value, "ended": ended, "why": why})
    return row


def our_side(
    creditor: Creditor, customer_name: str | Customer, what: str, *, done: bool, on: date, by: str, why: str
) -> OurSide:
    """Our side owes the client an answer or a document, or has given it (I19)."""
    if what not in list(OurDebt):
        raise ReasonUnknown(reason=what, reasons=", ".join(OurDebt))
    with scope.of(creditor.pk):
        found = subjects.customer(creditor, customer_name)
        row = OurSide.objects.create(
            **facts.fact(creditor, on, by, why),
            customer=found,
            what=what,
            done=done,
        )
        facts.link(creditor, by, "our_side", found, {"what": what, "done": done, "why": why})
    return row


def cover(creditor: Creditor, source: str, until: date, *, on: date, by: str, why: str = "") -> Coverage:
    """A person's word, or a statement's end: all payments of this source up to a day are entered."""
    if until > on:
        raise CoverageInFuture(until=until, on=on)
    with scope.of(creditor.pk):
        row = Coverage.objects.create(**facts.fact(creditor, on, by, why), source=source, covered_until=until)
        facts.link(creditor, by, "coverage", source, {"until": until})
    return row


def end_source(creditor: Creditor, source: str, *, on: date, by: str, why: str = "") -> Coverage:
    """A money source is used no more: it is expected no longer, until something of it is entered again."""
    with scope.of(creditor.pk):
        last = Coverage.objects.filter(source=source).order_by("covered_until").last()
        if last is None:
            raise NoSuchSource(source=source)
        values = facts.fact(creditor, on, by, why)
        row = Coverage.objects.create(**values, source=source, covered_until=last.covered_until, required=False)
        facts.link(creditor, by, "source_ended", source, {"until": last.covered_until, "why": why})
    return row


def _close(creditor: Creditor, finding: FindingRecord, outcome: str, *, on: date, by: str, why: str) -> None:
    """The document that a finding names is paid in full, its day unknown, or was cancelled."""
    if finding.receivable is None:
        raise NamesNoInvoice(number=finding.pk)
    invoice = finding.receivable.invoice
    if outcome == "cancelled":
        Cancellation.objects.create(**facts.fact(creditor, on, by, why), invoice=invoice)
        return
    rows = list(Receivable.objects.filter(invoice=invoice).order_by("instalment"))
    opened = [(row, left) for row in rows if (left := dict(subjects.balances_of([row.pk]))[row.pk]) > 0]
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
        values = facts.fact(creditor, on, by, why or "a person says it is paid")
        Allocation.objects.create(
            **values, payment=payment, receivable=row, currency=row.currency, amount=left, basis="manual"
        )
