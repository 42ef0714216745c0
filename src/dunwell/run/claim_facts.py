"""The facts of a claim gathered from the ledger, and the reasons for which there may be none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from dunwell.core import clause_text
from dunwell.core.calendar import Calendar
from dunwell.core.claims import ClaimedDocument, ClaimFacts, ContractTerms, Party, Reduction, Signatory
from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.core.rates import DAY, ClaimTerms, Clause, DebtKind, InterestLaw, RateTable
from dunwell.core.refusal import Refusal
from dunwell.engine import interest
from dunwell.engine.claim import Claimed
from dunwell.engine.interest import Debt, Interest, PartPayment
from dunwell.run import calendars, deliver, jurisdictions, limitations, rates, subjects
from dunwell.store import load_claims, load_letters, scope, switches
from dunwell.store.load_claims import Owed
from dunwell.store.models import Creditor, Customer, Invoice, Receivable

BY_LAW, BY_CONTRACT, NO_INTEREST = "law", "contract", "none"
USUAL_TERMS = ClaimTerms(term_days=14, wait_days=0, source="")
# What stands against a claim, in a person's words; the codes are those of the last question before any firm message.
OBJECTIONS = {
    "instalment_plan": "the client pays by an agreed schedule (`dunwell instalments`)",
    "promised": "the client promised to pay, and the day has not passed",
    "held": "contact is on hold",
    "finding": "a finding in the data waits for a person (`dunwell work`)",
    "unmatched_money": "money came in that may belong to it (`dunwell work`)",
    "our_side_owes": "our own side owes the client an answer or a document",
    "reply_waits": "the client has answered, and nobody has read it yet",
    "stale_money": "payments are not known up to now: `dunwell cover SOURCE DAY`",
    "customer_state": "the client is insolvent, liquidated, deceased or a minor: a claim goes another way, ask a lawyer",
}


class NotAClaim(Refusal):
    """{number} cannot be claimed: {reason}."""


class ClaimOnPerson(Refusal):
    """{customer} is a natural person: a claim against one follows rules of its own (consumer law, pre-action protocols with reply forms). Hand it to a lawyer."""


class ClaimTooLate(Refusal):
    """The limitation of {number} ended on {last_day}: neither court nor interest may be mentioned any more. If the debt was acknowledged in writing, record it: `dunwell acknowledged {number} --on DAY --evidence …`."""


class ClaimNeedsAccount(Refusal):
    """A claim names the account for {currency}: add one with `dunwell account`."""


class ClaimInterestTooFar(Refusal):
    """{said} Or claim interest until the last day that is known: --interest-until {last_day}; the letter says so."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a claim was asked for; kept with it, so that the same claim can be made again byte for byte."""

    locale: str
    law: str = ""
    interest: str = ""  # law, contract or none; without it the contract where there is a clause, else the law
    interest_until: str = ""
    days: int = 0
    signed_by: str = ""

    def values(self) -> dict[str, Any]:
        return asdict(self)


def gather(creditor: Creditor, number: str, asked: Asked, claim_number: str, *, as_of: date, own_rates: Any) -> Claimed:
    """The claim on one invoice as of a day; refused where it may not be made."""
    receivables = subjects.receivables_of(creditor, number)
    with scope.of(creditor.pk):
        customer = Customer.objects.get(pk=receivables[0].customer_id)
        invoice = receivables[0].invoice
    law = rates.law(asked.law or limitations.law_of(creditor.country))
    calendar = calendar_of(customer.country or creditor.country, as_of)
    owed = claimable(creditor, number, receivables, customer, law, as_of)
    facts = _facts(creditor, customer, invoice, owed, law, asked, claim_number, calendar, as_of)
    way = asked.interest or (BY_CONTRACT if facts.terms.late_payment else BY_LAW)
    if way == BY_CONTRACT and not facts.terms.late_payment:
        raise NotAClaim(number=number, reason="no late-payment clause is recorded (`dunwell agreement`)")
    clause = clause_of(facts.terms.late_payment, law, facts.principal.currency) if way == BY_CONTRACT else None
    found = interest.nothing(facts.principal.currency)
    if way != NO_INTEREST:
        found = _interest(facts, owed, law, rates.tables(own_rates), clause, calendar)
    return Claimed(facts, found, _tables(found, law), clause)


def refuse_objection(creditor: Creditor, number: str, *, on: date, now: datetime) -> None:
    """Ask what every firm message is asked before it leaves, and refuse with its reason."""
    receivables = subjects.receivables_of(creditor, number)
    reason = load_claims.objection(
        creditor,
        receivables[0].customer_id,
        [one.pk for one in receivables],
        on=on,
        at=now,
        covered_min=deliver.covered_min(creditor, now, calendar_of(creditor.country, on)),
        rehearsal=not switches.is_live(creditor.pk),
    )
    if reason:
        raise NotAClaim(number=number, reason=OBJECTIONS.get(reason, reason))


def first_day_of_delay(due_date: date, law: InterestLaw, calendar: Calendar) -> date:
    """The day after the due date; after the next working day where the law moves a due date that is a day off."""
    moves = law.claim is not None and law.claim.due_moves
    return (calendar.next_business_day(due_date) if moves else due_date) + DAY


def claimable(
    creditor: Creditor, number: str, receivables: list[Receivable], customer: Customer, law: InterestLaw, as_of: date
) -> list[Owed]:
    """The late and uncontested instalments; each reason against a claim is a refusal."""
    if receivables[0].invoice.kind != "invoice":
        raise NotAClaim(number=number, reason="a request before work is never overdue")
    if customer.kind == "person":
        raise ClaimOnPerson(customer=customer.name)
    owed = load_claims.owed(creditor.pk, [one.pk for one in receivables], as_of)
    if any(one.is_cancelled for one in owed):
        raise NotAClaim(number=number, reason="it was cancelled")
    late = [one for one in owed if one.due_date is not None and one.due_date < as_of]
    if not late:
        raise NotAClaim(number=number, reason="nothing of it is overdue")
    open_ = [one for one in late if one.balance - one.charges > 0]
    if not open_:
        raise NotAClaim(number=number, reason="it is paid")
    found = [one for one in open_ if one.balance - one.charges - one.disputed > 0]
    if not found:
        raise NotAClaim(number=number, reason="all of it is contested: settle the dispute first")
    for one in found:
        assert one.due_date is not None
        last_day = law.limitation.last_day(one.due_date, one.acknowledged_on) if law.limitation else date.max
        if last_day < as_of:
            raise ClaimTooLate(number=number, last_day=last_day)
    return found


def grown(
    owed: list[Owed],
    law: InterestLaw,
    tables: Mapping[str, RateTable],
    clause: Clause | None,
    calendar: Calendar,
    until: date,
) -> list[tuple[Owed, Debt, Interest]]:
    """What has grown on each instalment that is late by then."""
    kind = DebtKind.CONTRACT if clause else DebtKind.B2B
    debts = [(one, _debt(one, law, calendar, kind, until)) for one in owed]
    return [(one, debt, interest.compute(debt, law, tables, clause)) for one, debt in debts if debt.first <= debt.last]


def clause_of(text: str, law: InterestLaw, currency: str) -> Clause:
    """A recorded clause, its percentages by the law's own day count and rate where it names none."""
    tariff = law.rules[-1].tariff
    return clause_text.read(text, currency=currency, year=tariff.year, table=tariff.table)


def calendar_of(country: str, as_of: date) -> Calendar:
    """A country's days around a debt, as far back as one can still be claimed."""
    laws = jurisdictions.load_all()
    years = range(as_of.year - 6, as_of.year + 2)
    return calendars.load([country], years, laws, calendars.load_corrections())[country]


# --- what is claimed -------------------------------------------------------------------------------------------------


def _facts(
    creditor: Creditor,
    customer: Customer,
    invoice: Invoice,
    owed: list[Owed],
    law: InterestLaw,
    asked: Asked,
    claim_number: str,
    calendar: Calendar,
    as_of: date,
) -> ClaimFacts:
    terms = law.claim or USUAL_TERMS
    pay_by = calendar.next_business_day(as_of + timedelta(days=asked.days or terms.term_days))
    currency = owed[0].currency
    agreed = load_claims.agreement(creditor.pk, customer.pk, as_of)
    return ClaimFacts(
        number=claim_number,
        as_of=as_of,
        pay_by=pay_by,
        court_from=max(as_of + timedelta(days=terms.wait_days + 1), pay_by + DAY),
        interest_until=date.fromisoformat(asked.interest_until) if asked.interest_until else as_of,
        locale=asked.locale,
        law=law.code,
        creditor=Party(
            creditor.registered_name, creditor.registration_number, creditor.tax_id, creditor.address, creditor.country
        ),
        debtor=Party(customer.name, customer.registration_number, customer.tax_id, customer.address, customer.country),
        signatory=_signatory(creditor, asked),
        account=_account(creditor, currency, as_of),
        documents=tuple(
            ClaimedDocument(
                invoice.number, invoice.issue_date, one.due_date, Money(one.amount, currency), invoice.what_for
            )
            for one in owed
            if one.due_date is not None
        ),
        reductions=tuple(
            sorted((each for one in owed for each in one.reductions), key=lambda each: (each.on, each.kind))
        ),
        principal=Money(sum(one.balance - one.charges - one.disputed for one in owed), currency),
        disputed=Money(sum(one.disputed for one in owed), currency),
        terms=ContractTerms(
            **{key: str(agreed.get(key, "")) for key in ("contract", "late_payment", "late_payment_ref")}
        ),
        reminded_on=load_claims.reminded_on(creditor.pk, [one.receivable_id for one in owed], as_of),
    )


def _signatory(creditor: Creditor, asked: Asked) -> Signatory:
    staff = next(iter(load_letters.staff(creditor.pk)), None)
    name, _, title = (part.strip() for part in asked.signed_by.partition(","))
    if staff is None:
        return Signatory(name or creditor.registered_name, title, "", creditor.reply_address)
    spelled = staff.names_by_locale.get(asked.locale, {})
    own_title = spelled.get("title", staff.title if asked.locale == creditor.locale else "")
    return Signatory(name or spelled.get("name", staff.name), title if name else own_title, staff.phone, staff.email)


def _account(creditor: Creditor, currency: str, as_of: date) -> BankAccount:
    for one in load_letters.bank_accounts(creditor.pk, as_of):
        if one.currency == currency:
            return BankAccount(
                one.currency,
                one.holder,
                one.bank,
                one.iban,
                one.bic,
                one.account,
                one.correspondent,
                one.tax_id,
                one.kpp,
            )
    raise ClaimNeedsAccount(currency=currency)


# --- what has grown on it --------------------------------------------------------------------------------------------


def _interest(
    facts: ClaimFacts,
    owed: list[Owed],
    law: InterestLaw,
    tables: Mapping[str, RateTable],
    clause: Clause | None,
    calendar: Calendar,
) -> Interest:
    try:
        parts = grown(owed, law, tables, clause, calendar, facts.interest_until)
    except interest.RatePastVerified as refusal:
        raise ClaimInterestTooFar(said=refusal, last_day=refusal.values["last_day"]) from None
    if not parts:
        return interest.nothing(facts.principal.currency)
    first = parts[0][1]
    whole = Money(sum(debt.principal.minor for _, debt, _ in parts), facts.principal.currency)
    return interest.together([found for _, _, found in parts], replace(first, principal=whole), law)


def _debt(one: Owed, law: InterestLaw, calendar: Calendar, kind: DebtKind, last: date) -> Debt:
    """What bears interest: credits, write-offs and the contested part were never owed late; payments lower it from their day."""
    assert one.due_date is not None
    lowered = sum(each.amount.minor for each in one.reductions if each.kind != "payment")
    return Debt(
        principal=Money(one.amount - lowered - one.disputed, one.currency),
        first=first_day_of_delay(one.due_date, law, calendar),
        last=last,
        kind=kind,
        payments=tuple(_payment(each) for each in one.reductions if each.kind == "payment"),
    )


def _payment(one: Reduction) -> PartPayment:
    return PartPayment(one.on, one.amount)


def _tables(found: Interest, law: InterestLaw) -> tuple[str, ...]:
    """The rate tables that the claim rests on."""
    return tuple(dict.fromkeys(rule.tariff.table for rule in law.rules if rule.name in found.rules))
