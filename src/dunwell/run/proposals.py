"""Letters about what we propose or decided: terms to confirm, a schedule that a client asked for. Looked at, then queued like any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dunwell.core.ledger import Purpose
from dunwell.core.message import LOCALES
from dunwell.engine import terms, terms_paper
from dunwell.run import agreements, instalments_standing, news
from dunwell.run.news import Prepared
from dunwell.store.models import Creditor, Customer, PaymentPlan


def terms_letter(creditor: Creditor, customer: Customer, said: Mapping[str, str], on: date) -> Prepared:
    """The terms as they would stand, for the client to confirm on their page or by a plain reply."""
    facts = agreements.facts_of(creditor, customer, agreements.whole(creditor, customer, said, on), on)
    lines = tuple(terms_paper.rules(facts, agreements.words(facts.locale)))
    return news.to_customer(creditor, Purpose.TERMS_PROPOSED, customer, {"proposal": lines}, on=on)


def plan_letter(creditor: Creditor, plan: PaymentPlan, on: date, *, allowed: bool, why: str) -> Prepared:
    """What was decided about a schedule: its days and sums, or the reason why it cannot be so."""
    locale = next((one for one in (plan.locale, creditor.locale) if one in LOCALES), "en")
    parts = instalments_standing.parts_in(plan)
    lines = tuple(f"{terms.long_date(part.on, locale)}: {terms.money(part.amount, locale)}" for part in parts)
    purpose = Purpose.PLAN_ALLOWED if allowed else Purpose.PLAN_REFUSED
    said = {"proposal": lines} if allowed else {"answer": why}
    return news.to_customer(creditor, purpose, plan.customer, said, on=on, told=plan.receivables)
