"""Interest and penalties for late payment: exact, simple, in a table that adds up.

The days of delay are cut wherever something changes (the rate, the length of the year, the sum still owed, a moratorium); each row is
rounded half-up to the minor unit and the total is the sum of the rounded rows, because courts and debtors add up the printed table.
Nothing is charged on interest. A payment counts on its own day still: it lowers the base from the day after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from dunwell.core.money import Money
from dunwell.core.rates import (
    DAY,
    Clause,
    Compensation,
    DebtKind,
    Fixed,
    InterestLaw,
    InterestRule,
    Moratorium,
    RateTable,
    Scope,
    Tariff,
    half_year,
)
from dunwell.core.refusal import Refusal

HALF_UP = Fraction(1, 2)
BY_LAW, BY_CONTRACT = "law", "contract"


class DatesReversed(Refusal):
    """The last day counted, {last}, lies before the first day of delay, {first}: the two are swapped, or nothing is late yet."""


class PrincipalNotPositive(Refusal):
    """The principal must be more than nothing, not {principal}."""


class PaymentNotPositive(Refusal):
    """A payment must be more than nothing, not {amount} on {day}."""


class PaidTooMuch(Refusal):
    """The payments add up to {paid}, more than the debt of {principal}: what was paid for interest or in advance is no part payment."""


class NoStatutoryInterest(Refusal):
    """The law of '{code}' as it stands here gives no interest for a debt of kind {kind} in {currency}: use --kind contract with the clause that was agreed, or the law of another jurisdiction."""


class DaysBeforeTheLaw(Refusal):
    """No interest is computed for days before {since}: {earlier}. The first day of delay asked for is {first}."""


class RatePastVerified(Refusal):
    """{title} is verified until {verified_until}, so the last day that can be computed is {last_day}, not {last}. A later rate is never guessed: take it from the publisher, then `dunwell rates import FILE`."""


class ClauseEmpty(Refusal):
    """The contract clause names neither a percentage nor a fixed sum."""


class UnknownMoratorium(Refusal):
    """There is no moratorium '{name}' in the law of '{code}'. Known: {known}."""


@dataclass(frozen=True, slots=True)
class PartPayment:
    paid_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Debt:
    """A sum that is late: from the first day of delay to the last day counted, both inclusive.

    `arose_on` is the day the claim came into being, for moratoria; the day before the delay where it is not known. `moratoria` names
    those for listed branches that protect this debtor.
    """

    principal: Money
    first: date
    last: date
    kind: DebtKind
    payments: tuple[PartPayment, ...] = ()
    arose_on: date | None = None
    moratoria: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """Days on which nothing changed: `amount = base × rate_percent / 100 × days / year_basis`, rounded half-up.

    `rate_percent` and `year_basis` are None for a fixed sum. `is_capped`: the contract's cap cut the amount.
    """

    first: date
    last: date
    days: int
    base: Money
    rate_percent: Decimal | None
    year_basis: int | None
    amount: Money
    basis: str  # law or contract
    is_capped: bool = False


@dataclass(frozen=True, slots=True)
class Excluded:
    """Days that bear nothing, and the moratorium that says so."""

    first: date
    last: date
    title: str


@dataclass(frozen=True, slots=True)
class Interest:
    """`total` is the sum of the rows; the fixed `compensation` for costs comes beside it."""

    total: Money
    rows: tuple[Row, ...]
    rules: tuple[str, ...]
    compensation: tuple[Money, Compensation] | None = None
    excluded: tuple[Excluded, ...] = ()
    uncertain: tuple[str, ...] = ()


def compute(debt: Debt, law: InterestLaw, tables: Mapping[str, RateTable], clause: Clause | None = None) -> Interest:
    """What has grown on the debt, by the law, or by the contract's clause where the debt's kind is `contract`."""
    debt = _in_todays_currency(debt, law)
    _check(debt)
    moratoria = _moratoria(debt, law)
    book = _Book(debt, tables, moratoria)
    rows: list[Row] = []
    rules: list[str] = []
    if clause is not None:
        rows += _by_contract(book, clause)
    by_law = clause is None or clause.is_beside_law
    if by_law:
        found = _rules(debt, law)
        rules = [rule.name for rule in found]
        rows += [row for rule in found for row in book.rows(rule.tariff, rule.since, rule.until, BY_LAW)]
    return Interest(
        total=Money(sum(row.amount.minor for row in rows), debt.principal.currency),
        rows=tuple(rows),
        rules=tuple(rules),
        compensation=_compensation(debt, law) if by_law else None,
        excluded=tuple(_excluded(debt, moratoria)),
        uncertain=tuple(sorted(book.uncertain)),
    )


def together(parts: Sequence[Interest], debt: Debt, law: InterestLaw) -> Interest:
    """Several instalments of one invoice as one claim: their rows one after another, the fixed sum once, by the whole debt."""
    by_law = any(part.rules for part in parts)
    return Interest(
        total=sum((part.total for part in parts[1:]), parts[0].total),
        rows=tuple(row for part in parts for row in part.rows),
        rules=tuple(dict.fromkeys(rule for part in parts for rule in part.rules)),
        compensation=_compensation(debt, law) if by_law else None,
        excluded=tuple(dict.fromkeys(one for part in parts for one in part.excluded)),
        uncertain=tuple(dict.fromkeys(one for part in parts for one in part.uncertain)),
    )


def nothing(currency: str) -> Interest:
    """No interest at all: waived, or not asked for."""
    return Interest(Money(0, currency), (), ())


def last_computable(law: InterestLaw, tables: Mapping[str, RateTable], kind: DebtKind) -> date:
    """The last day that the law's own interest can be computed for."""
    rule = law.rules_for(kind)[-1]
    return min(rule.until, _last_day(rule.tariff, tables[rule.tariff.table]))


# --- what is asked ---------------------------------------------------------------------------------------------------


def _in_todays_currency(debt: Debt, law: InterestLaw) -> Debt:
    """The debt in the currency that took the place of its own, where the days asked for reach into its time."""
    change = law.currency_change
    if change is None or debt.principal.currency != change.was or debt.last < change.on:
        return debt

    def converted(amount: Money) -> Money:
        return Money(_half_up(Fraction(amount.minor) / Fraction(change.units)), change.now)

    payments = tuple(replace(one, amount=converted(one.amount)) for one in debt.payments)
    return replace(debt, principal=converted(debt.principal), payments=payments)


def _check(debt: Debt) -> None:
    if debt.principal.minor <= 0:
        raise PrincipalNotPositive(principal=debt.principal)
    if debt.last < debt.first:
        raise DatesReversed(first=debt.first, last=debt.last)
    for payment in debt.payments:
        if payment.amount.minor <= 0:
            raise PaymentNotPositive(amount=payment.amount, day=payment.paid_on)
    paid = sum((payment.amount for payment in debt.payments), Money(0, debt.principal.currency))
    if debt.principal < paid:
        raise PaidTooMuch(paid=paid, principal=debt.principal)


def _rules(debt: Debt, law: InterestLaw) -> list[InterestRule]:
    """The rules whose days the debt touches; refused where a day has none."""
    kind = DebtKind.B2B if debt.kind is DebtKind.CONTRACT else debt.kind
    currency = debt.principal.currency
    of_kind = [rule for rule in law.rules_for(kind) if not rule.currencies or currency in rule.currencies]
    if not of_kind:
        raise NoStatutoryInterest(code=law.code, kind=kind, currency=currency)
    if debt.first < of_kind[0].since:
        raise DaysBeforeTheLaw(since=of_kind[0].since, earlier=law.earlier, first=debt.first)
    return [rule for rule in of_kind if rule.since <= debt.last and debt.first <= rule.until]


def _moratoria(debt: Debt, law: InterestLaw) -> list[Moratorium]:
    known = {one.name for one in law.moratoria}
    for name in sorted(debt.moratoria - known):
        raise UnknownMoratorium(name=name, code=law.code, known=", ".join(sorted(known)) or "none")
    arose_on = debt.arose_on or debt.first - DAY
    return [
        one
        for one in law.moratoria
        if arose_on < one.claims_before and (one.scope is Scope.ALL or one.name in debt.moratoria)
    ]


def _excluded(debt: Debt, moratoria: list[Moratorium]) -> Iterator[Excluded]:
    for one in moratoria:
        first, last = max(one.since, debt.first), min(one.until, debt.last)
        if first <= last:
            yield Excluded(first, last, one.title)


def _compensation(debt: Debt, law: InterestLaw) -> tuple[Money, Compensation] | None:
    """The fixed sum for this debt; none where it is written in another currency than the debt."""
    for one in law.compensations:
        if debt.kind in one.kinds and one.since <= debt.first and one.steps[0][1].currency == debt.principal.currency:
            return next(sum_ for below, sum_ in one.steps if below is None or debt.principal < below), one
    return None


# --- rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Day:
    """What decides the interest of one day; equal neighbours share a row."""

    base: int
    rate: Decimal
    year: int


class _Book:
    """One debt with the tables at hand; it gathers which uncertain rates were used."""

    def __init__(self, debt: Debt, tables: Mapping[str, RateTable], moratoria: list[Moratorium]) -> None:
        self.debt, self.tables, self.moratoria = debt, tables, moratoria
        self.uncertain: set[str] = set()

    def rows(self, tariff: Tariff, since: date, until: date, basis: str) -> Iterator[Row]:
        """The rows of one tariff over the debt's days within `since` … `until`."""
        first, last = max(self.debt.first, since), min(self.debt.last, until, self._settled_on())
        if first > last:
            return
        self._check_verified(tariff, last)
        start, running = first, self._day(tariff, first)
        for day in [*self._cuts(tariff, first, last), last + DAY]:
            found = self._day(tariff, day) if day <= last else None
            if found != running:
                if running is not None:
                    yield self._row(start, day - DAY, running, basis)
                start, running = day, found

    def base_on(self, day: date) -> int:
        """What is still owed on that day: payments count from the day after theirs."""
        paid = sum(payment.amount.minor for payment in self.debt.payments if payment.paid_on < day)
        return self.debt.principal.minor - paid

    def _settled_on(self) -> date:
        """The day of the payment that left nothing owed; no rate is asked for after it."""
        days = (payment.paid_on for payment in sorted(self.debt.payments, key=lambda one: one.paid_on))
        return next((day for day in days if self.base_on(day + DAY) == 0), date.max)

    def _check_verified(self, tariff: Tariff, last: date) -> None:
        if not tariff.table:
            return
        table = self.tables[tariff.table]
        last_day = _last_day(tariff, table)
        if last > last_day:
            raise RatePastVerified(
                title=table.title, verified_until=table.verified_until, last_day=last_day, last=self.debt.last
            )

    def _cuts(self, tariff: Tariff, first: date, last: date) -> list[date]:
        """Every day within the span on which something may change, in order."""
        found = {payment.paid_on + DAY for payment in self.debt.payments}
        found |= {day for one in self.moratoria for day in (one.since, one.until + DAY)}
        found |= {date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, 7)}
        if tariff.table and tariff.fixed is Fixed.DAILY:
            found |= {rate.since for rate in self.tables[tariff.table].rates}
        return sorted(day for day in found if first < day <= last)

    def _day(self, tariff: Tariff, day: date) -> _Day | None:
        """What the day is made of; None where it bears nothing."""
        base = self.base_on(day)
        if base == 0 or any(one.since <= day <= one.until for one in self.moratoria):
            return None
        return _Day(base, self._rate(tariff, day), tariff.year_of(day))

    def _rate(self, tariff: Tariff, day: date) -> Decimal:
        if not tariff.table:
            return tariff.margin
        table = self.tables[tariff.table]
        rate = table.rate_on(tariff.looked_up_on(day))
        if not rate.is_certain:
            self.uncertain.add(f"{table.title}, {rate.percent} % from {rate.since}: {rate.source}")
        return rate.percent + tariff.margin

    def _row(self, first: date, last: date, day: _Day, basis: str) -> Row:
        days = (last - first).days + 1
        exact = Fraction(day.base) * Fraction(day.rate) * days / (100 * day.year)
        currency = self.debt.principal.currency
        amount = Money(_half_up(exact), currency)
        return Row(first, last, days, Money(day.base, currency), day.rate, day.year, amount, basis)


def _by_contract(book: _Book, clause: Clause) -> list[Row]:
    """The clause's rows: the percentage, then the fixed sum, cut where the cap is reached."""
    if clause.tariff is None and clause.fixed is None:
        raise ClauseEmpty
    debt = book.debt
    since = debt.first + timedelta(days=clause.grace_days)
    rows = list(book.rows(clause.tariff, since, date.max, BY_CONTRACT)) if clause.tariff else []
    if clause.fixed is not None and since <= min(debt.last, book.debt.last) and book.base_on(since) > 0:
        base = Money(book.base_on(since), debt.principal.currency)
        # The sum is due once, for being late at all; adding it to the principal's currency refuses a foreign one.
        fixed = Money(0, debt.principal.currency) + clause.fixed
        rows.append(Row(since, debt.last, (debt.last - since).days + 1, base, None, None, fixed, BY_CONTRACT))
    return list(_capped(rows, _cap(debt.principal, clause)))


def _cap(principal: Money, clause: Clause) -> Money | None:
    caps = [Money(0, principal.currency) + clause.cap] if clause.cap is not None else []
    if clause.cap_percent is not None:
        share = Fraction(principal.minor) * Fraction(clause.cap_percent) / 100
        caps.append(Money(_half_up(share), principal.currency))
    return min(caps, default=None)


def _capped(rows: list[Row], cap: Money | None) -> Iterator[Row]:
    """The rows until the cap is reached; the row that reaches it takes what was left."""
    left = cap
    for row in rows:
        if left is None or row.amount <= left:
            yield row
            left = None if left is None else left - row.amount
        elif left:
            yield replace(row, amount=left, is_capped=True)
            return


def _last_day(tariff: Tariff, table: RateTable) -> date:
    """The last day whose rate is verified: a rate fixed for a half-year serves to the end of it."""
    if tariff.fixed is Fixed.DAILY:
        return table.verified_until
    ahead = half_year(table.verified_until + DAY)[1]
    return ahead if tariff.looked_up_on(ahead) <= table.verified_until else half_year(ahead)[0] - DAY


def _half_up(exact: Fraction) -> int:
    """Rounded to the nearest whole minor unit, halves upwards (nothing here is negative)."""
    return int((exact + HALF_UP) // 1)
