"""The reports of a creditor: the books loaded once, gone through once, everything computed of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dunwell.core.frames import Books
from dunwell.core.money import Money
from dunwell.engine import reports as engine
from dunwell.engine.reports import AGES, Answered, Period, Promises, Rolls, Speed
from dunwell.run import policies
from dunwell.store import load_reports
from dunwell.store.models import Creditor

PERIODS = (1, 3, 12)
"""Months of a report."""
BY = {"currency": None, "owner": "owner", "customer": "customer_id"}
ROWS_SHOWN = 100
"""Of the ageing by customer on a screen; an export holds all."""


@dataclass(frozen=True, slots=True)
class AgedRow:
    """One row of the ageing: of a currency, an owner or a customer (`key` is their number); `parts` follow AGES."""

    key: str
    name: str
    currency: str
    invoices: int
    parts: tuple[Money, ...]
    overdue: Money
    open: Money


@dataclass(frozen=True, slots=True)
class Ageing:
    rows: tuple[AgedRow, ...]
    more: int
    totals: tuple[AgedRow, ...]
    unapplied: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All but the ageing. Money of `cash` by month; `grace_days` is how late a promise may be and still be kept."""

    period: Period
    speed: tuple[Speed, ...]
    promises: tuple[Promises, ...]
    grace_days: int
    rolls: tuple[Rolls, ...]
    answered: Answered
    cash: tuple[tuple[date, Money], ...]


@dataclass(frozen=True, slots=True)
class Reports:
    """What the page of reports shows: the ageing split each way, and a report for each of `PERIODS`."""

    ageings: dict[str, Ageing]
    reports: dict[int, Report]


def every(creditor: Creditor, *, as_of: date, rehearsal: bool) -> Reports:
    books = load_reports.books(creditor.pk, rehearsal=rehearsal)
    opened = engine.open_at(books, *{day for months in PERIODS for day in _days(months, as_of)})
    return Reports(
        {by: _ageing(books, opened[as_of], by=by) for by in BY},
        {months: _report(books, opened, months=months, as_of=as_of) for months in PERIODS},
    )


def ageing(creditor: Creditor, *, by: str, owner: str = "", as_of: date, rehearsal: bool) -> Ageing:
    """What is open by age today, whole, split by currency, owner or customer; of one owner's customers where one is named."""
    books = load_reports.books(creditor.pk, rehearsal=rehearsal)
    opened = engine.open_at(books, as_of)[as_of]
    return _ageing(books, opened.filter(owner=owner) if owner else opened, by=by, is_whole=True)


def report(creditor: Creditor, *, months: int, as_of: date, rehearsal: bool) -> Report:
    """How quickly money comes, over the last whole months."""
    books = load_reports.books(creditor.pk, rehearsal=rehearsal)
    return _report(books, engine.open_at(books, *_days(months, as_of)), months=months, as_of=as_of)


def promises(creditor: Creditor, *, months: int, as_of: date) -> list[Promises]:
    """Which promises of the last whole months were kept; live ones alone."""
    made, money = load_reports.promises(creditor.pk)
    since = engine.closed_months(as_of, months).first
    return engine.promises(made, money, as_of, since=since, grace_days=_grace_days())


def _days(months: int, as_of: date) -> set[date]:
    """The days at whose end a report wants to know what was open."""
    return {*engine.days_of(engine.closed_months(as_of, months)), *engine.days_rolled(as_of)}


def _ageing(books: Books, opened: pl.DataFrame, *, by: str, is_whole: bool = False) -> Ageing:
    column = BY[by]
    aged = engine.ageing(opened, column)
    shown = aged if is_whole else aged.head(ROWS_SHOWN)
    names = load_reports.names(shown["customer_id"].to_list()) if column == "customer_id" else {}
    rows = tuple(_row(one, column, names) for one in shown.iter_rows(named=True))
    totals = tuple(_row(one, None, {}) for one in engine.ageing(opened, None).iter_rows(named=True))
    unapplied = tuple(Money(minor, currency) for currency, minor in sorted(books.unapplied.items()))
    return Ageing(rows, len(aged) - len(shown), totals, unapplied)


def _row(one: dict[str, Any], column: str | None, names: dict[int, str]) -> AgedRow:
    currency = one["currency"]
    key = str(one[column]) if column else currency
    return AgedRow(
        key=key,
        name=names.get(one["customer_id"], "") if column == "customer_id" else key,
        currency=currency,
        invoices=one["invoices"],
        parts=tuple(Money(one[age], currency) for age in AGES),
        overdue=Money(one["overdue"], currency),
        open=Money(one["open"], currency),
    )


def _report(books: Books, opened: engine.Opened, *, months: int, as_of: date) -> Report:
    period, grace = engine.closed_months(as_of, months), _grace_days()
    return Report(
        period,
        tuple(engine.speed(books, opened, period)),
        tuple(engine.promises(books.promises, books.moves, as_of, since=period.first, grace_days=grace)),
        grace,
        tuple(engine.rolls(opened, as_of)),
        engine.answered(books, as_of, since=period.first),
        tuple(
            (row["month"], Money(row["amount"], row["currency"]))
            for row in engine.cash(books, as_of).iter_rows(named=True)
        ),
    )


def _grace_days() -> int:
    """The strictest of the policies: no promise is called kept that one of them calls broken."""
    return min((policy.promise_grace_days for policy in policies.load_all().values()), default=0)
