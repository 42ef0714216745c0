"""Reports: what is owed by age, how quickly money comes, which promises were kept. Pure: the books in, figures out.

Every figure is of one currency; currencies never add. A debt on a day is its sum, and what changed it up to that day.
"""

from __future__ import annotations

from calendar import monthrange
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


def open_at(books: Books, on: date) -> pl.DataFrame:
    """Debts open at the end of a day: `balance`, and `age` by days past due."""
    moved = books.moves.filter(pl.col("on") <= on).group_by("receivable_id").agg(moved=pl.col("amount").sum())
    standing = pl.col("cancelled_on").is_null() | (pl.col("cancelled_on") > on)
    late = (pl.lit(on) - pl.col("due_on")).dt.total_days().fill_null(0)
    return (
        books.debts.filter((pl.col("issued_on") <= on) & standing)
        .join(moved, on="receivable_id", how="left")
        .with_columns(balance=pl.col("amount") + pl.col("moved").fill_null(0), late=late)
        .filter(pl.col("balance") > 0)
        .with_columns(age=_age(pl.col("late")))
    )


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


def speed(books: Books, period: Period) -> list[Speed]:
    """DSO, its kin and CEI for every currency that was owed or sold in."""
    before, after = open_at(books, period.first - timedelta(1)), open_at(books, period.last)
    opening, closing = _by_currency(before), _by_currency(after)
    current = _by_currency(after.filter(pl.col("age") == AGES[0]))
    return [
        _speed(
            one,
            period,
            opening=opening.get(one, 0),
            closing=closing.get(one, 0),
            current=current.get(one, 0),
            sales=_sales(books, one, period.first, period.last),
            months=_monthly_sales(books, one, period.last),
        )
        for one in sorted({*opening, *closing, *books.debts["currency"]})
    ]


def promises(books: Books, on: date, *, since: date, grace_days: int) -> list[Promises]:
    """Promises that fell due since a day and can be judged on another: kept = the whole promised sum came by its day plus grace."""
    ends = pl.col("promised_date") + pl.duration(days=grace_days)
    matured = books.promises.with_columns(ends=ends).filter((pl.col("ends") < on) & (pl.col("promised_date") >= since))
    money = books.moves.filter("is_payment")
    came = (
        matured.join(money.select("receivable_id", "on", received=-pl.col("amount")), on="receivable_id")
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


def rolls(books: Books, on: date) -> list[Rolls]:
    """Where the balance of a month ago went, followed invoice by invoice; what was charged since does not count."""
    then, now = open_at(books, _back(on, 1)), open_at(books, on)
    moved = then.join(
        now.select("receivable_id", now="balance", to="age"), on="receivable_id", how="left"
    ).with_columns(rest=pl.min_horizontal("balance", pl.col("now").fill_null(0)))
    found = []
    for (currency,), of_currency in sorted(moved.group_by("currency"), key=lambda each: str(each[0])):
        rows = []
        for age in AGES:
            cohort = of_currency.filter(pl.col("age") == age)
            whole = int(cohort["balance"].sum())
            paid = whole - int(cohort["rest"].sum())
            rest = [int(cohort.filter(pl.col("to") == to)["rest"].sum()) for to in AGES]
            if whole:
                rows.append((age, whole, tuple(Fraction(one * kpi.PERCENT, whole) for one in (paid, *rest))))
        found.append(Rolls(str(currency), tuple(rows)))
    return found


def answered(books: Books, on: date, *, since: date) -> Answered:
    """After how many contacts the customer paid within CONTACT_DAYS; later ones cannot be judged yet."""
    last = on - timedelta(CONTACT_DAYS)
    contacts = books.contacts.filter(pl.col("on").is_between(since, last)).unique().with_row_index("contact")
    owners = books.debts.select("receivable_id", "customer_id")
    money = books.moves.filter("is_payment").join(owners, on="receivable_id").select("customer_id", paid_on="on")
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


def _sales(books: Books, currency: str, first: date, last: date) -> int:
    """Invoices issued in these days, less credit notes; what was cancelled was no sale."""
    sold = books.debts.filter(
        (pl.col("currency") == currency)
        & pl.col("issued_on").is_between(first, last)
        & pl.col("cancelled_on").is_null()
    )
    credited = books.credit_notes.filter((pl.col("currency") == currency) & pl.col("on").is_between(first, last))
    return int(sold["amount"].sum()) - int(credited["amount"].sum())


def _monthly_sales(books: Books, currency: str, last: date) -> list[tuple[int, int]]:
    """(days, sales) of the months up to `last`, the latest first."""
    found = []
    for number in range(HISTORY_MONTHS):
        end = _back(last, number)
        days = monthrange(end.year, end.month)[1]
        found.append((days, _sales(books, currency, end.replace(day=1), end.replace(day=days))))
    return found


def _back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
