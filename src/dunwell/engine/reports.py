"""Reports: what is owed by age, how quickly money comes, which promises were kept. Pure: the books in, figures out.

Every figure is of one currency; currencies never add. A debt on a day is its sum, and what changed it up to that day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from dunwell.core.frames import Books
from dunwell.engine import kpi

AGES = ("current", "1-30", "31-60", "61-90", "91+")
PAID = "paid"
CONTACT_DAYS = 7
"""Within so many days a payment counts as coming after a contact (Sidetrade's “efficient action”)."""
HISTORY_MONTHS = 24
"""How far back the sales go of which the count-back DSO consists."""
CASH_MONTHS = 12


Opened = Mapping[date, pl.DataFrame]
"""By day: the debts open at its end (receivable_id, customer_id, owner, currency, balance, age)."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months: the days from `first` to `last`."""

    first: date
    last: date
    months: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Speed:
    """How quickly money comes, of one currency and period, with the sums that the figures are made of."""

    currency: str
    opening: int
    sales: int
    closing: int
    current: int
    dso: Fraction | None
    dso_count_back: Fraction | None
    dso_best_possible: Fraction | None
    delinquent_days: Fraction | None
    cei: Fraction | None
    current_share: Fraction | None


@dataclass(frozen=True, slots=True)
class Promises:
    """Matured promises of one currency: how many, and for how much, were kept, kept in part, broken."""

    currency: str
    kept: int
    partial: int
    broken: int
    kept_amount: int
    amount: int

    @property
    def rate(self) -> Fraction | None:
        return kpi.share(self.kept, self.kept + self.partial + self.broken)

    @property
    def rate_of_amount(self) -> Fraction | None:
        return kpi.share(self.kept_amount, self.amount)


@dataclass(frozen=True, slots=True)
class Rolls:
    """Of one currency: of the balance in each age a month before the day, the percent that is paid, or in which age, on the day."""

    currency: str
    rows: tuple[tuple[str, int, tuple[Fraction, ...]], ...]  # age, balance then, percent: paid, then each of AGES


@dataclass(frozen=True, slots=True)
class Answered:
    """Contacts that are old enough to be judged, and after how many of them the customer paid something within CONTACT_DAYS."""

    contacts: int
    paid: int

    @property
    def rate(self) -> Fraction | None:
        return kpi.share(self.paid, self.contacts)


def closed_months(before: date, months: int) -> Period:
    """The last whole months before a day's month."""
    last = before.replace(day=1) - timedelta(1)
    return Period(_back(last, months - 1).replace(day=1), last, months)


def days_of(period: Period) -> tuple[date, date]:
    """The days before and at whose end the debts are compared, for `speed`."""
    return period.first - timedelta(1), period.last


def days_rolled(on: date) -> tuple[date, date]:
    """The same for `rolls`."""
    return _back(on, 1), on


def open_at(books: Books, *days: date) -> Opened:
    """Debts open at the end of each of some days: `balance`, and `age` by days past due. One pass over what moved serves all."""
    until = {f"moved_{day}": pl.col("amount").filter(pl.col("on") <= day).sum() for day in days}
    moved = books.moves.group_by("receivable_id").agg(**until)
    known = books.debts.join(moved, on="receivable_id", how="left").with_columns(pl.col(list(until)).fill_null(0))
    return {day: _open_on(known, day) for day in days}


def ageing(opened: pl.DataFrame, by: str | None) -> pl.DataFrame:
    """Balances by age: a row for each currency, or for each `by` (customer_id, owner) and currency, the most overdue first."""
    keys = [by, "currency"] if by else ["currency"]
    sums = [pl.col("balance").filter(pl.col("age") == age).sum().alias(age) for age in AGES]
    return (
        opened.group_by(keys)
        .agg(*sums, invoices=pl.len())
        .with_columns(open=pl.sum_horizontal(AGES), overdue=pl.sum_horizontal(AGES[1:]))
        .sort([pl.col("overdue"), pl.col("open"), *map(pl.col, keys)], descending=[True, True, *[False] * len(keys)])
    )


def speed(books: Books, opened: Opened, period: Period) -> list[Speed]:
    """DSO, its kin and CEI for every currency that was owed or sold in; `opened` at `days_of` the period."""
    before, after = (opened[day] for day in days_of(period))
    sold = _sales(books)
    opening, closing = _by_currency(before), _by_currency(after)
    current = _by_currency(after.filter(pl.col("age") == AGES[0]))
    return [
        _speed(
            one,
            period,
            opening=opening.get(one, 0),
            closing=closing.get(one, 0),
            current=current.get(one, 0),
            sales=sum(sold.get((one, _back(period.first, -number)), 0) for number in range(period.months)),
            months=_months(sold, one, period.last),
        )
        for one in sorted({*opening, *closing, *books.debts["currency"].unique()})
    ]


def promises(made: pl.DataFrame, moves: pl.DataFrame, on: date, *, since: date, grace_days: int) -> list[Promises]:
    """Promises that fell due since a day and can be judged on another: kept = the whole promised sum came by its day plus grace.

    `made` and `moves` are PROMISES_MADE and DEBT_MOVES.
    """
    ends = pl.col("promised_date") + pl.duration(days=grace_days)
    matured = made.with_columns(ends=ends).filter((pl.col("ends") < on) & (pl.col("promised_date") >= since))
    money = moves.filter("is_payment").select("receivable_id", "on", received=-pl.col("amount"))
    came = (
        matured.join(money, on="receivable_id")
        .filter(pl.col("on").is_between("made_on", "ends"))
        .group_by("promise_id")
        .agg(came=pl.col("received").sum())
    )
    judged = matured.join(came, on="promise_id", how="left").with_columns(came=pl.col("came").fill_null(0))
    is_kept, is_partial = pl.col("came") >= pl.col("amount"), pl.col("came") > 0
    found = (
        judged.group_by("currency")
        .agg(
            kept=is_kept.sum(),
            partial=(~is_kept & is_partial).sum(),
            broken=(~is_kept & ~is_partial).sum(),
            kept_amount=pl.col("amount").filter(is_kept).sum(),
            amount=pl.col("amount").sum(),
        )
        .sort("currency")
    )
    return [Promises(**row) for row in found.iter_rows(named=True)]


def rolls(opened: Opened, on: date) -> list[Rolls]:
    """Where the balance of a month ago went, followed invoice by invoice; what was charged since does not count. `opened` at
    `days_rolled`.
    """
    then, now = (opened[day] for day in days_rolled(on))
    rest = pl.min_horizontal("balance", pl.col("now").fill_null(0))
    sums = (
        then.join(now.select("receivable_id", now="balance", to="age"), on="receivable_id", how="left")
        .group_by("currency", "age")
        .agg(pl.col("balance").sum(), *(rest.filter(pl.col("to") == to).sum().alias(f"to {to}") for to in AGES))
    )
    found: dict[str, list[tuple[str, int, tuple[Fraction, ...]]]] = {
        one: [] for one in sorted(sums["currency"].unique())
    }
    for row in sums.sort(pl.col("age").cast(pl.Enum(AGES))).iter_rows(named=True):
        whole, left = row["balance"], [row[f"to {to}"] for to in AGES]
        shares = tuple(Fraction(one * kpi.PERCENT, whole) for one in (whole - sum(left), *left))
        found[row["currency"]].append((row["age"], whole, shares))
    return [Rolls(currency, tuple(rows)) for currency, rows in found.items()]


def answered(books: Books, on: date, *, since: date) -> Answered:
    """After how many contacts the customer paid within CONTACT_DAYS; later ones cannot be judged yet."""
    last = on - timedelta(CONTACT_DAYS)
    contacts = books.contacts.filter(pl.col("on").is_between(since, last)).unique().with_row_index("contact")
    owners = books.debts.select("receivable_id", "customer_id")
    money = (
        books.moves.filter(pl.col("is_payment") & pl.col("on").is_between(since, on))
        .join(owners, on="receivable_id")
        .select("customer_id", paid_on="on")
    )
    until = pl.col("on") + pl.duration(days=CONTACT_DAYS)
    paid = contacts.join(money, on="customer_id").filter(pl.col("paid_on").is_between("on", until))
    return Answered(contacts.height, paid["contact"].n_unique())


def cash(books: Books, on: date) -> pl.DataFrame:
    """Money received by month and currency over the last CASH_MONTHS, this one included: `month`, `currency`, `amount`."""
    first = _back(on.replace(day=1), CASH_MONTHS - 1)
    seen = books.received.filter(pl.col("on").is_between(first, on))
    return (
        seen.group_by(pl.col("on").dt.truncate("1mo").alias("month"), "currency")
        .agg(pl.col("amount").sum())
        .sort("month", "currency")
    )


def _speed(
    currency: str,
    period: Period,
    *,
    opening: int,
    closing: int,
    current: int,
    sales: int,
    months: list[tuple[int, int]],
) -> Speed:
    return Speed(
        currency,
        opening,
        sales,
        closing,
        current,
        dso=kpi.dso(closing=closing, sales=sales, days=period.days),
        dso_count_back=kpi.dso_count_back(closing=closing, months=months),
        dso_best_possible=kpi.dso_best_possible(current=current, sales=sales, days=period.days),
        delinquent_days=kpi.delinquent_days(closing=closing, current=current, sales=sales, days=period.days),
        cei=kpi.cei(opening=opening, sales=sales, closing=closing, current=current, months=period.months),
        current_share=kpi.share(current, closing),
    )


def _age(late: pl.Expr) -> pl.Expr:
    return (
        pl.when(late <= 0).then(pl.lit(AGES[0]))
        .when(late <= 30).then(pl.lit(AGES[1]))
        .when(late <= 60).then(pl.lit(AGES[2]))
        .when(late <= 90).then(pl.lit(AGES[3]))
        .otherwise(pl.lit(AGES[4]))
    )  # fmt: skip


def _by_currency(opened: pl.DataFrame) -> dict[str, int]:
    return dict(opened.group_by("currency").agg(pl.col("balance").sum()).iter_rows())


def _open_on(known: pl.DataFrame, day: date) -> pl.DataFrame:
    standing = pl.col("cancelled_on").is_null() | (pl.col("cancelled_on") > day)
    late = (pl.lit(day) - pl.col("due_on")).dt.total_days().fill_null(0)
    balance = pl.col("amount") + pl.col(f"moved_{day}")
    found = known.filter((pl.col("issued_on") <= day) & standing & (balance > 0))
    return found.select("receivable_id", "customer_id", "owner", "currency", balance=balance, age=_age(late))


def _sales(books: Books) -> dict[tuple[str, date], int]:
    """By currency and first of the month: invoices issued, less credit notes; what was cancelled was no sale."""
    sold = books.debts.filter(pl.col("cancelled_on").is_null()).select("currency", on="issued_on", amount="amount")
    credited = books.credit_notes.select("currency", "on", amount=-pl.col("amount"))
    months = (
        pl.concat([sold, credited]).group_by("currency", pl.col("on").dt.truncate("1mo")).agg(pl.col("amount").sum())
    )
    return {(currency, month): amount for currency, month, amount in months.iter_rows()}


def _months(sold: Mapping[tuple[str, date], int], currency: str, last: date) -> list[tuple[int, int]]:
    """(days, sales) of the months up to `last`, the latest first."""
    firsts = [_back(last.replace(day=1), number) for number in range(HISTORY_MONTHS)]
    return [(monthrange(one.year, one.month)[1], sold.get((currency, one), 0)) for one in firsts]


def _back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
