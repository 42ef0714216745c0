"""`dunwell interest`: what has grown on a late debt, from words to a table of figures as plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dunwell.core import clause_text
from dunwell.core.money import Money, minor_digits
from dunwell.core.rates import DebtKind, InterestLaw
from dunwell.core.refusal import Refusal
from dunwell.engine import interest
from dunwell.engine.interest import Debt, Interest, PartPayment, Row
from dunwell.run import rates

YEARS = range(1990, 2101)
"""A year outside is a slip of the finger."""
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]+)?)\s*([A-Za-z]{3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class InterestDayUnreadable(Refusal):
    """{text!r} is not a date: write it as YYYY-MM-DD, for example 2026-04-14."""


class InterestDayUnlikely(Refusal):
    """{text} is in no year of {first} to {last}: look at it again."""


class SumUnreadable(Refusal):
    """{text!r} is not a sum of {currency}: write it with a point and without blanks, for example {sample}."""


class PaymentUnreadable(Refusal):
    """{text!r} is not a payment: write DATE:AMOUNT, for example 2026-05-12:1240.00."""


class ForeignPayment(Refusal):
    """The payment {text} is in another currency than the debt ({currency}): convert it at the rate of its day first."""


class ClauseMissing(Refusal):
    """--kind contract needs the clause that was agreed, for example --clause "0.1% a day, cap 10%"."""


class ClauseWithoutContract(Refusal):
    """A clause counts with --kind contract alone: the law's own interest takes nothing from it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as it was typed."""

    principal: str
    first: str
    last: str
    jurisdiction: str
    currency: str = ""
    kind: str = DebtKind.B2B.value
    clause: str = ""
    payments: tuple[str, ...] = ()
    arose: str = ""
    moratoria: tuple[str, ...] = ()


def answer(question: Question, own_rates: Path | None = None) -> dict[str, Any]:
    """Total and table as plain values: sums and rates are text, days and year bases whole numbers."""
    law = rates.law(question.jurisdiction.lower())
    debt = _debt(question, law)
    found = interest.compute(debt, law, rates.tables(own_rates), _clause(question, law, debt))
    return {**values(found), "jurisdiction": law.code, "kind": debt.kind.value, "law": list(found.rules)}


def values(found: Interest) -> dict[str, Any]:
    """The keys that others rely on come first: total, currency, periods."""
    compensation = found.compensation
    return {
        "total": plain(found.total),
        "currency": found.total.currency,
        "periods": [_period(row) for row in found.rows],
        "compensation": compensation
        and {"amount": plain(compensation[0]), "currency": compensation[0].currency, "basis": compensation[1].name},
        "excluded": [{"from": str(one.first), "to": str(one.last), "moratorium": one.title} for one in found.excluded],
        "uncertain": list(found.uncertain),
    }


def plain(amount: Money) -> str:
    return f"{amount.decimal:.{minor_digits(amount.currency)}f}"


def _period(row: Row) -> dict[str, Any]:
    return {
        "from": str(row.first),
        "to": str(row.last),
        "days": row.days,
        "base": plain(row.base),
        "rate_percent": None if row.rate_percent is None else _percent(row.rate_percent),
        "year_basis": row.year_basis,
        "amount": plain(row.amount),
        "by": row.basis,
        **({"capped": True} if row.is_capped else {}),
    }


def _percent(rate: Decimal) -> str:
    """At least two decimals, and all that the rate has."""
    places = max(2, -int(rate.normalize().as_tuple().exponent))
    return f"{rate:.{places}f}"


# --- from words ------------------------------------------------------------------------------------------------------


def _debt(question: Question, law: InterestLaw) -> Debt:
    currency = question.currency.upper() or law.currency
    principal = _sum(question.principal, currency)
    return Debt(
        principal=principal,
        first=_day(question.first),
        last=_day(question.last),
        kind=DebtKind(question.kind),
        payments=tuple(_payments(question.payments, currency)),
        arose_on=_day(question.arose) if question.arose else None,
        moratoria=frozenset(question.moratoria),
    )


def _payments(texts: Iterable[str], currency: str) -> Iterable[PartPayment]:
    """DATE:AMOUNT, several in one text apart by commas, semicolons or blanks."""
    for text in texts:
        for pair in re.split(r"[,;\s]+(?=[0-9]{4}-)", text.strip().rstrip(",;")):
            day, colon, amount = pair.partition(":")
            if not colon:
                raise PaymentUnreadable(text=pair)
            paid = _sum(amount.strip(), currency, ForeignPayment)
            yield PartPayment(_day(day.strip()), paid)


def _sum(text: str, currency: str, foreign: type[Refusal] = SumUnreadable) -> Money:
    """A plain decimal with a point; other digits than 0–9, signs, exponents and too many decimals are refused."""
    digits = minor_digits(currency)
    found = _AMOUNT.fullmatch(text.strip())
    sample = f"{1240:.{digits}f}"
    if found is None or len(found[1].partition(".")[2]) > digits:
        raise SumUnreadable(text=text, currency=currency, sample=sample)
    if found[2] and found[2].upper() != currency:
        raise foreign(text=text, currency=currency, sample=sample)
    return Money.parse(found[1], currency)


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise InterestDayUnreadable(text=text) from None
    if found.year not in YEARS:
        raise InterestDayUnlikely(text=text, first=YEARS[0], last=YEARS[-1])
    return found


def _clause(question: Question, law: InterestLaw, debt: Debt) -> clause_text.Clause | None:
    if debt.kind is not DebtKind.CONTRACT:
        if question.clause:
            raise ClauseWithoutContract
        return None
    if not question.clause.strip():
        raise ClauseMissing
    tariff = law.rules[-1].tariff
    return clause_text.read(question.clause, currency=debt.principal.currency, year=tariff.year, table=tariff.table)
