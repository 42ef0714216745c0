"""Deadlines: what a request before work says of a day is computed, kept until that day, and done when it has passed (I16, I18).

A place in the calendar is kept for whoever was told of it; when its day passes unpaid it is free for the next. A price rises
only on what is not agreed yet, with its evidence. One deadline of a kind for a request, never moved; nobody else is ever named.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from dunwell.core import capacity as rules
from dunwell.core.capacity import Placed, Week
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import books, calendars, facts, subjects
from dunwell.store import audit, bulk, scope
from dunwell.store.models import Capacity, Creditor, Deadline, DeadlineEnd, Invoice, Job, JobEnd

START_DAYS_MAX = 55
"""A start further ahead than this is not told: too much can happen until then."""


class NotBeforeWork(Refusal):
    """{number} is an invoice: what is agreed keeps its price and its day. Deadlines are for requests before work."""


class DeadlineMoved(Refusal):
    """{number} had its deadline already, on {day}: what a client was told is kept, and not told twice."""


class DeadlinePassed(Refusal):
    """A deadline is for a day to come within the request's validity: {day} is not before {valid_until}, or has passed."""


class EvidenceMissing(Refusal):
    """Say why the price rises then: a supplier's notice, a price list, with its date. The client reads it."""


class PriceMustRise(Refusal):
    """{new} is not more than the {old} of today: a deadline has a consequence."""


class JobExists(Refusal):
    """{number} stands in the queue already."""


class DaysOutside(Refusal):
    """A job takes from 1 to 250 working days, a week holds from 1 to 100 job-days."""


class NoSuchJob(Refusal):
    """There is no work number {number} in the queue: `dunwell capacity show` lists it."""


def set_capacity(creditor: Creditor, units: int, *, on: date, by: str, why: str = "") -> Capacity:
    """From a day on a week holds so many job-days."""
    if not 1 <= units <= 100:
        raise DaysOutside
    with scope.of(creditor.pk):
        row = Capacity.objects.create(**facts.fact(creditor, on, by, why), units=units)
        _note(creditor, by, "capacity", str(units), {"units": units})
    return row


def add_job(
    creditor: Creditor,
    days: int,
    *,
    number: str = "",
    title: str = "",
    starts_on: date | None = None,
    on: date,
    by: str,
) -> Job:
    """Work for the queue: of a request before work, or anything else that takes the same hands."""
    if not 1 <= days <= 250:
        raise DaysOutside
    with scope.of(creditor.pk):
        invoice = _request(creditor, number) if number else None
        if invoice is not None and Job.objects.filter(invoice=invoice).exists():
            raise JobExists(number=number)
        row = Job.objects.create(
            **facts.fact(creditor, on, by, ""), invoice=invoice, title=title, days=days, starts_on=starts_on
        )
        _note(creditor, by, "job", number or title, {"days": days, "starts_on": starts_on})
    return row


def end_job(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> JobEnd:
    """The work is done or given up: its place is free."""
    with scope.of(creditor.pk):
        job = Job.objects.filter(pk=number, end=None).first()
        if job is None:
            raise NoSuchJob(number=number)
        row = JobEnd.objects.create(**facts.fact(creditor, on, by, why), job=job)
        _note(creditor, by, "job_ended", str(number), {"why": why})
    return row


def price(
    creditor: Creditor, number: str, *, last_day: date, new: Money, evidence: str, rehearsal: bool, on: date, by: str
) -> Deadline:
    """After a day a request costs more, because of something outside: told with its evidence, and done when it passes."""
    with scope.of(creditor.pk):
        invoice = _request(creditor, number)
        if new.minor <= invoice.total or new.currency != invoice.currency:
            raise PriceMustRise(new=new, old=Money(invoice.total, invoice.currency))
        if not evidence.strip():
            raise EvidenceMissing
        if last_day < on or (invoice.valid_until and last_day > invoice.valid_until):
            raise DeadlinePassed(day=last_day, valid_until=invoice.valid_until or last_day)
        told = Deadline.objects.filter(invoice=invoice, kind="price", rehearsal=rehearsal).first()
        if told is not None:
            raise DeadlineMoved(number=number, day=told.last_day)
        row = _tell(creditor, invoice, "price", last_day, rehearsal=rehearsal, on=on, by=by,
                    new_total=new.minor, evidence=evidence.strip())  # fmt: skip
        _note(creditor, by, "deadline", number, {"last_day": last_day, "new": str(new), "evidence": evidence})
    return row


def tell(creditor: Creditor, on: date, *, rehearsal: bool) -> int:
    """Keep a place for every open request whose work is known and that has none yet; gives how many."""
    told = 0
    with scope.of(creditor.pk):
        week = _week(creditor, on)
        if week is None:
            return 0
        for job in _queue().select_related("invoice__customer"):
            invoice = job.invoice
            if invoice is None or invoice.valid_until is None or _place(invoice, rehearsal=rehearsal):
                continue
            if not _is_open(invoice, on, rehearsal=rehearsal):
                continue
            found = starts(creditor, week, job, invoice.valid_until, on, rehearsal=rehearsal)
            if found is not None:
                _tell(creditor, invoice, "place", invoice.valid_until, rehearsal=rehearsal, on=on, by="plan",
                      starts_on=found[0], later_start=found[1])  # fmt: skip
                told += 1
    return told


def starts(
    creditor: Creditor, week: Week, job: Job, last_day: date, on: date, *, rehearsal: bool
) -> tuple[date, date | None] | None:
    """The start for whoever pays by a day, and the earliest one after others have taken the place; None where it is too far."""
    placed = [one for _, one in _placed(on, rehearsal=rehearsal, but=job.pk)]
    country = job.invoice.customer.country or creditor.country if job.invoice else creditor.country
    theirs = calendars.around(country, on.year).is_business_day
    start = rules.first_start(week, placed, job.days, last_day + timedelta(1), may_start=theirs)
    if start is None or (start - on).days > START_DAYS_MAX:
        return None
    waiting = [one.days for one in _waiting(on, rehearsal=rehearsal, but=job.pk)]
    later = rules.after_others(week, placed, waiting, job.days, start)
    return start, later if later is not None and later > start and (later - on).days <= START_DAYS_MAX else None


def enforce(creditor: Creditor, on: date, *, rehearsal: bool, by: str) -> int:
    """Do what was told of the days that have passed; gives how many passed unpaid."""
    passed = 0
    with scope.of(creditor.pk):
        rows = Deadline.objects.filter(end=None, rehearsal=rehearsal).select_related("invoice")
        for one in rows:
            if _paid_by(one.invoice, one.last_day):
                _end(creditor, one, "kept", on=on, by=by)
            elif one.last_day < on and _money_is_known(one.last_day):
                _end(creditor, one, "passed", on=on, by=by)
                passed += 1
                if one.kind == "price" and not rehearsal:
                    _raise(creditor, one, on=on, by=by)
    return passed


def told(creditor: Creditor, invoices: list[int], on: date, *, rehearsal: bool) -> dict[int, dict[str, Deadline]]:
    """The deadlines that still run, by request and kind: what letters and pages may say."""
    found: dict[int, dict[str, Deadline]] = {}
    with scope.of(creditor.pk):
        rows = Deadline.objects.filter(invoice_id__in=invoices, rehearsal=rehearsal, last_day__gte=on)
        for one in rows.exclude(end__outcome="passed"):
            found.setdefault(one.invoice_id, {})[one.kind] = one
    return found


def queue(creditor: Creditor, on: date, *, rehearsal: bool) -> list[tuple[Job, date | None]]:
    """The work that is not done, with the start of what has its place, the earliest first."""
    with scope.of(creditor.pk):
        fixed = {number: one.starts_on for number, one in _placed(on, rehearsal=rehearsal)}
        rows = [(job, fixed.get(job.pk)) for job in _queue().select_related("invoice__customer")]
    return sorted(rows, key=lambda row: (row[1] or date.max, row[0].pk))


def _queue() -> QuerySet[Job]:
    return Job.objects.filter(end=None).order_by("pk")


def _placed(on: date, *, rehearsal: bool, but: int = 0) -> Iterator[tuple[int, Placed]]:
    """Work with a fixed start, and places that are kept or were paid for in time; one that passed is free."""
    for job in _queue().exclude(pk=but):
        start = job.starts_on
        if start is None and job.invoice is not None:
            kept = _place(job.invoice, rehearsal=rehearsal)
            is_ours = kept is not None and (kept.last_day >= on or _paid_by(kept.invoice, kept.last_day))
            start = kept.starts_on if kept is not None and is_ours else None
        if start is not None:
            yield job.pk, Placed(start, job.days)


def _waiting(on: date, *, rehearsal: bool, but: int) -> Iterator[Job]:
    """Those who would take a place that became free: requests still open, and other work without a start."""
    fixed = {number for number, _ in _placed(on, rehearsal=rehearsal)}
    for job in _queue().exclude(pk__in=[*fixed, but]).select_related("invoice"):
        if job.invoice is None or _is_open(job.invoice, on, rehearsal=rehearsal):
            yield job


def _place(invoice: Invoice, *, rehearsal: bool) -> Deadline | None:
    return Deadline.objects.filter(invoice=invoice, kind="place", rehearsal=rehearsal).first()


def _week(creditor: Creditor, on: date) -> Week | None:
    """What a week holds now; None where nobody has said."""
    row = Capacity.objects.filter(effective_on__lte=on).order_by("effective_on", "pk").last()
    return Week(row.units, calendars.around(creditor.country, on.year).is_business_day) if row else None


def _is_open(invoice: Invoice, on: date, *, rehearsal: bool) -> bool:
    if invoice.valid_until is None or invoice.valid_until < on:
        return False
    ((is_open,),) = bulk.rows(IS_OPEN, rehearsal, invoice.pk)
    return bool(is_open)


def _paid_by(invoice: Invoice, day: date) -> bool:
    ((came,),) = bulk.rows(CAME_BY, invoice.pk, day)
    return int(came) >= invoice.total


def _money_is_known(day: date) -> bool:
    """Nobody is called late before the money of that day is in the books."""
    ((until,),) = bulk.rows("SELECT min(u) FROM (SELECT max(covered_until) AS u FROM coverage GROUP BY source) c")
    return until is None or until >= day


def _raise(creditor: Creditor, one: Deadline, *, on: date, by: str) -> None:
    assert one.new_total is not None
    invoice = one.invoice
    total = Money(one.new_total, invoice.currency)
    due = invoice.valid_until or invoice.issue_date
    books.change_document(creditor, invoice, due=due, total=total, on=on, by=by, why=one.evidence)


def _tell(
    creditor: Creditor,
    invoice: Invoice,
    kind: str,
    last_day: date,
    *,
    rehearsal: bool,
    on: date,
    by: str,
    **consequence: Any,
) -> Deadline:
    end_of_day = datetime.combine(last_day + timedelta(1), time(), ZoneInfo(creditor.timezone)) - timedelta(seconds=1)
    return Deadline.objects.create(
        **facts.fact(creditor, on, by, ""), invoice=invoice, kind=kind, last_day=last_day, ends_at=end_of_day,
        rehearsal=rehearsal, **consequence,
    )  # fmt: skip


def _end(creditor: Creditor, one: Deadline, outcome: str, *, on: date, by: str) -> None:
    DeadlineEnd.objects.create(**facts.fact(creditor, on, by, ""), deadline=one, outcome=outcome)
    _note(creditor, by, f"deadline_{outcome}", one.invoice.number, {"kind": one.kind, "last_day": one.last_day})


def _request(creditor: Creditor, number: str) -> Invoice:
    invoice = subjects.receivables_of(creditor, number)[0].invoice
    if invoice.kind != DocumentKind.REQUEST:
        raise NotBeforeWork(number=number)
    return invoice


def _note(creditor: Creditor, by: str, kind: str, subject: str, content: dict[str, Any]) -> None:
    audit.link(creditor.pk, actor=by, kind=kind, subject=subject, content=content)


IS_OPEN = """
SELECT coalesce(bool_or(o.balance > 0 AND NOT o.is_cancelled), false)
FROM receivable r CROSS JOIN LATERAL dunwell_owed(r.id, %s) o WHERE r.invoice_id = %s
"""
CAME_BY = """
SELECT coalesce(sum(a.amount), 0) FROM allocation a JOIN receivable r ON r.id = a.receivable_id JOIN payment p ON p.id = a.payment_id
WHERE r.invoice_id = %s AND p.date <= %s AND a.basis <> 'carried'
"""
