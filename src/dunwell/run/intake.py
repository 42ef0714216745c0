"""`dunwell intake`: a client, known or not, looked at before work begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median_low

from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.engine import intake, payqr, registration
from dunwell.engine.intake import Conduct, IntakeFacts, Suggestion
from dunwell.engine.registration import NumberFault
from dunwell.run import subjects
from dunwell.store import balances, bulk, load_claims, scope
from dunwell.store.models import Creditor, Customer


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a client says of themselves; empty is not judged."""

    country: str = ""
    tax_id: str = ""
    registration: str = ""
    kpp: str = ""
    account: str = ""
    bic: str = ""


def known(creditor: Creditor, name: str, numbers: Numbers, order: Money, on: date) -> tuple[IntakeFacts, Suggestion]:
    """A client in the books: their own numbers where none are given, what is open, how they have paid."""
    customer = subjects.customer(creditor, name)
    agreed = load_claims.agreement(creditor.pk, customer.pk, on)
    limit = intake.limit_of(str(agreed["credit_limit"])) if agreed.get("credit_limit") else None
    given = Numbers(
        country=numbers.country or customer.country or creditor.country,
        tax_id=numbers.tax_id or customer.tax_id,
        registration=numbers.registration or customer.registration_number,
        kpp=numbers.kpp,
        account=numbers.account,
        bic=numbers.bic,
    )
    with scope.of(creditor.pk):
        open_, overdue = _exposure(customer, order.currency, on)
        facts = IntakeFacts(
            faults=faults(given),
            state=_state(customer),
            conduct=_conduct(customer, on),
            open=open_,
            overdue=overdue,
            order=order,
            limit=limit if limit and limit.currency == order.currency else None,
        )
    return facts, intake.suggest(facts)


def unknown(creditor: Creditor, numbers: Numbers, order: Money) -> tuple[IntakeFacts, Suggestion]:
    """A client nobody has met: their numbers are all there is."""
    given = numbers if numbers.country else Numbers(creditor.country, *_rest(numbers))
    nothing = Money(0, order.currency)
    facts = IntakeFacts(faults=faults(given), state="", conduct=Conduct(), open=nothing, overdue=nothing, order=order)
    return facts, intake.suggest(facts)


def faults(numbers: Numbers) -> tuple[NumberFault, ...]:
    """Everything that cannot be right, the account's key included."""
    found = registration.faults(
        numbers.country, tax_id=numbers.tax_id, registration=numbers.registration, kpp=numbers.kpp
    )
    if numbers.account:
        is_iban = numbers.account[:2].isalpha()
        iban, number = (numbers.account, "") if is_iban else ("", numbers.account)
        account = BankAccount(currency="", holder="", iban=iban, account=number, bic=numbers.bic)
        if said := payqr.account_fault(account):
            found.append(NumberFault("account", numbers.account, said))
    return tuple(found)


def _rest(numbers: Numbers) -> tuple[str, ...]:
    return numbers.tax_id, numbers.registration, numbers.kpp, numbers.account, numbers.bic


def _exposure(customer: Customer, currency: str, on: date) -> tuple[Money, Money]:
    among = f"SELECT id FROM receivable WHERE customer_id = {int(customer.pk)}"
    sql = balances.balances_sql(as_of=on, rehearsal=False, among=among)
    (row,) = bulk.rows(
        "SELECT coalesce(sum(b.balance), 0)::bigint, coalesce(sum(b.balance) FILTER (WHERE b.due_date < %s), 0)::bigint "
        f"FROM ({sql}) b JOIN invoice i ON i.id = b.invoice_id "
        "WHERE b.currency = %s AND b.balance > 0 AND NOT b.is_cancelled AND i.kind = 'invoice'",
        on,
        currency,
    )
    return Money(row[0], currency), Money(row[1], currency)


def _conduct(customer: Customer, on: date) -> Conduct:
    late = [row[0] for row in bulk.rows(PAID_LATE, customer.pk, on)]
    ((broken,),) = bulk.rows(BROKEN, customer.pk, on)
    return Conduct(len(late), median_low(late) if late else 0, broken)


def _state(customer: Customer) -> str:
    rows = bulk.rows(
        "SELECT state FROM (SELECT DISTINCT ON (state) state, ended FROM customer_state WHERE customer_id = %s "
        "ORDER BY state, id DESC) s WHERE NOT ended ORDER BY state",
        customer.pk,
    )
    return rows[0][0] if rows else ""


PAID_LATE = """
SELECT (max(a.effective_on) - r.due_date)::int FROM receivable r JOIN allocation a ON a.receivable_id = r.id
WHERE r.customer_id = %s AND r.due_date IS NOT NULL AND a.effective_on <= %s
GROUP BY r.id, r.due_date, r.amount HAVING sum(a.amount) >= r.amount AND r.amount > 0
"""
BROKEN = """
SELECT count(*) FROM promise p JOIN receivable r ON r.id = p.receivable_id
WHERE r.customer_id = %s AND NOT p.rehearsal AND p.plan_id IS NULL AND p.promised_date < %s
  AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id)
  AND p.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id
                           AND a.effective_on BETWEEN p.effective_on AND p.promised_date + 5), 0)
"""
