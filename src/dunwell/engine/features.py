"""Features: what was known about an invoice's payer at the moment of asking.

One function, `build`, serves training and scoring alike, so that they cannot drift apart. Its two inputs are the ledger
and the *questions*: invoices, each with an `origin`. For every customer and origin the ledger is cut to what had
happened before that origin; everything else is arithmetic on the cut. Cutting the future off the ledger therefore
changes no feature, and a test holds it to that.

Ledger columns: invoice_id, customer_id (text), issue_date, due_date, paid_date (null = open), amount (number; used only
as a ratio within one currency), currency, any `trait_…` (text). Questions have the same and `origin`, paid_date aside,
and may have `is_profiled` (see `dunwell.core.forecast.may_profile`).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from dunwell.core.forecast import DELAY_MAX, DELAY_MIN, DELAYS, NUMBERS, Features

WEEKDAYS = range(1, 8)
RECENT_DAYS = 60
MARKET_RECENT_DAYS = 45
# A customer's mean is pulled towards the market's with the weight of so many payments.
USUAL_WEIGHT, RECENT_WEIGHT = 3.0, 2.0
# Before a creditor has any history: nobody pays early, every tenth on the day, then a steady trickle.
PRIOR_EARLY, PRIOR_ON_THE_DAY, PRIOR_LATE = 0.005, 0.1, 0.04
PRIOR_INVOICES = 2.0

origin, issued, due, paid = (pl.col(name) for name in ("origin", "issue_date", "due_date", "paid_date"))


def questions(ledger: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Questions to learn from, with the answers known before `as_of`.

    Every invoice is asked once at the Monday of its issue week, and again on each first of a month on which it was
    still unpaid. Adds `origin`, `last_date` and `is_paid`.
    """
    known = ledger.filter(issued < as_of).with_columns(paid_date=_paid_before(pl.lit(as_of)))
    at_issue = known.with_columns(origin=issued.dt.truncate("1w"))
    if known.is_empty():
        return _with_answers(at_issue, as_of)
    firsts = pl.date_range(issued.min(), pl.lit(as_of), "1d", closed="left").alias("origin")
    months = known.select(firsts).filter(origin.dt.day() == 1)
    left_unpaid = paid.is_null() | (paid >= origin)
    in_the_book = known.join(months, how="cross").filter((issued < origin) & left_unpaid)
    return _with_answers(pl.concat([at_issue, in_the_book.select(at_issue.columns)]), as_of)


def market(ledger: pl.DataFrame, origins: pl.Series) -> pl.DataFrame:
    """All customers together at each origin: columns `origin`, `hazard` (an array over the delays), two means."""
    at = pl.DataFrame({"origin": origins.unique().sort()}).with_row_index("market")
    facts = _as_known(at, ledger, on=None)
    recent = facts["delay"].is_not_null() & (facts["days_since_paid"] <= MARKET_RECENT_DAYS)
    means = (
        facts.with_columns(recent=recent)
        .group_by("market")
        .agg(
            market_delay=pl.col("delay").mean(),
            market_delay_recent=pl.col("delay").filter(pl.col("recent")).mean(),
        )
    )
    payments, at_risk = _counts(facts, "market", at.height)
    hazard = (payments + PRIOR_INVOICES * _prior(payments, at_risk)) / (at_risk + PRIOR_INVOICES)
    return at.join(means, on="market", how="left", maintain_order="left").with_columns(hazard=_array(hazard))


def _prior(payments: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    """The hazard expected where the market has seen little; in the late tail, its own mean hazard when overdue."""
    due_column = -DELAY_MIN
    late_payments, late_days = payments[:, due_column + 1 :].sum(1), at_risk[:, due_column + 1 :].sum(1)
    prior = np.full(payments.shape, PRIOR_EARLY)
    prior[:, : due_column - 14] = 0.0
    prior[:, due_column] = PRIOR_ON_THE_DAY
    prior[:, due_column + 1 :] = ((late_payments + PRIOR_LATE * 25) / (late_days + 25))[:, None]
    return prior


def build(ledger: pl.DataFrame, asked: pl.DataFrame, markets: pl.DataFrame) -> Features:
    """The features of each question, in the order asked.

    `markets` comes from `market` over the whole ledger; `ledger` may be cut to the customers asked about. Where
    `is_profiled` is false nothing is looked up about the customer: the forecast is that of the market.
    """
    if "is_profiled" in asked.columns:
        asked = asked.with_columns(customer_id=pl.when("is_profiled").then("customer_id"))
    keys = asked.select("customer_id", "origin").unique(maintain_order=True).with_row_index("history")
    facts = _as_known(keys, ledger, on="customer_id")
    payments, at_risk = _counts(facts, "history", keys.height)
    histories = pl.DataFrame({"paid": _array(payments), "at_risk": _array(at_risk)})
    usual_amounts = facts.group_by("history", "currency").agg(amount_usual=pl.col("amount_size").median())
    rows = (
        asked.join(keys, on=["customer_id", "origin"], how="left", maintain_order="left", nulls_equal=True)
        .join(_habits(facts), on="history", how="left", maintain_order="left")
        .join(markets.drop("hazard"), on="origin", how="left", maintain_order="left")
        .with_columns(amount_size=_size(pl.col("amount")))
        .join(usual_amounts, on=["history", "currency"], how="left", maintain_order="left")
        .with_columns(_invoice_numbers())
        .with_columns(pl.col(NUMBERS).cast(pl.Float32))
    )
    return Features(rows, histories, markets)


def narrowed(known: Features, which: str) -> Features:
    """The features of those questions alone whose column `which` is true."""
    rows = known.rows.filter(which)
    histories = known.histories[rows["history"].unique().sort()]
    line = (pl.col("history").rank("dense") - 1).cast(rows.schema["history"])
    return Features(rows.with_columns(history=line), histories, known.markets)


def _with_answers(asked: pl.DataFrame, as_of: date) -> pl.DataFrame:
    return asked.with_columns(is_paid=paid.is_not_null(), last_date=paid.fill_null(pl.lit(as_of).dt.offset_by("-1d")))


def _paid_before(day: pl.Expr) -> pl.Expr:
    return pl.when(paid < day).then(paid)


def _as_known(keys: pl.DataFrame, ledger: pl.DataFrame, on: str | None) -> pl.DataFrame:
    """The ledger as it stood before each key's origin: one line per key and invoice.

    `delay` is null while unpaid; `delay_seen` is then the last delay known to have passed without payment.
    """
    columns = ["customer_id", "issue_date", "due_date", "paid_date", "amount", "currency"]
    pairs = keys.join(ledger.select(columns), on=on, how="inner" if on else "cross")
    delay, age = (paid - due).dt.total_days(), (origin - due).dt.total_days()
    return (
        pairs.filter(issued < origin)
        .with_columns(paid_date=_paid_before(origin))
        .with_columns(
            delay=delay.clip(DELAY_MIN, DELAY_MAX).cast(pl.Int32),
            delay_seen=delay.fill_null(age - 1).clip(DELAY_MIN, DELAY_MAX).cast(pl.Int32),
            age=age.cast(pl.Int32),
            days_since_paid=(origin - paid).dt.total_days(),
            amount_size=_size(pl.col("amount")),
        )
    )


def _counts(facts: pl.DataFrame, key: str, keys: int) -> tuple[np.ndarray, np.ndarray]:
    """Payments, and invoices still unpaid when the day began, by key and delay."""
    cell = facts[key].to_numpy().astype(np.int64) * DELAYS + (facts["delay_seen"].to_numpy() - DELAY_MIN)
    is_paid = facts["delay"].is_not_null().to_numpy()
    ended = np.bincount(cell, minlength=keys * DELAYS).reshape(keys, DELAYS)
    payments = np.bincount(cell[is_paid], minlength=keys * DELAYS).reshape(keys, DELAYS)
    return payments, ended[:, ::-1].cumsum(axis=1)[:, ::-1]


def _array(values: np.ndarray) -> pl.Series:
    return pl.Series(values.astype(np.float32), dtype=pl.Array(pl.Float32, DELAYS))


def _habits(facts: pl.DataFrame) -> pl.DataFrame:
    """One line per customer and origin: how the customer paid, and what stands open."""
    delay = pl.col("delay")
    in_order = delay.sort_by("paid_date")
    weight = (-pl.col("days_since_paid") * (np.log(2) / RECENT_DAYS)).exp()
    is_overdue = paid.is_null() & (pl.col("age") > 0)
    return facts.group_by("history").agg(
        payments=paid.count(),
        delay_mean=delay.mean(), delay_median=delay.median(), delay_spread=delay.std(),
        delay_low=delay.quantile(0.1), delay_high=delay.quantile(0.9), late_share=(delay > 0).mean(),
        days_to_pay=(paid - issued).dt.total_days().median(),
        workdays_late=pl.business_day_count(due, paid).median(),
        recent_sum=(delay * weight).sum(), recent_weight=weight.sum(),
        delay_last=in_order.last(), delay_last_3=in_order.tail(3).mean(), delay_last_10=in_order.tail(10).median(),
        days_since_payment=pl.col("days_since_paid").min(),
        runs=paid.n_unique(), days_of_runs=(paid.max() - paid.min()).dt.total_days(),
        days_known=(origin.first() - issued.min()).dt.total_days(),
        open_invoices=paid.null_count(), overdue_invoices=is_overdue.sum(),
        overdue_oldest_days=pl.col("age").filter(paid.is_null()).max(),
        **{f"paid_on_{day}": (paid.dt.weekday() == day).sum() for day in WEEKDAYS},
    )  # fmt: skip


def _invoice_numbers() -> list[pl.Expr]:
    payments, market_delay = pl.col("payments").fill_null(0), pl.col("market_delay")
    is_new = issued >= origin
    is_known = pl.col("customer_id").is_not_null()
    alike = ["customer_id", "origin", is_new]
    usual = (pl.col("delay_mean").fill_null(0) * payments + market_delay * USUAL_WEIGHT) / (payments + USUAL_WEIGHT)
    recent_sum, recent_weight = pl.col("recent_sum").fill_null(0), pl.col("recent_weight").fill_null(0)
    numbers = {
        "payments": payments,
        "delay_usual": usual,
        "delay_recent": (recent_sum + market_delay * RECENT_WEIGHT) / (recent_weight + RECENT_WEIGHT),
        "delay_trend": pl.col("delay_last_10") - pl.col("delay_median"),
        "days_between_runs": pl.col("days_of_runs") / (pl.col("runs") - 1),
        "overdue_share": pl.col("overdue_invoices") / (pl.col("open_invoices") + payments),
        "term_days": (due - issued).dt.total_days(),
        "amount_ratio": pl.col("amount_size") - pl.col("amount_usual"),
        "invoices_asked": pl.when(is_known).then(pl.len().over(alike)).otherwise(1),
        "invoices_same_due": pl.when(is_known).then(pl.len().over([*alike, "due_date"])).otherwise(1),
        "due_weekday": due.dt.weekday(),
        "due_day": due.dt.day(),
        "due_days_to_month_end": (due.dt.month_end() - due).dt.total_days(),
        "issue_weekday": issued.dt.weekday(),
        "market_trend": pl.col("market_delay_recent") - market_delay,
        "first_date": pl.max_horizontal(origin, issued),
    }
    weekdays = {name: pl.col(name).fill_null(0).cast(pl.Float32) for name in (f"paid_on_{day}" for day in WEEKDAYS)}
    return [expression.alias(name) for name, expression in {**numbers, **weekdays}.items()]


def _size(amount: pl.Expr) -> pl.Expr:
    """The amount on a logarithmic scale; amounts of nought are sizes of nought."""
    return (amount.abs() + 1).log()
