"""What gives a creditor rights, and what ends them: agreements, acknowledgements of a debt, limitation.

Each is a dated fact with its evidence; a change is a new version, and nothing is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.core import agreed_terms, clause_text
from dunwell.core.refusal import Refusal
from dunwell.core.stop_work import Work
from dunwell.core.toml_text import suggest
from dunwell.engine import intake
from dunwell.run import limitations, rates, subjects
from dunwell.store import audit, load_claims, scope
from dunwell.store.models import Acknowledgement, Agreement, Creditor, Customer

WARNED_DAYS = 90
"""A claim, its waiting time and a lawyer's desk take about a quarter."""
TERMS = {
    "contract": "its number and day, as a letter writes it: № 7 от 12 января 2026 г.",
    "net_days": "days to pay, such as 30",
    "counted_from": "issue, receipt, acceptance or delivery; issue without it",
    "month_end": "yes: the days are counted from the end of that month",
    "pay_day": "payment is on this day of a month, the first one after the days are over",
    "prepayment": "share paid before the work, such as 30%",
    "early_discount": "such as 2% within 10 days",
    "credit_limit": "how much may be open at once, such as 5000.00 EUR",
    "late_payment": 'the late-payment clause, such as "0.1% a day, cap 10%"; empty: none was agreed',
    "late_payment_ref": "where the clause stands: п. 5.2",
    "stop_work": "where the right to stop work stands: п. 5.3; empty: what the law gives",
    "work": "the work that would stop: running (it pauses) or not_begun (it waits); empty: there is none that the law may stop",
}


class TermUnknown(Refusal):
    """{name!r} is no term of an agreement. {suggestion}"""


class EvidenceMissing(Refusal):
    """Say with --evidence what shows it: the signed contract, the e-mail, the signed reconciliation."""


class WorkUnknown(Refusal):
    """{work!r} does not say which work would stop: write running or not_begun."""


class AcknowledgedAhead(Refusal):
    """A debt cannot have been acknowledged on {day}: that day is still to come."""


class AgreedAhead(Refusal):
    """Terms cannot have been agreed on {day}: that day is still to come."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A receivable whose limitation is near or has passed."""

    receivable_id: int
    number: str
    customer: str
    last_day: date
    is_over: bool


def check(creditor: Creditor, terms: Mapping[str, str]) -> None:
    """Refuse terms that are not known or say nothing that could be kept."""
    for name in terms:
        if name not in TERMS:
            raise TermUnknown(name=name, suggestion=suggest(name, TERMS))
    agreed_terms.read(terms)
    if limit := terms.get("credit_limit", "").strip():
        intake.limit_of(limit)
    if clause := terms.get("late_payment", "").strip():
        law = rates.law(limitations.law_of(creditor.country))
        tariff = law.rules[-1].tariff
        clause_text.read(clause, currency=creditor.currency, year=tariff.year, table=tariff.table)
    if (work := terms.get("work", "")) and work not in set(Work):
        raise WorkUnknown(work=work)


def agree(
    creditor: Creditor,
    customer: str | Customer,
    terms: Mapping[str, str],
    *,
    agreed_on: date,
    evidence: str,
    on: date,
    by: str,
    why: str = "",
) -> Agreement:
    """Record the next version of what was agreed with a customer; terms not named stay as they were."""
    check(creditor, terms)
    if not evidence.strip():
        raise EvidenceMissing
    if agreed_on > on:
        raise AgreedAhead(day=agreed_on)
    who = subjects.customer(creditor, customer)
    # An older contract that is recorded late takes nothing from what was agreed after it.
    whole = load_claims.agreement(creditor.pk, who.pk, agreed_on) | dict(terms)
    with scope.of(creditor.pk):
        made = Agreement.objects.create(
            creditor_id=creditor.pk,
            effective_on=agreed_on,
            by=by,
            why=why,
            customer=who,
            terms=whole,
            confirmed_on=agreed_on,
            evidence=evidence,
        )
        audit.link(
            creditor.pk, actor=by, kind="agreement", subject=who.external_id, content=whole | {"evidence": evidence}
        )
    return made


def agreed(creditor: Creditor, customer: str | Customer, on: date) -> dict[str, str]:
    """The terms in force with a customer."""
    found = load_claims.agreement(creditor.pk, subjects.customer(creditor, customer).pk, on)
    return {name: str(found.get(name, "")) for name in TERMS}


def acknowledge(
    creditor: Creditor, number: str, *, day: date, evidence: str, on: date, by: str, why: str = ""
) -> date | None:
    """Record that the debtor acknowledged an invoice in writing; gives the new last day of its limitation."""
    if not evidence.strip():
        raise EvidenceMissing
    if day > on:
        raise AcknowledgedAhead(day=day)
    receivables = subjects.receivables_of(creditor, number)
    with scope.of(creditor.pk):
        for one in receivables:
            Acknowledgement.objects.create(
                creditor_id=creditor.pk, effective_on=day, by=by, why=why, receivable=one, evidence=evidence
            )
        content = {"on": day, "evidence": evidence, "why": why}
        audit.link(creditor.pk, actor=by, kind="acknowledgement", subject=number, content=content)
    limitation = limitations.of(creditor)
    due_dates = [one.due_date for one in receivables if one.due_date]
    return min((limitation.last_day(due, day) for due in due_dates), default=None) if limitation else None


def ending(creditor: Creditor, on: date) -> list[Ending]:
    """Open receivables whose limitation ends within a quarter or has ended, the nearest first."""
    limitation = limitations.of(creditor)
    if limitation is None:
        return []
    until = on + timedelta(days=WARNED_DAYS)
    rows = load_claims.ending_terms(creditor.pk, on, due_until=limitation.due_until(until))
    found = [
        Ending(key, number, customer, last_day, last_day < on)
        for key, number, customer, _, due_date, acknowledged_on in rows
        if (last_day := limitation.last_day(due_date, acknowledged_on)) <= until
    ]
    return sorted(found, key=lambda one: (one.last_day, one.number))
