"""Interest and penalties entered into the books: only where contract or law give them and the policy wants them; waived with a reason.

A charge is what has grown until a day less what was charged before: no day is charged twice, and what was waived stays waived.
Charges are never a base of further charges.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from dunwell.core.ledger import CustomerKind
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import claim_facts, instalments_standing, limitations, portfolio, rates, subjects
from dunwell.store import audit, load_claims, scope
from dunwell.store.models import Charge, Creditor, Customer

KIND = "late_payment"


class PolicyForbidsCharges(Refusal):
    """The policy '{policy}' of invoice {number} charges nothing for delay: it needs interest = true."""


class NothingToCharge(Refusal):
    """Nothing has grown on {number} until {until} that was not charged before."""


class AgreedFree(Refusal):
    """{number} is paid by schedule {plan}, which was agreed free of interest and charges."""


class NothingToWaive(Refusal):
    """Nothing is charged on {number} that could be waived."""


class WaiverUnexplained(Refusal):
    """Say with --why for what reason the charge is waived: the record is read by others."""


def charge(
    creditor: Creditor, number: str, *, until: date, on: date, by: str, why: str, own_rates: Path
) -> list[Charge]:
    """Enter what has grown on an invoice until a day, by the agreed clause or else by law; one row an instalment."""
    receivables = subjects.receivables_of(creditor, number)
    with scope.of(creditor.pk):
        customer = Customer.objects.get(pk=receivables[0].customer_id)
        if customer.kind == CustomerKind.PERSON and (plan := instalments_standing.was_agreed(receivables)):
            raise AgreedFree(number=number, plan=plan.pk)
    _refuse_policy(creditor, number, customer.pk, [one.pk for one in receivables], on)
    law = rates.law(limitations.law_of(creditor.country))
    owed = claim_facts.claimable(creditor, number, receivables, customer, law, on)
    agreed = str(load_claims.agreement(creditor.pk, customer.pk, on).get("late_payment", ""))
    clause = claim_facts.clause_of(agreed, law, owed[0].currency) if agreed else None
    calendar = claim_facts.calendar_of(customer.country or creditor.country, on)
    parts = claim_facts.grown(owed, law, rates.tables(own_rates), clause, calendar, until)
    before = _charged(creditor, [one.pk for one in receivables])
    due = {one.receivable_id: found.total.minor - before.get(one.receivable_id, 0) for one, _, found in parts}
    if not any(amount > 0 for amount in due.values()):
        raise NothingToCharge(number=number, until=until)
    with scope.of(creditor.pk):
        made = [
            Charge.objects.create(**_row(creditor, key, owed[0].currency, amount, on=on, by=by, why=why))
            for key, amount in due.items()
            if amount > 0
        ]
        _note(
            creditor, by, "charge", number, made, {"until": until, "clause": agreed or law.rules[-1].name, "why": why}
        )
    return made


def waive(creditor: Creditor, number: str, *, on: date, by: str, why: str) -> list[Charge]:
    """Take back what is charged on an invoice, with the reason; the days stay settled."""
    if not why.strip():
        raise WaiverUnexplained
    receivables = subjects.receivables_of(creditor, number)
    with scope.of(creditor.pk):
        rows = Charge.objects.filter(receivable__in=receivables).order_by("pk")
        left: dict[int, int] = {}
        for row in rows:
            left[row.receivable_id] = left.get(row.receivable_id, 0) + row.amount
        if not any(amount > 0 for amount in left.values()):
            raise NothingToWaive(number=number)
        made = [
            Charge.objects.create(**_row(creditor, key, rows[0].currency, -amount, on=on, by=by, why=why))
            for key, amount in left.items()
            if amount > 0
        ]
        _note(creditor, by, "waiver", number, made, {"why": why})
    return made


def said(made: list[Charge]) -> Money:
    """The sum of what was just entered or waived."""
    return Money(sum(one.amount for one in made), made[0].currency)


def _refuse_policy(creditor: Creditor, number: str, customer: int, receivables: list[int], on: date) -> None:
    seen = portfolio.of(creditor, on, rehearsal=False, customers=(customer,))
    for row in seen.receivables.iter_rows(named=True):
        policy = seen.policies[row["policy"]]
        if row["receivable_id"] in receivables and not policy.interest:
            raise PolicyForbidsCharges(policy=policy.name, number=number)


def _charged(creditor: Creditor, receivables: list[int]) -> dict[int, int]:
    """What was ever charged, waived or not: a waived day is not charged again."""
    found: dict[int, int] = {}
    with scope.of(creditor.pk):
        for row in Charge.objects.filter(receivable__in=receivables, amount__gt=0):
            found[row.receivable_id] = found.get(row.receivable_id, 0) + row.amount
    return found


def _row(
    creditor: Creditor, receivable: int, currency: str, amount: int, *, on: date, by: str, why: str
) -> dict[str, Any]:
    return {
        "creditor_id": creditor.pk,
        "effective_on": on,
        "by": by,
        "why": why,
        "receivable_id": receivable,
        "currency": currency,
        "amount": amount,
        "kind": KIND,
    }


def _note(creditor: Creditor, by: str, kind: str, number: str, made: list[Charge], content: dict[str, Any]) -> None:
    content = content | {"amounts": [one.amount for one in made], "currency": made[0].currency}
    audit.link(creditor.pk, actor=by, kind=kind, subject=number, content=content, count=len(made))
