"""A retainer proposed to a client: computed, looked at by a person with the rule printed, then sent as a letter. Nothing is agreed by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from dunwell.core import retainer as rules
from dunwell.core.ledger import Purpose
from dunwell.core.message import LOCALES
from dunwell.core.money import Money
from dunwell.core.retainer import Retainer, SeveralCurrencies
from dunwell.engine import terms
from dunwell.run import agreements, news
from dunwell.run.news import Prepared
from dunwell.store import load_folder
from dunwell.store.models import Creditor, Customer


def compute(creditor: Creditor, customer: Customer, on: date) -> Retainer:
    """From the invoices of the last twelve whole months."""
    first, last = rules.window(on)
    found = load_folder.months(creditor.pk, customer.pk, first=first, last=last)
    if len(found) > 1:
        raise SeveralCurrencies(customer=customer.name, currencies=" / ".join(one.currency for one in found))
    if not found:
        raise rules.TooLittleHistory(customer=customer.name, busy=0, least=rules.BUSY_MIN)
    (only,) = found
    return rules.compute(only.invoiced, only.invoices, only.currency, on, customer=customer.name)


def letter(creditor: Creditor, customer: Customer, on: date) -> Prepared:
    """The proposal as it would go, to be looked at; nothing is queued."""
    said = {"proposal": tuple(sentences(compute(creditor, customer, on), locale_of(creditor, customer)))}
    return news.to_customer(creditor, Purpose.RETAINER_PROPOSED, customer, said, on=on)


def sentences(found: Retainer, locale: str) -> Iterator[str]:
    """What is proposed, by which rule, and what speaks for it: nothing that the months do not bear out."""
    words: Mapping[str, Any] = agreements.words_of(locale, "retainer")
    currency = found.sum.currency
    low, high = (bound(amount.minor for _, amount in found.months) for bound in (min, max))
    values = {
        "sum": terms.money(found.sum, locale),
        "first": terms.month_name(found.months[0][0], locale),
        "last": terms.month_name(found.months[-1][0], locale),
        "low": terms.money(Money(low, currency), locale),
        "high": terms.money(Money(high, currency), locale),
        "was": terms.money(found.was, locale),
        "year": terms.money(found.year, locale),
        "invoices": found.invoices,
    }
    for name in ("sum", "rule", "range", *found.reasons, *(() if found.year <= found.was else ("more",))):
        yield words[str(name)].format(**values).replace("г..", "г.")


def locale_of(creditor: Creditor, customer: Customer) -> str:
    return next((one for one in (customer.locale, creditor.locale) if one in LOCALES), "en")
