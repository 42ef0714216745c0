"""Agreed schedules: instalments, a later day, a part at once. Offered within the policy's bounds, accepted on a readable document,
recorded with its evidence, taken back by counter-records.

What goes beyond the bounds may be asked for; it holds nothing until a person with the right allows it. A schedule accepted anew takes
the place of an earlier one, and of promises, for the same debts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core import instalments
from dunwell.core.assignment import Case
from dunwell.core.calendar import Calendar
from dunwell.core.claims import Party
from dunwell.core.instalments import Bounds, Part, Wish
from dunwell.core.ledger import CustomerKind, DocumentKind, OurDebt
from dunwell.core.money import Money
from dunwell.core.page import AnswerKind
from dunwell.core.paper import Document
from dunwell.core.refusal import Refusal
from dunwell.core.roles import DeskRole
from dunwell.engine import plan_paper
from dunwell.engine.plan_paper import PlanFacts
from dunwell.run import agreements, calendars, jurisdictions, limitations, portfolio, printing, subjects
from dunwell.run.facts import fact as columns
from dunwell.run.instalments_standing import parts_in
from dunwell.store import audit, balances, bulk, pages, scope
from dunwell.store.models import (
    Acknowledgement,
    Creditor,
    Customer,
    Ending,
    Invoice,
    OurSide,
    PaymentPlan,
    PaymentPlanDecision,
    PaymentPlanPaper,
    Promise,
    Receivable,
)

KIND = "plan"
REPLACED = "replaced"


class NothingToAgree(Refusal):
    """Nothing of this is open, so there is nothing to agree."""


class NotYetOwed(Refusal):
    """{number} is a request before work: nothing is owed on it yet, so nothing is put off."""


class SeveralPayers(Refusal):
    """{numbers} are of several customers: agree with each of them."""


class SeveralCurrencies(Refusal):
    """The documents are in {currencies}: agree a schedule for each currency."""


class PlanUnproven(Refusal):
    """Say how it was agreed: the e-mail, the call, the signed paper."""


class ApprovalNeeded(Refusal):
    """{said} The policy leaves more than that to {approver}."""


class NoSuchPlan(Refusal):
    """There is no schedule number {number} that {wanted}."""


class PlanChanged(Refusal):
    """Something has changed since it was read; here it is as it stands now."""


@dataclass(frozen=True, slots=True)
class Debt:
    """What a schedule is about: receivables of one customer and currency with what is open and undisputed on each."""

    creditor: Creditor
    customer: Customer
    receivables: tuple[Receivable, ...]
    opened: tuple[int, ...]
    bounds: Bounds
    grace_days: int
    times: int
    calendar: Calendar
    rehearsal: bool

    @property
    def owed(self) -> Money:
        return Money(sum(self.opened), self.receivables[0].currency)


@dataclass(frozen=True, slots=True)
class Fact:
    """Who records what, on which day."""

    on: date
    by: str
    why: str = ""


def debt(creditor: Creditor, receivables: Sequence[Receivable], on: date, *, rehearsal: bool = False) -> Debt:
    """What is open of some receivables and how far its payer may put it off; call inside `scope.of`."""
    of_requests = [one.invoice.number for one in receivables if one.invoice.kind != DocumentKind.INVOICE]
    if of_requests:
        raise NotYetOwed(number=of_requests[0])
    found = _opened(receivables, rehearsal=rehearsal)
    rows = [one for one in receivables if found.get(one.pk, 0) > 0]
    if not rows:
        raise NothingToAgree
    if len({one.customer_id for one in rows}) > 1:
        raise SeveralPayers(numbers=", ".join(one.invoice.number for one in rows))
    if len(currencies := {one.currency for one in rows}) > 1:
        raise SeveralCurrencies(currencies=" / ".join(sorted(currencies)))
    rows.sort(key=lambda one: (one.due_date or on, one.pk))
    customer = Customer.objects.get(pk=rows[0].customer_id)
    cases = [
        Case(
            document=DocumentKind.INVOICE,
            customer_kind=CustomerKind(customer.kind),
            invoice=str(one.invoice_id),
            customer=str(customer.pk),
            segments=frozenset({customer.segment} - {""}),
        )
        for one in rows
    ]
    policies = portfolio.policies_of(creditor.pk, on, cases)
    return Debt(
        creditor=creditor,
        customer=customer,
        receivables=tuple(rows),
        opened=tuple(found[one.pk] for one in rows),
        bounds=instalments.strictest([one.instalments for one in policies]),
        grace_days=min(one.promise_grace_days for one in policies),
        times=_times([one.pk for one in rows], rehearsal=rehearsal),
        calendar=_calendar(customer.country or creditor.country, on),
        rehearsal=rehearsal,
    )


def of_invoices(creditor: Creditor, numbers: Iterable[str | Invoice], on: date) -> Debt:
    """The same for documents by their numbers."""
    receivables = [one for number in numbers for one in subjects.receivables_of(creditor, number)]
    with scope.of(creditor.pk):
        return debt(creditor, receivables, on)


def parts_of(found: Debt, wish: Wish, on: date) -> tuple[Part, ...]:
    """The days and sums of a wish."""
    return instalments.schedule(wish, found.owed, on, found.calendar)


def check(found: Debt, parts: tuple[Part, ...], on: date) -> None:
    """Refuse what nobody can agree, and what the client may not agree alone."""
    instalments.check(parts, found.owed, on)
    instalments.check_times(found.times, found.bounds)
    instalments.check_bounds(parts, found.bounds, on)


def facts(
    found: Debt, parts: tuple[Part, ...], locale: str, on: date, *, evidence: str = "", is_asked: bool = False
) -> PlanFacts:
    """What the document says."""
    creditor, customer = found.creditor, found.customer
    return PlanFacts(
        creditor=Party(
            creditor.registered_name or creditor.name, creditor.registration_number, creditor.tax_id, creditor.address
        ),
        customer=Party(customer.name, customer.registration_number, customer.tax_id, customer.address),
        is_person=customer.kind == CustomerKind.PERSON,
        documents=tuple(
            (one.invoice.number, one.invoice.issue_date, Money(open_, one.currency))
            for one, open_ in zip(found.receivables, found.opened, strict=True)
        ),
        parts=parts,
        grace_days=found.grace_days,
        reminder_days=found.bounds.reminder_days,
        day=on,
        locale=locale,
        law=limitations.LAW_OF.get(creditor.country, ""),
        evidence=evidence,
        is_asked=is_asked,
    )


def document(said: PlanFacts) -> Document:
    return plan_paper.document(said, words(said.locale))


def acknowledgement(said: PlanFacts) -> str:
    return plan_paper.acknowledgement(said, words(said.locale))


def digest(said: PlanFacts) -> str:
    """What was read, as a hash: what is accepted must be the same."""
    return hashlib.sha256(repr(document(said)).encode()).hexdigest()


def agree(
    found: Debt,
    parts: tuple[Part, ...],
    fact: Fact,
    *,
    locale: str,
    evidence: str,
    allows: DeskRole | None = None,
) -> PaymentPlan:
    """Record an accepted schedule: from now on it holds its receivables. `allows` is the role of a person who lets more than the
    policy gives. Accepting acknowledges the debt.
    """
    if not evidence.strip():
        raise PlanUnproven
    _check_allowed(found, parts, fact.on, allows)
    with scope.of(found.creditor.pk):
        plan = _plan(found, parts, fact, locale=locale, evidence=evidence, is_asked=False)
        _put_in_force(found, plan, parts, fact)
    return plan


def ask(found: Debt, parts: tuple[Part, ...], fact: Fact, *, locale: str, evidence: str) -> PaymentPlan:
    """Record what a client asks for beyond the policy: it waits for a person and holds nothing."""
    instalments.check(parts, found.owed, fact.on)
    instalments.check_times(found.times, found.bounds)
    with scope.of(found.creditor.pk):
        return _plan(found, parts, fact, locale=locale, evidence=evidence, is_asked=True)


def decide(creditor: Creditor, number: int, fact: Fact, *, allow: bool, role: DeskRole) -> PaymentPlan:
    """Allow or decline a schedule that a client asked for; allowed, it must still fit what is open and lie ahead."""
    with scope.of(creditor.pk):
        plan = PaymentPlan.objects.filter(pk=number, is_asked=True, decision=None).first()
        if plan is None:
            raise NoSuchPlan(number=number, wanted="waits for a decision")
        if allow:
            receivables = Receivable.objects.filter(pk__in=plan.receivables).select_related("invoice")
            found = debt(creditor, list(receivables), fact.on, rehearsal=plan.rehearsal)
            parts = parts_in(plan)
            _check_allowed(found, parts, fact.on, role)
            _put_in_force(found, plan, parts, fact)
        _answer(plan, fact)
        outcome = "allowed" if allow else "refused"
        PaymentPlanDecision.objects.create(**_fact(creditor, fact), plan=plan, outcome=outcome)
        audit.link(
            creditor.pk,
            actor=fact.by,
            kind="plan_decided",
            subject=str(number),
            content={"outcome": outcome, "why": fact.why},
        )
    return plan


def end(creditor: Creditor, number: int, fact: Fact, *, outcome: str) -> None:
    """Take a schedule back: its receivables go on with the step that was next."""
    with scope.of(creditor.pk):
        standing = Promise.objects.filter(plan_id=number, ending=None)
        if not _end(creditor, standing, fact, outcome):
            raise NoSuchPlan(number=number, wanted="stands")
        audit.link(
            creditor.pk,
            actor=fact.by,
            kind="plan_ended",
            subject=str(number),
            content={"outcome": outcome, "why": fact.why},
        )


def words(locale: str) -> Mapping[str, Any]:
    """The words of a schedule in a language."""
    return agreements.words_of(locale, "plan")


def _check_allowed(found: Debt, parts: tuple[Part, ...], on: date, allows: DeskRole | None) -> None:
    instalments.check(parts, found.owed, on)
    instalments.check_times(found.times, found.bounds)
    try:
        instalments.check_bounds(parts, found.bounds, on)
    except instalments.BEYOND_BOUNDS as refusal:
        approver = found.bounds.approver
        if allows is None or approver is None or not allows.includes(approver):
            raise ApprovalNeeded(said=str(refusal), approver=approver or "nobody") from refusal


def _plan(
    found: Debt, parts: tuple[Part, ...], fact: Fact, *, locale: str, evidence: str, is_asked: bool
) -> PaymentPlan:
    """The schedule with the paper that was accepted."""
    receivables = [one.pk for one in found.receivables]
    printed = printing.pdf(
        found.creditor, document(facts(found, parts, locale, fact.on, evidence=evidence, is_asked=is_asked))
    )
    plan = PaymentPlan.objects.create(
        **_fact(found.creditor, fact),
        customer=found.customer,
        receivables=receivables,
        schedule=[[part.on.isoformat(), part.amount.minor] for part in parts],
        currency=found.owed.currency,
        amount=found.owed.minor,
        received_before=_received(receivables),
        grace_days=found.grace_days,
        reminder_days=found.bounds.reminder_days,
        locale=locale,
        evidence=evidence,
        is_asked=is_asked,
        rehearsal=found.rehearsal,
    )
    sha256 = hashlib.sha256(printed).hexdigest()
    PaymentPlanPaper.objects.create(creditor=found.creditor, plan=plan, sha256=sha256, content=printed)
    content = {
        "plan": plan.pk,
        "schedule": plan.schedule,
        "receivables": receivables,
        "evidence": evidence,
        "paper": sha256,
    }
    kind = "plan_asked" if is_asked else "plan_agreed"
    audit.link(found.creditor.pk, actor=fact.by, kind=kind, subject=found.customer.external_id, content=content)
    return plan


def _put_in_force(found: Debt, plan: PaymentPlan, parts: tuple[Part, ...], fact: Fact) -> None:
    """The schedule holds its receivables in the place of what held them before, and the debt counts as acknowledged."""
    receivables = [one.pk for one in found.receivables]
    before = Promise.objects.filter(receivable__in=receivables, ending=None)
    together = Promise.objects.filter(plan_id__in=before.exclude(plan=None).values("plan_id"), ending=None)
    _end(found.creditor, (before | together).distinct(), fact, REPLACED)
    currency = found.owed.currency
    for receivable, part in instalments.spread(parts, list(zip(receivables, found.opened, strict=True))):
        Promise.objects.create(
            **_fact(found.creditor, fact),
            receivable_id=receivable,
            plan=plan,
            kind=KIND,
            currency=currency,
            amount=part.amount.minor,
            promised_date=part.on,
            rehearsal=found.rehearsal,
        )
    if not found.rehearsal:
        for receivable in receivables:
            evidence = f"schedule {plan.pk}: {plan.evidence}"
            Acknowledgement.objects.create(**_fact(found.creditor, fact), receivable_id=receivable, evidence=evidence)


def _answer(plan: PaymentPlan, fact: Fact) -> None:
    """What the client asked is answered by the decision, unless a question of theirs still waits."""
    asked = pages.answers(pages.REOPENED).filter(customer_id=plan.customer_id, kind=AnswerKind.QUESTION.value)
    if not asked.exists():
        owed = {"customer_id": plan.customer_id, "what": OurDebt.ANSWER.value, "rehearsal": plan.rehearsal}
        OurSide.objects.create(**_fact(plan.creditor, fact), **owed, done=True)


def _end(creditor: Creditor, promises: Iterable[Promise], fact: Fact, outcome: str) -> int:
    ended = [Ending.objects.create(**_fact(creditor, fact), promise=one, outcome=outcome) for one in promises]
    return len(ended)


def _opened(receivables: Sequence[Receivable], *, rehearsal: bool) -> dict[int, int]:
    """What is open and undisputed on each, in minor units."""
    ids = [one.pk for one in receivables]
    sql = balances.balances_sql(as_of=None, rehearsal=rehearsal)
    asked = f"SELECT receivable_id, CASE WHEN is_cancelled THEN 0 ELSE balance - disputed END FROM ({sql}) b WHERE receivable_id = ANY(%s)"
    return {key: max(0, minor) for key, minor in bulk.rows(asked, ids)}


def _received(receivables: Sequence[int]) -> int:
    """What stands against the receivables already: money, credit notes and what was given up."""
    ids = list(receivables)
    (row,) = bulk.rows(
        "SELECT (coalesce((SELECT sum(amount) FROM allocation WHERE receivable_id = ANY(%s)), 0)"
        " + coalesce((SELECT sum(amount) FROM write_off WHERE receivable_id = ANY(%s)), 0))::bigint",
        ids,
        ids,
    )
    return int(row[0])


def _times(receivables: Sequence[int], *, rehearsal: bool) -> int:
    """How often the most often put off of these was put off; what was taken back at once does not count."""
    promises = Promise.objects.filter(receivable__in=receivables, plan__isnull=False).exclude(
        ending__outcome="taken_back"
    )
    if not rehearsal:
        promises = promises.filter(rehearsal=False)
    plans: dict[int, set[int]] = {}
    for receivable, plan in promises.values_list("receivable_id", "plan_id"):
        plans.setdefault(receivable, set()).add(plan)
    return max((len(found) for found in plans.values()), default=0)


def _calendar(country: str, on: date) -> Calendar:
    years = range(on.year, on.year + 4)
    return calendars.load([country], years, jurisdictions.load_all(), calendars.load_corrections())[country]


def _fact(creditor: Creditor, fact: Fact) -> dict[str, Any]:
    return columns(creditor, fact.on, fact.by, fact.why)
